import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { JournalRecord } from '../../src/core/journal.ts'
import { aMessage } from '../support/builders.ts'
import { type Gate, openGate } from '../support/gate.ts'
import { type OpenedProcess, openedProcess } from '../support/opened-process.ts'
import { goodScript, order, roleOf } from '../support/reasoning.ts'
import { type RunningProcess, startedProcess } from '../support/running-process.ts'
import {
	cutAfter,
	endEarlyAfter,
	garbage,
	hang,
	hangAfter,
	rateLimited,
	type ScriptedModelServer,
	type ScriptedStep,
	startScriptedModelServer,
	status,
} from '../support/scripted-model-server.ts'
import { createServerDatabase, databases, titleOf } from '../support/stores.ts'

// One worker process lives through everything that its model server does.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const [, onServer] = databases
if (onServer === undefined) throw new Error('there is no server database')
/** The server may be silent for so long. */
const modelTimeoutMs = 500
/** How often a call is tried in all. */
const mostTries = 3

const opened = new AsyncDisposableStack()
let server: ScriptedModelServer
let gate: Gate
let bot: OpenedProcess
let worker: RunningProcess
/** What the server does with the calls of subtasks instead of answering them; it is told how many it had before. */
let fault: (count: number) => ScriptedStep | null = () => null
let faultyCalls = 0

beforeAll(async () => {
	if (onServer.missing !== null) return
	server = opened.use(
		await startScriptedModelServer((request) => {
			const role = roleOf(request)
			const faulty = role === 'subtask-result' ? fault(faultyCalls++) : null
			const step = faulty ?? goodScript[role]
			if (typeof step !== 'function') throw new Error(`there is no single step for the role ${role}`)
			return step
		}),
	)
	gate = opened.use(await openGate(server.baseUrl))
	const database = opened.use(await createServerDatabase())
	const variables = {
		DATABASE_URL: database.url,
		OPENAI_BASE_URL: gate.url,
		THREADWISE_MODEL_TIMEOUT_MS: String(modelTimeoutMs),
	}
	worker = opened.use(await startedProcess('worker', variables))
	bot = opened.use(await openedProcess('bot', variables))
})
afterAll(() => opened.disposeAsync())

/** The journal of a run that meets a fault from its first subtask on. */
async function runWith(chosen: typeof fault): Promise<readonly JournalRecord[]> {
	fault = chosen
	faultyCalls = 0
	const { runId } = await bot.intake.receive(aMessage({ text: order.question }))
	const records: JournalRecord[] = []
	for await (const record of bot.store.follow(runId, 0, AbortSignal.timeout(40_000))) records.push(record)
	return records
}

function outcomesIn(records: readonly JournalRecord[]): readonly JournalRecord[] {
	return records.filter(({ kind }) => kind === 'run-end' || kind === 'run-stop' || kind === 'run-fail')
}

const answered = [{ kind: 'run-end', attempt: 1, content: { answer: order.answer } }]

const faults: readonly [string, ScriptedStep, string][] = [
	['hangs', hang(), 'model-timeout'],
	['hangs in mid-stream', hangAfter('{"work":'), 'model-timeout'],
	['cuts the connection in mid-stream', cutAfter('{"work":'), 'model-'],
	['ends in mid-stream', endEarlyAfter('{"work":'), 'model-'],
	['answers 500', status(500, 'broken'), 'model-overloaded'],
	['answers 429', rateLimited({ 'retry-after': '0' }), 'model-overloaded'],
	['sends garbage', garbage(), 'model-'],
]

describe.skipIf(onServer.missing !== null)(`a model server, ${titleOf(onServer)}`, () => {
	test.each(faults)(
		'that %s fails the run once, after few tries, and the next question is answered',
		async (_, step, code) => {
			const failed = await runWith(() => step)
			expect(outcomesIn(failed)).toMatchObject([{ kind: 'run-fail', attempt: 1, code: expect.stringContaining(code) }])
			// Two subtasks are worked out side by side; the one ends with the other.
			expect(faultyCalls).toBeGreaterThanOrEqual(mostTries)
			expect(faultyCalls).toBeLessThanOrEqual(2 * mostTries)
			expect(outcomesIn(await runWith(() => null))).toMatchObject(answered)
		},
	)

	test.each(faults)('that %s for a moment is asked again, and the question is answered', async (_, step) => {
		expect(outcomesIn(await runWith((count) => (count < 2 ? step : null)))).toMatchObject(answered)
	})

	test('that is gone fails the run once; when it is back, questions are answered', async () => {
		await gate.shut()
		expect(outcomesIn(await runWith(() => null))).toMatchObject([{ kind: 'run-fail', code: 'model-unreachable' }])
		await gate.open()
		expect(outcomesIn(await runWith(() => null))).toMatchObject(answered)
	})

	test('that is gone for a moment in mid-run is waited for', async () => {
		let isGone = false
		const { promise: back, resolve } = Promise.withResolvers<void>()
		const going = runWith((count) => {
			if (count > 0 || isGone) return null
			isGone = true
			void gate.shut().then(() => setTimeout(() => void gate.open().then(resolve), 50))
			return hang()
		})
		await back
		expect(outcomesIn(await going)).toMatchObject(answered)
	})

	test('keeps no worker from ending as it should', async () => {
		fault = () => hang()
		await bot.intake.receive(aMessage({ text: order.question }))
		worker.kill('SIGTERM')
		const { exitCode, tookMs } = await worker.ended()
		expect(exitCode).toBe(0)
		expect(tookMs).toBeLessThan(5_000)
	})
})
