import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { parseAskOutput } from '../support/ask-output.ts'
import { threadwise } from '../support/command-line.ts'
import type { TemporaryFolder } from '../support/data-folder.ts'
import { preparedFolder } from '../support/prepared-folder.ts'
import { hang, type ScriptedModelServer, startScriptedModelServer } from '../support/scripted-model-server.ts'

// Every step here is a process of its own that opens a database.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

const question = 'A shop sells 3 notebooks at $4 each and 2 pens at $1.50 each. How much do they cost together?'

let folder: TemporaryFolder
beforeAll(async () => {
	folder = await preparedFolder()
})
afterAll(() => folder[Symbol.asyncDispose]())

/** A model that never answers, and a promise for its first request. */
async function silentModel(): Promise<{ server: ScriptedModelServer; asked: Promise<void> }> {
	const { promise, resolve } = Promise.withResolvers<void>()
	const server = await startScriptedModelServer(() => {
		resolve()
		return hang()
	})
	return { server, asked: promise }
}

function ask(baseUrl: string, args: readonly string[] = ['--json', question], options = {}) {
	return threadwise(['ask', ...args], { THREADWISE_DATA_DIR: folder.path, OPENAI_BASE_URL: baseUrl }, options)
}

/** What `ask --json` prints when it gets a signal while the model is silent. */
async function interruptedBy(signal: NodeJS.Signals) {
	const { server, asked } = await silentModel()
	await using _server = server
	const process = ask(server.baseUrl)
	await asked
	process.kill(signal)
	const { stdout, exitCode } = await process
	return { output: parseAskOutput(stdout), exitCode }
}

test('SIGTERM in mid-run ends in one object and hands the run back', async () => {
	const { output, exitCode } = await interruptedBy('SIGTERM')
	expect(output).toMatchObject({ status: 'failed', error: { code: 'interrupted' } })
	expect(exitCode).toBe(1)
})

test('Ctrl-C in mid-run ends in one object that says stopped', async () => {
	const { output, exitCode } = await interruptedBy('SIGINT')
	expect(output).toMatchObject({ status: 'stopped', error: null })
	expect(exitCode).toBe(1)
})

test('an empty question is refused at once, though standard input stays open', async () => {
	const { stdout } = await ask('http://127.0.0.1:1/v1', ['--json', ''], { stdin: 'pipe' })
	expect(parseAskOutput(stdout).error?.code).toBe('question-empty')
})

test('a reader that goes away gets no stack trace', async () => {
	const { server, asked } = await silentModel()
	await using _server = server
	const process = ask(server.baseUrl, [question], { buffer: false })
	process.stdout?.destroy()
	await asked
	process.kill('SIGINT')
	let errors = ''
	process.stderr?.on('data', (chunk) => {
		errors += String(chunk)
	})
	await process
	expect(errors).not.toContain(' at ')
})
