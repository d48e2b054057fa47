import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { JournalRecord } from '../../src/core/journal.ts'
import { aMessage } from '../support/builders.ts'
import { type OpenedProcess, openedProcess } from '../support/opened-process.ts'
import { goodScript, order, type Role, roleOf } from '../support/reasoning.ts'
import { type RunningProcess, startedProcess } from '../support/running-process.ts'
import {
	type RecordedRequest,
	type ScriptedModelServer,
	type ScriptedStep,
	startScriptedModelServer,
} from '../support/scripted-model-server.ts'
import { createServerDatabase, missingServers, queueBackends } from '../support/stores.ts'

// A worker stays frozen for longer than its lease.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 })

const onRedis = queueBackends.find(({ name }) => name.includes('Redis'))

const opened = new AsyncDisposableStack()
let slow: ScriptedModelServer
let quick: ScriptedModelServer
let frozen: RunningProcess
let bot: OpenedProcess
let variables: Readonly<Record<string, string>>

function goodStep(request: RecordedRequest): ScriptedStep {
	const step = goodScript[roleOf(request)]
	if (typeof step !== 'function') throw new Error('every role has a single step')
	return step
}

/** Answers in the middle of the stream only when it is allowed to. */
function heldBack(role: Role, allowed: Promise<void>) {
	return (request: RecordedRequest): ScriptedStep => {
		if (roleOf(request) !== role) return goodStep(request)
		return async (held, response) => {
			await Promise.race([allowed, held.closed])
			await goodStep(request)(held, response)
		}
	}
}

const allowed = Promise.withResolvers<void>()

beforeAll(async () => {
	if (missingServers.length > 0 || onRedis === undefined) return
	slow = opened.use(await startScriptedModelServer(heldBack('plan', allowed.promise)))
	quick = opened.use(await startScriptedModelServer(goodStep))
	const database = opened.use(await createServerDatabase())
	const backend = opened.use(await onRedis.open())
	variables = { DATABASE_URL: database.url, REDIS_URL: String(backend.url) }
	frozen = opened.use(await startedProcess('worker', { ...variables, OPENAI_BASE_URL: slow.baseUrl }))
	bot = opened.use(await openedProcess('bot', variables))
})
afterAll(() => opened.disposeAsync())

async function journalOf(runId: string): Promise<readonly JournalRecord[]> {
	const records: JournalRecord[] = []
	for await (const record of bot.store.follow(runId, 0, AbortSignal.timeout(40_000))) records.push(record)
	return records
}

test.skipIf(missingServers.length > 0)(
	[
		'a worker that wakes up after its lease writes nothing, makes no call and is as good as new',
		...missingServers,
	].join(' '),
	async () => {
		const { runId } = await bot.intake.receive(aMessage({ text: order.question }))
		const held = await slow.request(2)
		frozen.kill('SIGSTOP')
		const worker = await openedProcess('worker', { ...variables, OPENAI_BASE_URL: quick.baseUrl })
		const before = await bot.store.read(runId)
		const records = await journalOf(runId)
		expect(records.at(-1)).toMatchObject({ kind: 'run-end', attempt: 2, content: { answer: order.answer } })
		expect(records.slice(0, before.length)).toEqual(before)
		expect(new Set(records.slice(before.length).map(({ attempt }) => attempt))).toEqual(new Set([2]))
		// Nothing that the frozen one has heard from its model since then counts.
		allowed.resolve()
		await sleep(200)
		frozen.kill('SIGCONT')
		await held.closed
		await worker[Symbol.asyncDispose]()

		const next = await bot.intake.receive(aMessage({ text: order.question }))
		expect((await journalOf(next.runId)).at(-1)).toMatchObject({ kind: 'run-end', attempt: 1 })
		expect(await bot.store.read(runId)).toEqual(records)
		// What it has asked for since it woke up was for the second question alone.
		expect(slow.requests.map(roleOf).filter((role) => role === 'plan')).toHaveLength(2)
		frozen.kill('SIGTERM')
		expect((await frozen.ended()).exitCode).toBe(0)
	},
)

describe.skipIf(missingServers.length > 0)('a call under way', () => {
	test('of a worker that wakes up after its lease is closed', async () => {
		await using silent = await startScriptedModelServer(heldBack('plan', new Promise(() => {})))
		await using sleeper = await startedProcess('worker', { ...variables, OPENAI_BASE_URL: silent.baseUrl })
		const { runId } = await bot.intake.receive(aMessage({ text: order.question }))
		const held = await silent.request(2)
		sleeper.kill('SIGSTOP')
		await using _worker = await openedProcess('worker', { ...variables, OPENAI_BASE_URL: quick.baseUrl })
		expect((await journalOf(runId)).at(-1)).toMatchObject({ kind: 'run-end', attempt: 2 })
		expect(held.closedAt).toBeNull()
		const wokenAt = Date.now()
		sleeper.kill('SIGCONT')
		await held.closed
		expect(held.closedEarly).toBe(true)
		expect((held.closedAt ?? 0) - wokenAt).toBeLessThan(2_500)
	})
})
