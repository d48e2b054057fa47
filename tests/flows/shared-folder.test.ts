import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { execa } from 'execa'
import { expect, test, vi } from 'vitest'
import { parseAskOutput } from '../support/ask-output.ts'
import { threadwise } from '../support/command-line.ts'
import type { TemporaryFolder } from '../support/data-folder.ts'
import { servePractice } from '../support/practice-server.ts'
import { preparedFolder } from '../support/prepared-folder.ts'

// Every step here is a process of its own that opens a database.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

const question = 'A shop sells 3 notebooks at $4 each and 2 pens at $1.50 each. How much do they cost together?'

async function startIn(folder: TemporaryFolder, baseUrl: string) {
	const holder = threadwise(
		['start'],
		{ THREADWISE_DATA_DIR: folder.path, OPENAI_BASE_URL: baseUrl },
		{ buffer: false },
	)
	if (holder.stdout === null) throw new Error('start has no output')
	await once(createInterface({ input: holder.stdout }), 'line')
	// A subprocess is a promise too: returned bare, it would be waited for.
	return { holder }
}

test('while start holds the data folder, ask is answered by it, and nothing is lost when it has ended', async () => {
	await using folder = await preparedFolder()
	await using practice = await servePractice()
	const variables = { THREADWISE_DATA_DIR: folder.path, OPENAI_BASE_URL: practice.baseUrl }
	const { holder } = await startIn(folder, practice.baseUrl)

	const asked = await Promise.all([1, 2, 3].map(() => threadwise(['ask', '--json', question], variables)))
	const outputs = asked.map(({ stdout }) => parseAskOutput(stdout))
	expect(outputs.map(({ status }) => status)).toEqual(['answered', 'answered', 'answered'])
	expect(new Set(outputs.map(({ answer }) => answer)).size).toBe(1)

	const second = await threadwise(['start'], variables)
	expect(second.exitCode).toBe(1)
	expect(second.stderr).toContain('already runs')

	holder.kill('SIGTERM')
	expect((await holder).exitCode).toBe(0)
	for (const { runId } of outputs) {
		const trace = await threadwise(['trace', runId ?? ''], variables)
		expect(trace.stdout).toContain('run-end')
	}
})

test('when the process that holds the folder is killed in mid-run, ask takes the run over and answers', async () => {
	await using folder = await preparedFolder()
	await using practice = await servePractice(['--latency-ms', '400'])
	const { holder } = await startIn(folder, practice.baseUrl)
	const variables = { THREADWISE_DATA_DIR: folder.path, OPENAI_BASE_URL: practice.baseUrl }
	const ask = threadwise(['ask', question], variables)
	if (ask.stdout === null) throw new Error('ask has no output')

	for await (const line of createInterface({ input: ask.stdout })) if (line.includes('Systematic execution')) break
	holder.kill('SIGKILL')

	const { exitCode, stdout } = await ask
	expect(exitCode).toBe(0)
	expect(stdout).toContain('$15.00')
})

test('Ctrl-C stops the run, shows the best so far, and closes the model request', async () => {
	await using folder = await preparedFolder()
	await using practice = await servePractice(['--latency-ms', '400', '--log', `${folder.path}/requests.log`])
	const ask = threadwise(['ask', question], { THREADWISE_DATA_DIR: folder.path, OPENAI_BASE_URL: practice.baseUrl })
	if (ask.stdout === null) throw new Error('ask has no output')

	for await (const line of createInterface({ input: ask.stdout })) if (line.includes('Systematic execution')) break
	ask.kill('SIGINT')

	const { exitCode, stdout } = await ask
	expect(exitCode).toBe(1)
	expect(stdout).toContain('Stopped as you asked.')
	expect(stdout).toContain('Left out: Systematic execution, Alternative solutions, Self-evaluation, Self-correction.')
	const log = await execa('cat', [`${folder.path}/requests.log`])
	expect(log.stdout).toContain('"outcome":"aborted"')
})
