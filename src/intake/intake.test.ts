import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { aMessage, outcomes } from '../../tests/support/builders.ts'
import { keptQueue } from '../../tests/support/kept-queue.ts'
import { databases, type TestDatabase } from '../../tests/support/stores.ts'
import { textContent } from '../core/content.ts'
import { noSettings, resolveSettings, type SettingsReader } from '../core/resolve-settings.ts'
import type { RunState } from '../core/run.ts'
import type { RunStore } from '../core/run-store.ts'
import type { Settings } from '../core/settings.ts'
import { createRunStore } from '../store/index.ts'
import { createIntake, type Intake } from './intake.ts'

const [embedded] = databases
let opened: TestDatabase
let store: RunStore

beforeAll(async () => {
	if (embedded === undefined) throw new Error('there is no embedded database')
	opened = await embedded.open()
	store = await createRunStore(opened.database)
})
afterAll(async () => {
	await store.close()
	await opened[Symbol.asyncDispose]()
})

let kept: ReturnType<typeof keptQueue>
let troubles: unknown[]
let intake: Intake
beforeEach(() => {
	kept = keptQueue()
	troubles = []
	intake = createIntake({
		store,
		queue: kept.queue,
		longestQuestion: 100,
		longestQueue: 1_000,
		onTrouble: (error) => troubles.push(error),
		onUnread: (error) => troubles.push(error),
	})
})

const stateOf = async (runId: string) => (await store.find(runId))?.state

describe('a question in a conversation that began without us', () => {
	const late = () => ({ ...aMessage({ text: 'And now?' }), hasEarlier: true, sentAt: '2026-01-01T12:05:00.000Z' })
	const before = {
		id: 'said before',
		author: { id: 'bob', name: 'Bob' },
		content: [...textContent('Two spiders.')],
		sentAt: '2026-01-01T12:01:00.000Z',
	}
	const enqueued = (runId: string) => vi.waitFor(() => expect(kept.added).toContain(`${runId}-1`))

	test('is recorded at once, and enqueued when what was said before is known', async () => {
		const reading = Promise.withResolvers<readonly (typeof before)[]>()
		const { outcome, runId } = await intake.receive(late(), () => reading.promise)
		expect(outcome).toBe('held-back')
		expect(kept.added).toEqual([])
		reading.resolve([{ ...before, id: runId }])
		await enqueued(runId)
		expect((await store.find(runId))?.history).toMatchObject([{ author: 'Bob', isOverheard: true }])
	})

	test('goes on without it where it is refused, which is told once', async () => {
		const refusal = new Error('not in the channel')
		for (const message of [late(), late()]) {
			const { runId } = await intake.receive(message, () => Promise.reject(refusal))
			await enqueued(runId)
			expect((await store.find(runId))?.history).toEqual([])
		}
		expect(troubles).toEqual([refusal])
	})

	test('has it read once, though several are asked meanwhile', async () => {
		const reading = Promise.withResolvers<readonly (typeof before)[]>()
		let reads = 0
		const read = () => {
			reads += 1
			return reading.promise
		}
		const first = late()
		const second = { ...late(), conversation: first.conversation }
		const runs = [await intake.receive(first, read), await intake.receive(second, read)]
		reading.resolve([])
		for (const { runId } of runs) await enqueued(runId)
		const third = await intake.receive({ ...late(), conversation: first.conversation }, read)
		expect(third.outcome).toBe('recorded')
		expect(reads).toBe(1)
	})
})

describe('asking', () => {
	test('records the question and enqueues its run', async () => {
		const { outcome, runId } = await intake.ask(aMessage())
		expect(outcome).toBe('recorded')
		expect(kept.added).toEqual([`${runId}-1`])
		expect(await stateOf(runId)).toBe('queued')
	})

	test('the same message again is the same run, enqueued once', async () => {
		const message = aMessage()
		const first = await intake.ask(message)
		expect(await intake.ask(message)).toEqual({ outcome: 'duplicate', runId: first.runId })
		expect(kept.added).toHaveLength(1)
	})

	test.each([
		['nothing', []],
		['an empty text', textContent('')],
		['blanks', textContent(' \n\t ')],
		['a picture without words', [{ kind: 'image' as const, url: 'https://example.org/a.png' }]],
	])('%s is refused with what to do', async (_, content) => {
		await expect(intake.ask(aMessage({ content }))).rejects.toMatchObject({
			code: 'question-empty',
			fix: 'Write what you want to know.',
		})
		expect(kept.added).toEqual([])
	})

	test('a question of exactly the longest length fits; one character more does not', async () => {
		expect((await intake.ask(aMessage({ text: 'x'.repeat(100) }))).outcome).toBe('recorded')
		await expect(intake.ask(aMessage({ text: 'x'.repeat(101) }))).rejects.toMatchObject({
			code: 'question-too-long',
			message: 'The question has 101 characters; 100 fit.',
		})
	})

	test('a store that is down is a failure: the platform shall deliver the message again', async () => {
		const down: RunStore = { ...store, record: () => Promise.reject(new Error('the database is down')) }
		const broken = createIntake({
			store: down,
			queue: kept.queue,
			longestQuestion: 100,
			longestQueue: 1_000,
			onTrouble: () => {},
		})
		await expect(broken.ask(aMessage())).rejects.toThrow('the database is down')
		expect(kept.added).toEqual([])
	})
})

describe('a full queue', () => {
	const full = () =>
		createIntake({ store, queue: kept.queue, longestQuestion: 100, longestQueue: 0, onTrouble: () => {} })

	test('refuses further questions, and says when to come back', async () => {
		await expect(full().ask(aMessage())).rejects.toMatchObject({
			code: 'busy',
			message: expect.stringContaining('are waiting already'),
			fix: 'Ask again in a few minutes.',
		})
		expect(kept.added).toEqual([])
	})

	test('on a platform, the refusal is what becomes of the question', async () => {
		const message = aMessage()
		const { runId } = await full().receive(message)
		expect(await store.read(runId)).toMatchObject([{ kind: 'run-fail', code: 'busy' }])
		expect(await full().receive(message)).toEqual({ outcome: 'duplicate', runId })
		expect(kept.added).toEqual([])
	})
})

describe('a budget of the day that is used up', () => {
	const level = { scope: 'person', measure: 'costMicroUsd', limit: 2_000_000, left: 0 } as const
	const poor = () =>
		createIntake({
			store,
			queue: kept.queue,
			spending: { exhausted: async () => level },
			longestQuestion: 100,
			longestQueue: 1_000,
			onTrouble: () => {},
		})

	test('is asked for with what was set for whoever asks', async () => {
		const asked: unknown[] = []
		const settings: SettingsReader = async (place) => ({
			...resolveSettings(noSettings, { effort: 'medium', workflow: 'default' }, place),
			usdPerDay: { person: 2 },
		})
		const intakeWithSettings = createIntake({
			store,
			queue: kept.queue,
			settings,
			spending: {
				exhausted: async (payer) => {
					asked.push(payer)
					return null
				},
			},
			longestQuestion: 100,
			longestQueue: 1_000,
			onTrouble: () => {},
		})
		const message = aMessage()
		await intakeWithSettings.ask(message)
		expect(asked).toEqual([{ ...message.conversation, personId: 'person', usdPerDay: { person: 2 } }])
	})

	test('refuses further questions, and says which it is and when it starts again', async () => {
		await expect(poor().ask(aMessage())).rejects.toMatchObject({
			code: 'budget',
			message: expect.stringContaining('$2.00'),
			fix: expect.stringContaining('00:00 UTC'),
		})
		const { runId } = await poor().receive(aMessage())
		expect(await store.read(runId)).toMatchObject([{ kind: 'run-fail', code: 'budget' }])
		expect(kept.added).toEqual([])
	})
})

describe('receiving from a platform', () => {
	test('is asking', async () => {
		const message = aMessage()
		const { outcome, runId } = await intake.receive(message)
		expect(outcome).toBe('recorded')
		expect(kept.added).toEqual([`${runId}-1`])
		expect(await intake.receive(message)).toEqual({ outcome: 'duplicate', runId })
		expect(kept.added).toHaveLength(1)
	})

	test.each([
		['', 'question-empty'],
		['x'.repeat(101), 'question-too-long'],
	])('what can be no question fails with the reason: %s', async (text, code) => {
		const { runId } = await intake.receive(aMessage({ text }))
		expect(await store.read(runId)).toMatchObject([{ kind: 'run-fail', code }])
		expect(await stateOf(runId)).toBe('failed')
	})

	test('a store that is down is the platform’s to deliver again', async () => {
		const load = () => Promise.reject(new Error('the database is down'))
		const broken = createIntake({
			store: { ...store, load },
			queue: kept.queue,
			longestQuestion: 100,
			longestQueue: 1_000,
			onTrouble: () => {},
		})
		await expect(broken.receive(aMessage())).rejects.toThrow('the database is down')
	})
})

describe('where not everybody is answered everywhere', () => {
	const asking = (installation: Settings, message = aMessage()) => {
		const settings: SettingsReader = async (place) =>
			resolveSettings({ ...noSettings, installation }, { effort: 'medium', workflow: 'default' }, place)
		const choosy = createIntake({
			store,
			queue: kept.queue,
			settings,
			longestQuestion: 100,
			longestQueue: 1_000,
			onTrouble: (error) => troubles.push(error),
		})
		return { choosy, message }
	}
	const direct = (message = aMessage()) => ({ ...message, conversation: { ...message.conversation, isDirect: true } })

	test.each([
		['a channel that is not listed', { allowedChannels: ['lab'] }, aMessage(), 'not answered in this channel'],
		['a person who is not listed', { allowedPeople: ['ada'] }, aMessage(), 'some people'],
		['a direct message', { directMessages: false }, direct(), 'Direct messages'],
	])(
		'the question of %s is refused, and on a platform has failed with the reason',
		async (_, settings, message, why) => {
			const { choosy } = asking(settings)
			const refused = { code: 'forbidden', message: expect.stringContaining(why) }
			await expect(choosy.ask(message)).rejects.toMatchObject(refused)
			const { runId } = await choosy.receive(message)
			expect(await store.read(runId)).toMatchObject([{ kind: 'run-fail', code: 'forbidden' }])
			expect(kept.added).toEqual([])
		},
	)

	test('the others are answered', async () => {
		const { choosy } = asking({ allowedChannels: ['channel'], allowedPeople: ['person'], directMessages: false })
		expect((await choosy.ask(aMessage())).outcome).toBe('recorded')
	})
})

describe('a queue that is down when a question comes', () => {
	test('loses nothing: the question is recorded, and the next sweep enqueues it', async () => {
		kept.state.down = true
		const { outcome, runId } = await intake.ask(aMessage())
		expect(outcome).toBe('recorded')
		expect(troubles).toMatchObject([{ message: 'the queue is down' }])
		expect(await stateOf(runId)).toBe('accepted')
		await expect(intake.sweep(0)).rejects.toThrow('the queue is down')
		kept.state.down = false
		expect(await intake.sweep(0)).toBeGreaterThanOrEqual(1)
		expect(kept.added).toContain(`${runId}-1`)
		expect(await stateOf(runId)).toBe('queued')
	})

	test('a run whose worker is dead is enqueued as its next attempt', async () => {
		const { runId } = await intake.ask(aMessage())
		await store.claim(runId, 'worker', 60_000)
		await store.abandonLeases()
		await intake.sweep(0)
		expect(kept.added).toContain(`${runId}-2`)
	})

	test('a run that was enqueued a moment ago is left alone, and so is one that somebody works on', async () => {
		const { runId } = await intake.ask(aMessage())
		const worked = await intake.ask(aMessage())
		await store.claim(worked.runId, 'worker', 60_000)
		kept.added.length = 0
		await intake.sweep()
		expect(kept.added).not.toContain(`${runId}-1`)
		expect(kept.added.filter((job) => job.startsWith(worked.runId))).toEqual([])
	})
})

describe('stopping', () => {
	/** A run brought into a state. */
	async function runIn(state: RunState): Promise<string> {
		if (state === 'accepted') return (await store.record(aMessage())).runId
		const { runId } = await intake.ask(aMessage())
		if (state === 'queued') return runId
		const claimed = await store.claim(runId, 'worker', 60_000)
		if (claimed.outcome !== 'claimed') throw new Error('it could not be claimed')
		const event = {
			answered: outcomes.end('104'),
			stopped: outcomes.stop(''),
			failed: outcomes.fail('silence'),
			waiting: outcomes.wait('Which one?'),
			running: null,
		}[state]
		if (event !== null) await store.append(claimed.claim, [{ event }])
		return runId
	}

	test('a run that waits has a worker end it, at once', async () => {
		const runId = await runIn('waiting')
		expect(await intake.stop(runId, 'user')).toBe('waiting')
		expect(kept.added).toEqual([`${runId}-1`, `${runId}-2`])
		expect(await store.find(runId)).toMatchObject({ state: 'queued', stopRequested: 'user' })
	})

	test('a run whose delivery cannot be enqueued is found by the next sweep', async () => {
		const runId = await runIn('waiting')
		kept.state.down = true
		expect(await intake.stop(runId, 'user')).toBe('waiting')
		kept.state.down = false
		await intake.sweep(0)
		expect(kept.added).toContain(`${runId}-2`)
	})

	test.each<RunState>(['accepted', 'queued'])('a run that is %s and not begun ends it at once', async (state) => {
		const runId = await runIn(state)
		expect(await intake.stop(runId, 'user')).toBe(state)
		expect(await stateOf(runId)).toBe('stopped')
		expect((await store.read(runId)).at(-1)).toMatchObject({ kind: 'run-stop', reason: 'user' })
	})

	test('a run that is running tells its worker, in writing and by message', async () => {
		const runId = await runIn('running')
		expect(await intake.stop(runId, 'user')).toBe('running')
		expect(kept.cancelled).toEqual([`${runId} user`])
		expect(await store.find(runId)).toMatchObject({ state: 'running', stopRequested: 'user' })
	})

	test.each<RunState>(['answered', 'stopped', 'failed'])('a run that is %s changes nothing', async (state) => {
		const runId = await runIn(state)
		const before = await store.read(runId)
		expect(await intake.stop(runId, 'user')).toBe(state)
		expect(await store.read(runId)).toEqual(before)
		expect(kept.cancelled).toEqual([])
	})

	test('a run that does not exist is null', async () => {
		expect(await intake.stop('00000000-0000-7000-8000-000000000000', 'user')).toBeNull()
		expect(await intake.stop('nonsense', 'user')).toBeNull()
	})

	test('while the queue is down is written all the same', async () => {
		const runId = await runIn('running')
		kept.state.down = true
		expect(await intake.stop(runId, 'user')).toBe('running')
		expect(await store.find(runId)).toMatchObject({ stopRequested: 'user' })
		expect(troubles).toHaveLength(1)
	})
})
