import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { aMessage } from '../../tests/support/builders.ts'
import {
	byObjective,
	openReasoning,
	order,
	orderResults,
	type ReasoningWorld,
	type RoleScript,
} from '../../tests/support/reasoning.ts'
import { hang, hangAfter, reply, status } from '../../tests/support/scripted-model-server.ts'
import { databases, type TestDatabase } from '../../tests/support/stores.ts'
import { AbortedError } from '../core/abort.ts'
import type { JobQueue } from '../core/job-queue.ts'
import type { JournalRecord } from '../core/journal.ts'
import type { RunStore } from '../core/run-store.ts'
import { createIntake, type Intake } from '../intake/index.ts'
import { createJobQueue } from '../queue/index.ts'
import { createRunStore } from '../store/index.ts'
import { startWorker } from './index.ts'
import { workOnRun } from './work-on-run.ts'

const [embedded] = databases
let opened: TestDatabase
let store: RunStore
let queue: JobQueue
let intake: Intake
const troubles: unknown[] = []

beforeAll(async () => {
	if (embedded === undefined) throw new Error('there is no embedded database')
	opened = await embedded.open()
	store = await createRunStore(opened.database)
	queue = await createJobQueue({ kind: 'postgres', pool: opened.database.pool }, (error) => troubles.push(error))
	intake = createIntake({ store, queue, longestQuestion: 1_000, onTrouble: (error) => troubles.push(error) })
})
afterEach(() => void vi.useRealTimers())
afterAll(async () => {
	await queue.close()
	await store.close()
	await opened[Symbol.asyncDispose]()
	expect(troubles).toEqual([])
})

const never = new AbortController().signal
const outcomeKinds: readonly string[] = ['run-end', 'run-stop', 'run-fail']

async function worldWith(script: RoleScript = {}): Promise<ReasoningWorld> {
	const world = await openReasoning(script)
	onTestFinished(() => world[Symbol.asyncDispose]())
	return world
}

function dependenciesOf({ dependencies }: ReasoningWorld, change: Partial<RunStore> = {}) {
	return { store: { ...store, ...change }, queue, reasoning: dependencies, owner: 'worker' }
}

async function recorded(text: string = order.question): Promise<string> {
	return (await store.record(aMessage({ text }))).runId
}

async function outcomesOf(runId: string): Promise<readonly JournalRecord[]> {
	return (await store.read(runId)).filter(({ kind }) => outcomeKinds.includes(kind))
}

async function stateOf(runId: string) {
	return (await store.find(runId))?.state
}

/** The records of a run once it has its outcome. */
async function finished(runId: string): Promise<readonly JournalRecord[]> {
	const records: JournalRecord[] = []
	for await (const record of store.follow(runId, 0, never)) records.push(record)
	return records
}

async function working(world: ReasoningWorld) {
	const worker = await startWorker(dependenciesOf(world), {
		concurrency: 4,
		onTrouble: (error) => troubles.push(error),
	})
	let ended: Promise<void> | null = null
	const end = () => (ended ??= Promise.resolve(worker[Symbol.asyncDispose]()))
	onTestFinished(end)
	return { end }
}

describe('one delivery of a run', () => {
	test('ends in an answer, and the journal is complete', async () => {
		const runId = await recorded()
		const world = await worldWith()
		expect(await workOnRun(runId, never, dependenciesOf(world))).toEqual({ kind: 'done' })
		const records = await store.read(runId)
		expect(records.map(({ seq }) => seq)).toEqual(records.map((_, index) => index + 1))
		expect(records.at(-1)).toMatchObject({ kind: 'run-end', attempt: 1, content: { answer: order.answer } })
		expect(await stateOf(runId)).toBe('answered')
	})

	test('again after the outcome changes nothing', async () => {
		const runId = await recorded()
		const world = await worldWith()
		await workOnRun(runId, never, dependenciesOf(world))
		const before = await store.read(runId)
		expect(await workOnRun(runId, never, dependenciesOf(world))).toEqual({ kind: 'done' })
		expect(await store.read(runId)).toEqual(before)
	})

	test('of a run that nobody knows is done', async () => {
		const world = await worldWith()
		expect(await workOnRun('00000000-0000-7000-8000-000000000000', never, dependenciesOf(world))).toEqual({
			kind: 'done',
		})
	})

	test('of a run that somebody else works on is delayed until after their lease', async () => {
		const runId = await recorded()
		await store.claim(runId, 'somebody else', 5_000)
		const outcome = await workOnRun(runId, never, dependenciesOf(await worldWith()))
		expect(outcome.kind).toBe('delay')
		if (outcome.kind === 'delay') expect(outcome.ms).toBeGreaterThan(4_000)
	})

	test('of a run that was stopped before it began makes no request', async () => {
		const runId = await recorded()
		expect(await intake.stop(runId, 'user')).toBe('accepted')
		const world = await worldWith()
		await workOnRun(runId, never, dependenciesOf(world))
		expect(await outcomesOf(runId)).toMatchObject([{ kind: 'run-stop', reason: 'user' }])
		expect(world.server.requests).toHaveLength(0)
	})

	test('of a run that was stopped while nobody worked on it any more ends it with the best answer so far', async () => {
		const runId = await recorded()
		const first = await worldWith({ answer: hang() })
		const crash = new AbortController()
		const crashed = workOnRun(runId, crash.signal, dependenciesOf(first))
		await first.server.request(5)
		crash.abort(new AbortedError('lease-lost'))
		await crashed
		await intake.stop(runId, 'user')
		await store.abandonLeases()
		const second = await worldWith()
		await workOnRun(runId, never, dependenciesOf(second))
		const [outcome] = await outcomesOf(runId)
		expect(outcome).toMatchObject({ kind: 'run-stop', reason: 'user', attempt: 2, skipped: [], usage: { calls: 5 } })
		expect(outcome?.kind === 'run-stop' && outcome.content?.answer).toContain('- Add both. → $104')
		expect(second.server.requests).toHaveLength(0)
	})
})

describe('a model that fails', () => {
	test('ends the run with a code, a message and what to do', async () => {
		const runId = await recorded()
		await workOnRun(runId, never, dependenciesOf(await worldWith({ plan: status(401, 'wrong key') })))
		const [outcome] = await outcomesOf(runId)
		expect(outcome).toMatchObject({ kind: 'run-fail', code: 'model-auth', usage: { calls: 1 } })
		if (outcome?.kind !== 'run-fail') throw new Error('the run should have failed')
		expect(outcome.content?.message).toContain('API key')
		expect(outcome.content?.fix).toContain('OPENAI_API_KEY')
		expect(await stateOf(runId)).toBe('failed')
	})

	test('of which nothing is known but that something went wrong is reported as internal', async () => {
		const runId = await recorded()
		const world = await worldWith()
		const broken = { ...dependenciesOf(world), reasoning: { ...world.dependencies, models: broke } }
		await workOnRun(runId, never, broken)
		expect(await outcomesOf(runId)).toMatchObject([{ kind: 'run-fail', code: 'internal' }])
	})
})

function broke(): never {
	throw new TypeError('something is undefined')
}

describe('a stop', () => {
	test('closes the open request within a second, and the journal says so', async () => {
		const world = await worldWith({ 'subtask-result': hang() })
		const worker = await working(world)
		const { runId } = await intake.ask(aMessage({ text: order.question }))
		const requests = [await world.server.request(2), await world.server.request(3)]
		const stoppedAt = performance.now()
		expect(await intake.stop(runId, 'user')).toBe('running')
		await Promise.all(requests.map(({ closed }) => closed))
		const records = await finished(runId)
		expect(performance.now() - stoppedAt).toBeLessThan(1_000)
		expect(records.at(-1)).toMatchObject({
			kind: 'run-stop',
			reason: 'user',
			skipped: ['execute', 'evaluate'],
			content: { answer: order.analysis.restatement },
		})
		expect(requests.every(({ closedEarly }) => closedEarly)).toBe(true)
		await worker.end()
	})

	test('whose message was lost arrives with the next extension of the lease', async () => {
		vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
		const world = await worldWith({ plan: hang() })
		const runId = await recorded()
		const work = workOnRun(runId, never, dependenciesOf(world))
		const request = await world.server.request(1)
		await store.requestStop(runId, 'user')
		await vi.advanceTimersByTimeAsync(2_000)
		await request.closed
		await work
		expect(await outcomesOf(runId)).toMatchObject([{ kind: 'run-stop', reason: 'user' }])
	})
})

describe('a lost lease', () => {
	/** Takes the run over from whoever works on it. */
	async function takeOver(runId: string): Promise<void> {
		await store.abandonLeases()
		expect(await store.claim(runId, 'somebody else', 60_000)).toMatchObject({ claim: { attempt: 2 } })
	}

	test('in the middle of a call closes the request, and nothing is written any more', async () => {
		vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
		const world = await worldWith({ plan: hang() })
		const runId = await recorded()
		const work = workOnRun(runId, never, dependenciesOf(world))
		const request = await world.server.request(1)
		await takeOver(runId)
		const before = await store.read(runId)
		await vi.advanceTimersByTimeAsync(2_000)
		await request.closed
		expect(await work).toEqual({ kind: 'done' })
		expect(await store.read(runId)).toEqual(before)
		expect(await stateOf(runId)).toBe('running')
	})

	test('that shows only when the next event is written ends the attempt as well', async () => {
		const release = Promise.withResolvers<void>()
		const world = await worldWith({
			plan: async (request, response) => {
				await release.promise
				return reply(JSON.stringify(order.plan))(request, response)
			},
		})
		const runId = await recorded()
		const work = workOnRun(runId, never, dependenciesOf(world))
		await world.server.request(1)
		await takeOver(runId)
		const before = await store.read(runId)
		release.resolve()
		expect(await work).toEqual({ kind: 'done' })
		expect(await store.read(runId)).toEqual(before)
		expect(world.server.requests).toHaveLength(2)
	})

	test('together with a stop leaves the outcome to whoever has the run now', async () => {
		const world = await worldWith({ plan: hang() })
		const runId = await recorded()
		const stop = new AbortController()
		const work = workOnRun(runId, stop.signal, dependenciesOf(world))
		await world.server.request(1)
		await takeOver(runId)
		stop.abort(new AbortedError('user'))
		expect(await work).toEqual({ kind: 'done' })
		expect(await outcomesOf(runId)).toEqual([])
	})
})

describe('a store that fails', () => {
	test('has the run delivered again; the next attempt goes on from what is durable', async () => {
		const world = await worldWith()
		const runId = await recorded()
		const failing = dependenciesOf(world, {
			append: async (claim, entries) => {
				if (entries.some(({ event }) => event.kind === 'stage-end' && event.stage === 'decompose')) {
					throw new Error('the connection is gone')
				}
				return store.append(claim, entries)
			},
		})
		await expect(workOnRun(runId, never, failing)).rejects.toThrow('The journal could not be written.')
		expect(await stateOf(runId)).toBe('running')
		expect(await outcomesOf(runId)).toEqual([])
		await store.abandonLeases()
		expect(await workOnRun(runId, never, dependenciesOf(world))).toEqual({ kind: 'done' })
		expect(await outcomesOf(runId)).toMatchObject([{ kind: 'run-end', attempt: 2 }])
		expect(world.roles().filter((role) => role === 'analysis')).toHaveLength(1)
		expect(world.roles().filter((role) => role === 'plan')).toHaveLength(1)
	})

	test('in the middle of subtasks leaves no request open', async () => {
		const held = byObjective({ ...orderResults, 'Price the markers.': hang() })
		const world = await worldWith({ 'subtask-result': held })
		const runId = await recorded()
		const failing = dependenciesOf(world, {
			append: async (claim, entries) => {
				if (entries.every(({ event }) => event.kind !== 'subtask-end')) return store.append(claim, entries)
				await world.server.request(3)
				throw new Error('the connection is gone')
			},
		})
		await expect(workOnRun(runId, never, failing)).rejects.toThrow('The journal could not be written.')
		await Promise.all(world.server.requests.map(({ closed }) => closed))
	})
})

describe('a shutdown', () => {
	test('hands the run back, and another worker finishes it without repeating a call', async () => {
		const first = await worldWith({ plan: hangAfter('{"subtasks":') })
		const firstWorker = await working(first)
		const { runId } = await intake.ask(aMessage({ text: order.question }))
		const request = await first.server.request(1)
		await firstWorker.end()
		await request.closed
		expect(await stateOf(runId)).toBe('queued')
		expect(await outcomesOf(runId)).toEqual([])

		const second = await worldWith()
		const secondWorker = await working(second)
		const records = await finished(runId)
		expect(records.at(-1)).toMatchObject({ kind: 'run-end', attempt: 2 })
		expect(records.some(({ kind }) => kind === 'run-resume')).toBe(true)
		expect(second.roles()).not.toContain('analysis')
		await secondWorker.end()
	})

	test('of an idle worker is over at once', async () => {
		const worker = await working(await worldWith())
		await worker.end()
	})
})
