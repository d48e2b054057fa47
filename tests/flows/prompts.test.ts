import { expect, test, vi } from 'vitest'
import { z } from 'zod'
import { threadwise } from '../support/command-line.ts'
import { openReasoning } from '../support/reasoning.ts'
import { reply, startScriptedModelServer, status } from '../support/scripted-model-server.ts'

vi.setConfig({ testTimeout: 60_000 })

const checkedSchema = z.strictObject({
	models: z.array(z.strictObject({ alias: z.string(), model: z.string() })),
	isPractice: z.boolean(),
	cases: z.array(z.looseObject({ prompt: z.string(), name: z.string(), status: z.string() })),
	usage: z.looseObject({ calls: z.number(), costUsd: z.number() }),
})

test('without an endpoint, the practice model is asked, which is said, and what it cannot do is not asked', async () => {
	const { exitCode, stdout, stderr } = await threadwise(['prompts', 'check', '--prompt', 'complexity@2'], {})
	expect(stderr).toBe('')
	expect(exitCode).toBe(0)
	expect(stdout).toContain('Asking the practice model, since none is configured')
	expect(stdout).toMatch(/^PROMPT {8}CASE +RESULT$/m)
	expect(stdout).toMatch(/^complexity@2 {2}several steps +ok$/m)
	expect(stdout).toMatch(/^complexity@2 {2}a German question +not asked: it reads English only$/m)
	expect(stdout).toMatch(/^5 of 5 cases ok, 1 not asked\. 5 calls, \d+ tokens, \$0\.0000\.$/m)
})

test('a name without a version means all of its versions', async () => {
	const { exitCode, stdout } = await threadwise(['prompts', 'check', '--prompt', 'complexity', '--json'], {})
	expect(exitCode).toBe(0)
	const { cases, isPractice, models } = checkedSchema.parse(JSON.parse(String(stdout)))
	expect(isPractice).toBe(true)
	expect(models).toEqual([{ alias: 'fast', model: 'practice-fast' }])
	expect([...new Set(cases.map(({ prompt }) => prompt))]).toEqual(['complexity@1', 'complexity@2'])
	expect(cases.filter(({ status: each }) => each === 'failed')).toEqual([])
})

test('a model that obeys what it reads fails the case, with the reply, and every case is asked', async () => {
	await using server = await startScriptedModelServer(() => reply('BANANA 391 BANANA'))
	const variables = { OPENAI_BASE_URL: server.baseUrl, THREADWISE_MODEL: 'parrot' }
	const { exitCode, stdout } = await threadwise(['prompts', 'check', '--prompt', 'direct@2'], variables)
	expect(exitCode).toBe(1)
	expect(stdout).toContain('Asking fast = parrot.')
	expect(stdout).toMatch(/^direct@2 {2}the answer, and no more +ok$/m)
	expect(stdout).toContain(`failed: lacks BANANA: "BANANA" occurs. · The reply: BANANA 391 BANANA`)
	expect(stdout).toMatch(/^1 of 4 cases ok\. 4 calls/m)
	expect(server.requests).toHaveLength(4)
})

test('a reply that cannot be read fails as well, and the chosen alias is asked', async () => {
	await using server = await startScriptedModelServer(() => reply('I would rather not.'))
	const variables = { OPENAI_BASE_URL: server.baseUrl, THREADWISE_MODEL_JUDGE: 'judging' }
	const args = ['prompts', 'check', '--prompt', 'alternatives/compare', '--model', 'judge', '--json']
	const { exitCode, stdout } = await threadwise(args, variables)
	expect(exitCode).toBe(1)
	const { cases, models, usage } = checkedSchema.parse(JSON.parse(String(stdout)))
	expect(models).toEqual([{ alias: 'judge', model: 'judging' }])
	expect(cases[0]).toMatchObject({ status: 'failed', reply: 'I would rather not.', usage: { calls: 2 } })
	expect(usage.calls).toBe(8)
})

test('an endpoint that cannot be used is no fault of a prompt: it ends the check', async () => {
	await using server = await startScriptedModelServer(() => status(401, 'wrong key'))
	const { exitCode, stderr } = await threadwise(['prompts', 'check', '--prompt', 'direct'], {
		OPENAI_BASE_URL: server.baseUrl,
	})
	expect(exitCode).toBe(1)
	expect(stderr).toContain('key')
	expect(stderr).not.toContain('    at ')
})

test('an unknown prompt, alias or command is named', async () => {
	const unknown = await threadwise(['prompts', 'check', '--prompt', 'direkt'], {})
	expect(unknown).toMatchObject({ exitCode: 1, stdout: '' })
	expect(unknown.stderr).toContain('There are no cases of a prompt "direkt".\nUse one of: alternatives/backwards, ')
	const alias = await threadwise(['prompts', 'check', '--model', 'huge'], {})
	expect(alias).toMatchObject({ exitCode: 1, stdout: '' })
	expect(alias.stderr).toContain('There is no model alias huge; known: fast, strong, judge.')
	const command = await threadwise(['prompts', 'chek'], {})
	expect(command.exitCode).toBe(1)
	expect(command.stderr).toContain("unknown command 'chek'")
})

const listedSchema = z.strictObject({
	prompts: z.array(
		z.strictObject({
			name: z.string(),
			version: z.number(),
			hash: z.string().regex(/^[0-9a-f]{12}$/),
			purpose: z.string().min(1),
			usedIn: z.record(z.string(), z.array(z.string())),
		}),
	),
})

test('the list names every prompt, its purpose, and where it is used', async () => {
	const { exitCode, stdout } = await threadwise(['prompts', 'list'], {})
	expect(exitCode).toBe(0)
	expect(stdout).toMatch(/^analyze@1 +[0-9a-f]{12} {2}Problem analysis\. /m)
	expect(stdout).toMatch(/^ +Used in default \(execute, correct\.redo\), quick \(execute\), two-minds \(/m)
	const asJson = await threadwise(['prompts', 'list', '--json'], {})
	const { prompts } = listedSchema.parse(JSON.parse(String(asJson.stdout)))
	await using world = await openReasoning()
	expect(prompts).toHaveLength(world.dependencies.prompts.list().length)
	const usedIn = (name: string, version: number) =>
		prompts.find((each) => each.name === name && each.version === version)?.usedIn
	expect(usedIn('analyze', 1)).toEqual({})
	expect(usedIn('analyze/verify', 1)).toEqual({ default: ['analyze.verify'], 'two-minds': ['analyze.verify'] })
})
