import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { aMessage } from '../../tests/support/builders.ts'
import {
	byObjective,
	openReasoning,
	order,
	orderResults,
	type ReasoningWorld,
	type RoleScript,
	replyJson,
} from '../../tests/support/reasoning.ts'
import { hang, hangAfter, reply, status } from '../../tests/support/scripted-model-server.ts'
import { databases, type TestDatabase } from '../../tests/support/stores.ts'
import { AbortedError } from '../core/abort.ts'
import { ThreadwiseError } from '../core/errors.ts'
import type { JobQueue } from '../core/job-queue.ts'
import { type JournalEntry, type JournalEventKind, type JournalRecord, parseJournalRecord } from '../core/journal.ts'
import type { Claim } from '../core/run.ts'
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
	queue = await createJobQueue(
		{ kind: 'postgres', pool: opened.database.pool },
		{ onTrouble: (error) => troubles.push(error), onRelief: () => {} },
	)
	intake = createIntake({
		store,
		queue,
		longestQuestion: 1_000,
		longestQueue: 1_000,
		onTrouble: (error) => troubles.push(error),
	})
})
afterEach(async () => {
	vi.useRealTimers()
	// A delivery takes the run whose turn it is: what a test leaves behind would be the next one's.
	await opened.database.pool.query(
		"update threadwise.runs set state = 'stopped' where state in ('accepted', 'queued', 'running')",
	)
})
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
	return {
		store: { ...store, ...change },
		queue,
		reasoning: dependencies,
		owner: 'worker',
		onTrouble: (error: unknown) => void troubles.push(error),
	}
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
		onRelief: () => {},
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
		await first.server.request(6)
		crash.abort(new AbortedError('lease-lost'))
		await crashed
		await intake.stop(runId, 'user')
		await store.abandonLeases()
		const second = await worldWith()
		await workOnRun(runId, never, dependenciesOf(second))
		const [outcome] = await outcomesOf(runId)
		expect(outcome).toMatchObject({ kind: 'run-stop', reason: 'user', attempt: 2, skipped: [], usage: { calls: 6 } })
		expect(outcome?.kind === 'run-stop' && outcome.content?.answer).toContain('- Add both. → $104')
		expect(second.server.requests).toHaveLength(0)
	})
})

describe('a model that fails', () => {
	test('ends the run with a code, a message and what to do', async () => {
		const runId = await recorded()
		await workOnRun(runId, never, dependenciesOf(await worldWith({ plan: status(401, 'wrong key') })))
		const [outcome] = await outcomesOf(runId)
		expect(outcome).toMatchObject({ kind: 'run-fail', code: 'model-auth', usage: { calls: 2 } })
		if (outcome?.kind !== 'run-fail') throw new Error('the run should have failed')
		expect(outcome.content?.message).toContain('API key')
		expect(outcome.content?.fix).toContain('OPENAI_API_KEY')
		expect(await stateOf(runId)).toBe('failed')
	})

	test('in a way that is a bug is logged, and people are not shown what it said', async () => {
		const runId = await recorded()
		const world = await worldWith()
		const bugs: unknown[] = []
		const broken = {
			...dependenciesOf(world),
			reasoning: { ...world.dependencies, models: broke },
			onTrouble: (error: unknown) => void bugs.push(error),
		}
		await workOnRun(runId, never, broken)
		const content = { message: 'Something went wrong inside Threadwise.' }
		expect(await outcomesOf(runId)).toMatchObject([{ kind: 'run-fail', code: 'internal', content }])
		expect(bugs).toMatchObject([{ message: 'something is undefined' }])
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
		const requests = [await world.server.request(3), await world.server.request(4)]
		const stoppedAt = performance.now()
		expect(await intake.stop(runId, 'user')).toBe('running')
		await Promise.all(requests.map(({ closed }) => closed))
		const records = await finished(runId)
		expect(performance.now() - stoppedAt).toBeLessThan(1_000)
		expect(records.at(-1)).toMatchObject({
			kind: 'run-stop',
			reason: 'user',
			skipped: ['execute', 'alternatives', 'evaluate', 'correct'],
			content: { answer: order.analysis.restatement },
		})
		expect(requests.every(({ closedEarly }) => closedEarly)).toBe(true)
		await worker.end()
	})

	test('reaches the run also where another delivery than its own has brought it', async () => {
		const world = await worldWith({ plan: hang() })
		const older = await recorded()
		const newer = await recorded()
		await working(world)
		// The queue knows of the newer run alone; the store gives its delivery the older one, whose turn it is.
		await queue.add({ version: 1, runId: newer }, 1)
		const request = await world.server.request(2)
		expect(await stateOf(older)).toBe('running')
		const stoppedAt = performance.now()
		await queue.cancel(older, 'user')
		await request.closed
		expect(performance.now() - stoppedAt).toBeLessThan(1_000)
		expect((await finished(older)).at(-1)).toMatchObject({ kind: 'run-stop', reason: 'user' })
		expect(await stateOf(newer)).toBe('accepted')
	})

	test('whose message was lost arrives with the next extension of the lease', async () => {
		vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
		const world = await worldWith({ plan: hang() })
		const runId = await recorded()
		const work = workOnRun(runId, never, dependenciesOf(world))
		const request = await world.server.request(2)
		await store.requestStop(runId, 'user')
		await vi.advanceTimersByTimeAsync(1_000)
		await request.closed
		await work
		expect(await outcomesOf(runId)).toMatchObject([{ kind: 'run-stop', reason: 'user' }])
	})
})

describe('a stop that nobody told the worker of', () => {
	/** A store in which somebody asks to stop the run right before an event of that kind is written. */
	function stoppedBefore(kind: JournalEventKind): Partial<RunStore> {
		return {
			append: async (claim, entries) => {
				if (entries.some(({ event }) => event.kind === kind)) await store.requestStop(claim.runId, 'user')
				return store.append(claim, entries)
			},
		}
	}

	test('shows at the next event that is written', async () => {
		const world = await worldWith({ plan: hang() })
		const runId = await recorded()
		await workOnRun(runId, never, dependenciesOf(world, stoppedBefore('run-route')))
		expect(await outcomesOf(runId)).toMatchObject([{ kind: 'run-stop', reason: 'user' }])
	})

	test('is not answered over: the outcome is the best answer so far', async () => {
		const world = await worldWith()
		const runId = await recorded()
		await workOnRun(runId, never, dependenciesOf(world, stoppedBefore('run-end')))
		expect(await outcomesOf(runId)).toMatchObject([
			{ kind: 'run-stop', reason: 'user', content: { answer: order.answer } },
		])
		expect(await stateOf(runId)).toBe('stopped')
	})
})

describe('the answer that is wanted now', () => {
	const half: RoleScript = {
		'subtask-result': byObjective({ ...orderResults, 'Price the markers.': hang() }),
		answer: reply('About $48 so far.'),
	}

	test('comes at once: the open request is closed within a second, and the run answers', async () => {
		const world = await worldWith(half)
		const worker = await working(world)
		const { runId } = await intake.ask(aMessage({ text: order.question }))
		const requests = [await world.server.request(3), await world.server.request(4)]
		await until(runId, 'subtask-end')
		const pressedAt = performance.now()
		await store.requestAnswerNow(runId)
		await queue.cancel(runId, 'answer-now')
		await Promise.all(requests.map(({ closed }) => closed))
		expect(performance.now() - pressedAt).toBeLessThan(1_000)
		const records = await finished(runId)
		expect(records.at(-1)).toMatchObject({ kind: 'run-end', content: { answer: 'About $48 so far.' } })
		expect(records.filter(({ kind }) => kind === 'answer-now')).toHaveLength(1)
		expect(await stateOf(runId)).toBe('answered')
		await worker.end()
	})

	test('whose message was lost comes with the next extension of the lease', async () => {
		vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
		const world = await worldWith({ plan: hang() })
		const runId = await recorded()
		const work = workOnRun(runId, never, dependenciesOf(world))
		const request = await world.server.request(2)
		await store.requestAnswerNow(runId)
		await vi.advanceTimersByTimeAsync(1_000)
		await request.closed
		await work
		expect(await outcomesOf(runId)).toMatchObject([{ kind: 'run-end', content: { answer: 'It is $104.' } }])
	})

	test('or with the next event that is written', async () => {
		const world = await worldWith({ plan: hang() })
		const runId = await recorded()
		const noted: Partial<RunStore> = {
			append: async (claim, entries) => {
				if (entries.some(({ event }) => event.kind === 'stage-end')) await store.requestAnswerNow(claim.runId)
				return store.append(claim, entries)
			},
		}
		await workOnRun(runId, never, dependenciesOf(world, noted))
		expect(await outcomesOf(runId)).toMatchObject([{ kind: 'run-end', confidence: 'low' }])
	})

	test('is still wanted when another worker takes the run over, and a stop behind it stops', async () => {
		const first = await worldWith({ ...half, answer: hang() })
		const runId = await recorded()
		const crash = new AbortController()
		const crashed = workOnRun(runId, crash.signal, dependenciesOf(first))
		await until(runId, 'subtask-end')
		crash.abort(new AbortedError('lease-lost'))
		await crashed
		await store.requestAnswerNow(runId)
		await store.abandonLeases()
		const second = await worldWith({ answer: hang() })
		const stop = new AbortController()
		const work = workOnRun(runId, stop.signal, dependenciesOf(second))
		await second.server.request(0)
		expect(second.roles()).toEqual(['answer'])
		stop.abort(new AbortedError('user'))
		await work
		expect(await outcomesOf(runId)).toMatchObject([{ kind: 'run-stop', reason: 'user', attempt: 2 }])
	})

	test('of a run that nobody has begun is a direct one', async () => {
		const world = await worldWith()
		const runId = await recorded()
		await store.requestAnswerNow(runId)
		await workOnRun(runId, never, dependenciesOf(world))
		expect(world.roles()).toEqual(['direct'])
		expect(await outcomesOf(runId)).toMatchObject([{ kind: 'run-end', content: { answer: 'It is $104.' } }])
	})

	test('while a question back is being written is given without waiting for anybody', async () => {
		const ambiguities = [
			{ statement: 'Tax?', assumption: 'Prices include tax.', changesAnswer: true, question: 'With tax?' },
		]
		const world = await worldWith({ analysis: reply(JSON.stringify({ ...order.analysis, ambiguities })) })
		const runId = await recorded()
		const noted: Partial<RunStore> = {
			append: async (claim, entries) => {
				if (entries.some(({ event }) => event.kind === 'run-wait')) await store.requestAnswerNow(claim.runId)
				return store.append(claim, entries)
			},
		}
		await workOnRun(runId, never, dependenciesOf(world, noted))
		expect(await stateOf(runId)).toBe('queued')
		await working(world)
		const records = await finished(runId)
		expect(records.at(-1)).toMatchObject({ kind: 'run-end', attempt: 2, content: { answer: 'It is $104.' } })
	})
})

/** Resolves when the journal of a run has an event of that kind. */
async function until(runId: string, kind: JournalEventKind): Promise<void> {
	for await (const record of store.follow(runId, 0, never)) if (record.kind === kind) return
}

describe('a run with a past', () => {
	const sample: JournalEntry = {
		event: { kind: 'sample', sample: 1, method: 'direct', content: { answer: '104', key: '104' } },
	}

	/** Attempts that ended with their process, right after they had begun, or been claimed. */
	async function died(runId: string, attempts: number, wrote: 'a word' | 'nothing' = 'a word'): Promise<Claim> {
		const claims: Claim[] = []
		for (let count = 0; count < attempts; count += 1) {
			await store.abandonLeases()
			const claimed = await store.claim(runId, 'doomed', 60_000)
			if (claimed.outcome !== 'claimed') continue
			claims.push(claimed.claim)
			const previousAttempt = claimed.claim.attempt - 1
			if (wrote === 'a word') await store.append(claimed.claim, [{ event: { kind: 'run-resume', previousAttempt } }])
		}
		const last = claims.at(-1)
		if (last === undefined) throw new Error('it could not be claimed')
		return last
	}

	async function nextAttempt(runId: string): Promise<ReasoningWorld> {
		const world = await worldWith()
		await store.abandonLeases()
		await workOnRun(runId, never, dependenciesOf(world))
		return world
	}

	test('of twenty attempts that got nowhere fails without another request', async () => {
		const runId = await recorded()
		await died(runId, 20)
		const world = await nextAttempt(runId)
		expect(await outcomesOf(runId)).toMatchObject([
			{ kind: 'run-fail', code: 'run-lost', content: { message: expect.stringContaining('tried 20 times without') } },
		])
		expect(world.server.requests).toHaveLength(0)
	})

	test('of workers that ended before they wrote a word is tried again, but not for ever', async () => {
		const runId = await recorded()
		await died(runId, 49, 'nothing')
		await nextAttempt(runId)
		expect(await outcomesOf(runId)).toMatchObject([{ kind: 'run-end' }])
		const hopeless = await recorded()
		await died(hopeless, 50, 'nothing')
		await nextAttempt(hopeless)
		expect(await outcomesOf(hopeless)).toMatchObject([{ kind: 'run-fail', code: 'run-lost' }])
	})

	test('of nineteen attempts that got nowhere is tried again', async () => {
		const runId = await recorded()
		await died(runId, 19)
		await nextAttempt(runId)
		expect(await outcomesOf(runId)).toMatchObject([{ kind: 'run-end', attempt: 20 }])
	})

	test('starts counting anew after an attempt that got further', async () => {
		const runId = await recorded()
		await store.append(await died(runId, 4), [sample])
		await died(runId, 20)
		await nextAttempt(runId)
		expect(await outcomesOf(runId)).toMatchObject([{ kind: 'run-fail', code: 'run-lost', attempt: 25 }])
	})

	test('goes on where the attempt that got further is not long ago', async () => {
		const runId = await recorded()
		await store.append(await died(runId, 4), [sample])
		await died(runId, 19)
		await nextAttempt(runId)
		expect(await outcomesOf(runId)).toMatchObject([{ kind: 'run-end', attempt: 24 }])
	})

	describe('that a newer version wrote', () => {
		const unreadable: Partial<RunStore> = { read: async () => [parseJournalRecord({ v: 99, kind: 'run-dance' })] }

		test('fails and says what to do', async () => {
			const runId = await recorded()
			await died(runId, 1)
			await store.abandonLeases()
			expect(await workOnRun(runId, never, dependenciesOf(await worldWith(), unreadable))).toEqual({ kind: 'done' })
			expect(await outcomesOf(runId)).toMatchObject([
				{
					kind: 'run-fail',
					code: 'run-lost',
					content: {
						message: expect.stringContaining('was written by a newer version of Threadwise'),
						fix: expect.stringContaining('Update this one'),
					},
				},
			])
		})

		test('can be stopped', async () => {
			const runId = await recorded()
			await died(runId, 1)
			await store.requestStop(runId, 'user')
			await store.abandonLeases()
			await workOnRun(runId, never, dependenciesOf(await worldWith(), unreadable))
			expect(await outcomesOf(runId)).toMatchObject([{ kind: 'run-stop', reason: 'user' }])
		})
	})

	test('that was handed back and then stopped ends at once with the best answer so far', async () => {
		const first = await worldWith({ answer: hang() })
		const firstWorker = await working(first)
		const { runId } = await intake.ask(aMessage({ text: order.question }))
		await first.server.request(6)
		await firstWorker.end()
		expect(await stateOf(runId)).toBe('queued')
		expect(await intake.stop(runId, 'user')).toBe('queued')
		expect(await outcomesOf(runId)).toEqual([])
		const second = await worldWith()
		const secondWorker = await working(second)
		const outcome = (await finished(runId)).at(-1)
		expect(outcome).toMatchObject({ kind: 'run-stop', reason: 'user', attempt: 2, usage: { calls: 6 } })
		expect(outcome?.kind === 'run-stop' && outcome.content?.answer).toContain('- Add both. → $104')
		expect(second.server.requests).toHaveLength(0)
		await secondWorker.end()
	})
})

describe('a worker whose hands are all busy', () => {
	const hands = 4

	test('takes over what a worker that vanished held, and lets others wait', async () => {
		const world = await worldWith({ plan: [...Array.from({ length: hands }, () => hang()), replyJson(order.plan)] })
		const busy = await Promise.all(Array.from({ length: hands }, () => recorded()))
		const { end } = await working(world)
		await Promise.all(busy.map((runId) => queue.add({ version: 1, runId }, 1)))
		await vi.waitUntil(() => world.roles().filter((role) => role === 'plan').length === hands, { timeout: 5_000 })
		const waiting = await recorded()
		await queue.add({ version: 1, runId: waiting }, 1)
		const orphan = await recorded()
		await store.claim(orphan, 'doomed', 1)
		expect((await finished(orphan)).at(-1)).toMatchObject({ kind: 'run-end', attempt: 2 })
		expect(await Promise.all([waiting, ...busy].map(stateOf))).toEqual(['accepted', ...busy.map(() => 'running')])
		await end()
		expect(await Promise.all(busy.map(stateOf))).toEqual(busy.map(() => 'queued'))
	})

	test('hands a run that it has taken over back when it ends', async () => {
		const world = await worldWith({ plan: hang() })
		const { end } = await working(world)
		const orphan = await recorded()
		await store.claim(orphan, 'doomed', 1)
		await world.server.request(2)
		await end()
		expect(await store.find(orphan)).toMatchObject({ state: 'queued', attempt: 2 })
	})
})

describe('a lost lease', () => {
	/** Whether somebody else has taken it over is found out after their lease. */
	const laterAgain = { kind: 'delay', ms: 10_000 }

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
		const request = await world.server.request(2)
		await takeOver(runId)
		const before = await store.read(runId)
		await vi.advanceTimersByTimeAsync(2_000)
		await request.closed
		expect(await work).toEqual(laterAgain)
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
		await world.server.request(2)
		await takeOver(runId)
		const before = await store.read(runId)
		release.resolve()
		expect(await work).toEqual(laterAgain)
		expect(await store.read(runId)).toEqual(before)
		expect(world.server.requests).toHaveLength(3)
	})

	test('together with a stop leaves the outcome to whoever has the run now', async () => {
		const world = await worldWith({ plan: hang() })
		const runId = await recorded()
		const stop = new AbortController()
		const work = workOnRun(runId, stop.signal, dependenciesOf(world))
		await world.server.request(2)
		await takeOver(runId)
		stop.abort(new AbortedError('user'))
		expect(await work).toEqual(laterAgain)
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
				await world.server.request(4)
				throw new Error('the connection is gone')
			},
		})
		await expect(workOnRun(runId, never, failing)).rejects.toThrow('The journal could not be written.')
		await Promise.all(world.server.requests.map(({ closed }) => closed))
	})

	/** A store that refuses, for good, to write events of these kinds. */
	function refusing(...kinds: JournalEventKind[]): Partial<RunStore> {
		return {
			append: async (claim, entries) => {
				if (entries.every(({ event }) => !kinds.includes(event.kind))) return store.append(claim, entries)
				throw new ThreadwiseError('store-refused', 'The value is too large.', { fix: 'Make it smaller.' })
			},
		}
	}

	test('for good ends the run: another attempt would pay for the same calls and fail again', async () => {
		const runId = await recorded()
		const world = await worldWith()
		expect(await workOnRun(runId, never, dependenciesOf(world, refusing('stage-end')))).toEqual({ kind: 'done' })
		expect(await outcomesOf(runId)).toMatchObject([{ kind: 'run-fail', code: 'store-refused' }])
	})

	test('to take a best answer ends the run without it', async () => {
		const runId = await recorded()
		const stopped = AbortSignal.abort(new AbortedError('user'))
		await workOnRun(runId, stopped, dependenciesOf(await worldWith(), refusing('run-stop')))
		expect(await outcomesOf(runId)).toMatchObject([{ kind: 'run-fail', code: 'store-refused' }])
	})

	test('to take even that leaves the run to the queue', async () => {
		const runId = await recorded()
		const refused = workOnRun(runId, never, dependenciesOf(await worldWith(), refusing('stage-end', 'run-fail')))
		await expect(refused).rejects.toMatchObject({ code: 'store-refused' })
		expect(await stateOf(runId)).toBe('running')
	})
})

describe('a shutdown', () => {
	test('hands the run back, and another worker finishes it without repeating a call', async () => {
		const first = await worldWith({ plan: hangAfter('{"subtasks":') })
		const firstWorker = await working(first)
		const { runId } = await intake.ask(aMessage({ text: order.question }))
		const request = await first.server.request(2)
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
