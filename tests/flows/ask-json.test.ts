import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type AskOutput, parseAskOutput } from '../support/ask-output.ts'
import { threadwise } from '../support/command-line.ts'
import type { TemporaryFolder } from '../support/data-folder.ts'
import { servePractice } from '../support/practice-server.ts'
import { preparedFolder } from '../support/prepared-folder.ts'
import {
	garbage,
	hang,
	reply,
	startScriptedModelServer,
	unauthorizedEchoingKey,
} from '../support/scripted-model-server.ts'

// Every step here is a process of its own that opens a database.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

const key = 'sk-canary-1234567890'
const hardQuestion =
	'A school orders 12 boxes of pencils at $4.50 a box and 8 boxes of markers at $7.25 a box. The shop takes 10% off the whole order and then adds $6 for delivery. How much does the school pay?'

let folder: TemporaryFolder
beforeAll(async () => {
	folder = await preparedFolder()
})
afterAll(() => folder[Symbol.asyncDispose]())

/** Asks with `--json` and checks what holds for every answer: one object, no stack trace, no key. */
async function askJson(
	question: string,
	variables: Record<string, string> = {},
	args: readonly string[] = [],
): Promise<{ output: AskOutput; exitCode: number | undefined }> {
	const { stdout, stderr, exitCode } = await threadwise(
		['ask', '--json', ...args, '-'],
		{ THREADWISE_DATA_DIR: folder.path, ...variables },
		{ stdin: 'pipe', input: question },
	)
	expect(String(stderr)).toBe('')
	expect(String(stdout)).not.toContain(key)
	return { output: parseAskOutput(stdout), exitCode }
}

function expectFailure({ output, exitCode }: Awaited<ReturnType<typeof askJson>>, code: string): void {
	expect(output.status).toBe('failed')
	expect(output.error?.code).toBe(code)
	expect(exitCode).toBe(1)
}

describe('ask --json prints one object and exits with 1', () => {
	test('when the key is wrong', async () => {
		await using server = await startScriptedModelServer(() => unauthorizedEchoingKey())
		expectFailure(await askJson(hardQuestion, { OPENAI_BASE_URL: server.baseUrl, OPENAI_API_KEY: key }), 'model-auth')
	})

	test('when nothing listens at OPENAI_BASE_URL', async () => {
		const { baseUrl } = await closedServer()
		expectFailure(await askJson(hardQuestion, { OPENAI_BASE_URL: baseUrl }), 'model-unreachable')
	})

	test('when the question is empty', async () => {
		expectFailure(await askJson(' \n '), 'question-empty')
	})

	test('when the question has 200,000 characters', async () => {
		expectFailure(await askJson('why? '.repeat(40_000)), 'question-too-long')
	})

	test('when the model writes garbage', async () => {
		await using server = await startScriptedModelServer(() => reply('<<<%% no JSON here \u0000 %%>>>'))
		expectFailure(await askJson(hardQuestion, { OPENAI_BASE_URL: server.baseUrl }), 'model-malformed')
	})

	test('when the server sends garbage instead of events', async () => {
		await using server = await startScriptedModelServer(() => garbage())
		const { output, exitCode } = await askJson(hardQuestion, { OPENAI_BASE_URL: server.baseUrl })
		expect(output.status).toBe('failed')
		expect(output.error?.code).toMatch(/^model-/)
		expect(exitCode).toBe(1)
	})

	test('when the server hangs', async () => {
		await using server = await startScriptedModelServer(() => hang())
		const variables = { OPENAI_BASE_URL: server.baseUrl, THREADWISE_MODEL_TIMEOUT_MS: '500' }
		expectFailure(await askJson(hardQuestion, variables), 'model-timeout')
	})

	test('when the configuration is wrong', async () => {
		const result = await askJson(hardQuestion, { REDIS_URL: 'redis://127.0.0.1:6379', THREADWISE_EFFORT: 'huge' })
		expectFailure(result, 'config')
		expect(result.output.error?.message).toContain('REDIS_URL')
		expect(result.output.error?.message).toContain('THREADWISE_EFFORT')
	})

	test('when an option is wrong', async () => {
		expectFailure(await askJson(hardQuestion, {}, ['--effort', 'huge']), 'usage')
	})

	test('when the data folder cannot be made', async () => {
		expectFailure(await askJson(hardQuestion, { THREADWISE_DATA_DIR: '/proc/nowhere' }), 'config')
	})
})

describe('ask --json prints one object and exits with 0', () => {
	test('for a hard question, with every stage and what it took', async () => {
		const { output, exitCode } = await askJson(hardQuestion)
		expect(exitCode).toBe(0)
		expect(output).toMatchObject({ status: 'answered', route: 'staged', error: null })
		expect(output.answer).toContain('$106.80')
		expect(output.stages.map(({ id, status }) => [id, status])).toEqual([
			['analyze', 'done'],
			['decompose', 'done'],
			['execute', 'done'],
			['alternatives', 'skipped'],
			['evaluate', 'done'],
			['correct', 'skipped'],
		])
		expect(output.usage.calls).toBeGreaterThan(5)
		expect(output.disclosure).toContain('practice model')
	})

	test.each([
		['refuses json_schema', ['--refuse-json-schema']],
		['refuses json_schema and json_object', ['--refuse-json-schema', '--refuse-json-object']],
		['ignores stream_options', ['--no-stream-usage']],
		['knows only max_tokens', ['--require-max-tokens']],
	])('for a hard question to a server that %s', async (_, args) => {
		await using server = await servePractice(args)
		const { output } = await askJson(hardQuestion, { OPENAI_BASE_URL: server.baseUrl })
		expect(output.status).toBe('answered')
		expect(output.answer).toContain('$106.80')
		expect(output.usage.outputTokens).toBeGreaterThan(0)
	})
})

async function closedServer(): Promise<{ baseUrl: string }> {
	await using server = await startScriptedModelServer(() => hang())
	return { baseUrl: server.baseUrl }
}
