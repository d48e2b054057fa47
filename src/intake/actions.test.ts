import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { aMessage, outcomes } from '../../tests/support/builders.ts'
import { eventExamples } from '../../tests/support/journal-examples.ts'
import { keptQueue } from '../../tests/support/kept-queue.ts'
import { databases, type TestDatabase } from '../../tests/support/stores.ts'
import type { Actor } from '../core/actor.ts'
import type { GivenFeedback } from '../core/feedback.ts'
import type { JournalEvent } from '../core/journal.ts'
import { noSettings, resolveSettings, type SettingsReader } from '../core/resolve-settings.ts'
import type { Effort, RunPreferences } from '../core/run-preferences.ts'
import type { RunStore } from '../core/run-store.ts'
import type { Settings, SettingsKey } from '../core/settings.ts'
import { createRunStore, createSettingsStore } from '../store/index.ts'
import { changeSettings } from './actions.ts'
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

const ada: Actor = { personId: 'person', platform: 'testing', workspaceId: 'workspace', isAdmin: false }
const bob: Actor = { ...ada, personId: 'bob' }
const admin: Actor = { ...ada, personId: 'root', isAdmin: true }
const stranger: Actor = { ...ada, workspaceId: 'another' }

let kept: ReturnType<typeof keptQueue>
let troubles: unknown[]
let installation: Settings
let intake: Intake
const open = (longestQueue = 1_000) => {
	const settings: SettingsReader = async (place) =>
		resolveSettings({ ...noSettings, installation }, { effort: 'low', workflow: 'default' }, place)
	return createIntake({
		store,
		queue: kept.queue,
		settings,
		longestQuestion: 100,
		longestQueue,
		onTrouble: (error) => troubles.push(error),
	})
}
beforeEach(() => {
	kept = keptQueue()
	troubles = []
	installation = {}
	intake = open()
})

const ask = async (message = aMessage()) => (await intake.ask(message)).runId
const claim = async (runId: string) => {
	const claimed = await store.claim(runId, 'worker', 60_000)
	if (claimed.outcome !== 'claimed') throw new Error('it could not be claimed')
	return claimed.claim
}
const finished = async (message = aMessage(), ...events: readonly JournalEvent[]) => {
	const runId = await ask(message)
	const all = [...events, outcomes.end('16')]
	await store.append(
		await claim(runId),
		all.map((event) => ({ event })),
	)
	kept.added.length = 0
	return runId
}
const find = async (runId: string) => {
	const run = await store.find(runId)
	if (run === null) throw new Error('the run is gone')
	return run
}
const refused = (message: string) => ({
	outcome: 'refused',
	code: expect.any(String),
	retryAfterMs: null,
	message: expect.stringContaining(message),
	fix: expect.stringMatching(/\.$/),
})
const nowhere = ['00000000-0000-7000-8000-000000000000', 'nonsense']
const onlyTheirs = 'Only whoever asked'

describe('whoever may not', () => {
	test.each<[keyof Intake['actions'], Actor, string]>([
		['stop', bob, onlyTheirs],
		['stop', stranger, 'another place'],
		['answerNow', bob, onlyTheirs],
		['answerNow', stranger, 'another place'],
		['again', stranger, 'another place'],
		['feedback', stranger, 'another place'],
	])('%s: is told why, and nothing changes', async (action, actor, why) => {
		const runId = action === 'again' || action === 'feedback' ? await finished() : await ask()
		const before = [await store.find(runId), await store.read(runId)]
		const results = {
			stop: () => intake.actions.stop(runId, actor),
			answerNow: () => intake.actions.answerNow(runId, actor),
			again: () => intake.actions.again(runId, 'regenerate', actor),
			feedback: () => intake.actions.feedback(runId, actor, { helpful: true, reason: null }),
		}
		expect(await results[action]()).toEqual(refused(why))
		expect([await store.find(runId), await store.read(runId)]).toEqual(before)
		expect(kept.cancelled).toEqual([])
	})

	test.each(nowhere)('do something with a run that is not there is told so: %s', async (runId) => {
		const { stop, answerNow, again, feedback } = intake.actions
		const results = [
			await stop(runId, admin),
			await answerNow(runId, admin),
			await again(runId, 'regenerate', admin),
			await feedback(runId, admin, { helpful: true, reason: null }),
		]
		for (const result of results) expect(result).toEqual(refused('There is no run'))
	})

	test('a store that is down is a failure, not a refusal', async () => {
		const broken = createIntake({
			store: { ...store, find: () => Promise.reject(new Error('the database is down')) },
			queue: kept.queue,
			longestQuestion: 100,
			longestQueue: 1_000,
			onTrouble: () => {},
		})
		await expect(broken.actions.stop(await ask(), ada)).rejects.toThrow('the database is down')
	})
})

describe('stop', () => {
	test.each([ada, admin])('ends the run for $personId', async (actor) => {
		const runId = await ask()
		expect(await intake.actions.stop(runId, actor)).toEqual({ outcome: 'done' })
		expect((await find(runId)).state).toBe('stopped')
	})

	test('a run that has its outcome keeps it', async () => {
		const runId = await finished()
		expect(await intake.actions.stop(runId, ada)).toEqual({ outcome: 'done' })
		expect((await find(runId)).state).toBe('answered')
	})
})

describe('answer now', () => {
	test('has a run that nobody has begun answered directly', async () => {
		const runId = await ask()
		expect(await intake.actions.answerNow(runId, ada)).toEqual({ outcome: 'done' })
		expect(await find(runId)).toMatchObject({ state: 'queued', preferences: { route: 'direct' }, answerNow: true })
		expect(kept.cancelled).toEqual([])
	})

	test('tells whoever works on the run', async () => {
		const runId = await ask()
		await claim(runId)
		await intake.actions.answerNow(runId, admin)
		expect(kept.cancelled).toEqual([`${runId} answer-now`])
		expect(await find(runId)).toMatchObject({ state: 'running', answerNow: true })
	})

	test('has a run that asked back go on without an answer', async () => {
		const runId = await ask()
		await store.append(await claim(runId), [{ event: outcomes.wait('Which ones?') }])
		await intake.actions.answerNow(runId, ada)
		expect(kept.added).toEqual([`${runId}-1`, `${runId}-2`])
		expect((await find(runId)).state).toBe('queued')
	})

	test('is written also while the queue is down', async () => {
		const runId = await ask()
		await claim(runId)
		kept.state.down = true
		expect(await intake.actions.answerNow(runId, ada)).toEqual({ outcome: 'done' })
		expect((await find(runId)).answerNow).toBe(true)
		expect(troubles).toHaveLength(1)
	})
})

describe('once more', () => {
	const begun = async (runId: string, kind: 'think-harder' | 'regenerate', actor = ada) => {
		const result = await intake.actions.again(runId, kind, actor)
		if (result.outcome !== 'begun') throw new Error(`it was refused: ${result.message}`)
		return result.runId
	}
	const routed = (effort: Effort) => ({ ...eventExamples['run-route'], effort })
	const preferring = (preferences: Partial<RunPreferences>) => {
		const message = aMessage()
		return { ...message, preferences: { ...message.preferences, ...preferences } }
	}

	test.each<[string, Partial<RunPreferences>, Effort | null, Effort]>([
		['what the run was answered with', { effort: 'high' }, 'low', 'medium'],
		['what the question had said', { effort: 'medium' }, null, 'high'],
		['what is set', {}, null, 'medium'],
		['the highest', {}, 'high', 'high'],
	])('harder is in stages, at the effort after %s', async (_, preferences, effort, next) => {
		const parent = await finished(
			preferring({ route: 'direct', workflow: 'quick', ...preferences }),
			...(effort === null ? [] : [routed(effort)]),
		)
		const runId = await begun(parent, 'think-harder')
		expect(await find(runId)).toMatchObject({
			kind: 'think-harder',
			parentRunId: parent,
			state: 'queued',
			preferences: { route: 'staged', effort: next, workflow: 'quick' },
		})
		expect(kept.added).toEqual([`${runId}-1`])
	})

	test('as before is with what the question had said', async () => {
		const preferences = { route: 'direct', effort: 'high', workflow: null } as const
		const parent = await finished(preferring(preferences), routed('low'))
		expect(await find(await begun(parent, 'regenerate'))).toMatchObject({ kind: 'regenerate', preferences })
	})

	test('pressed twice is one run, enqueued once', async () => {
		const parent = await finished()
		const runId = await begun(parent, 'regenerate')
		expect(await begun(parent, 'regenerate', bob)).toBe(runId)
		expect(kept.added).toEqual([`${runId}-1`])
	})

	test('by somebody else there is theirs, to stop as well', async () => {
		const runId = await begun(await finished(), 'regenerate', bob)
		expect((await find(runId)).asker.id).toBe('bob')
		expect(await intake.actions.stop(runId, ada)).toEqual(refused(onlyTheirs))
		expect(await intake.actions.stop(runId, bob)).toEqual({ outcome: 'done' })
	})

	test('is refused while the question is still being answered', async () => {
		expect(await intake.actions.again(await ask(), 'regenerate', ada)).toEqual(refused('still being answered'))
	})

	test('is refused for a question that was edited since', async () => {
		const message = aMessage()
		const parent = await finished(message)
		await intake.edit({ ...message, content: [{ kind: 'text', text: 'And of three?' }] })
		kept.added.length = 0
		expect(await intake.actions.again(parent, 'think-harder', ada)).toEqual(refused('was edited since'))
		expect(kept.added).toEqual([])
	})

	test('is refused to whoever may not ask there, and while too many wait', async () => {
		const parent = await finished()
		expect(await open(0).actions.again(parent, 'regenerate', ada)).toEqual(refused('busy'))
		installation = { allowedPeople: ['person'] }
		expect(await intake.actions.again(parent, 'regenerate', bob)).toEqual(refused('some people'))
		expect(kept.added).toEqual([])
	})
})

describe('feedback', () => {
	const feedbackOf = async (runId: string) => (await store.read(runId)).filter(({ kind }) => kind === 'feedback')

	test('of anybody there stands in the journal', async () => {
		const runId = await finished()
		expect(await intake.actions.feedback(runId, bob, { helpful: false, reason: '  Too long.  ' })).toEqual({
			outcome: 'done',
		})
		await intake.actions.feedback(runId, ada, { helpful: true, reason: ' ' })
		expect(await feedbackOf(runId)).toMatchObject([
			{ personId: 'bob', helpful: false, attempt: 0, content: { reason: 'Too long.' } },
			{ personId: 'person', helpful: true, content: null },
		])
	})

	test('of somebody who says nothing about a reason leaves what they have found wrong before, and nobody else has', async () => {
		const runId = await finished()
		const say = (who: Actor, given: GivenFeedback) => intake.actions.feedback(runId, who, given)
		await say(ada, { helpful: false, reason: 'Too long.' })
		await say(ada, { helpful: false })
		await say(bob, { helpful: false })
		await say(ada, { helpful: false, reason: null })
		await say(ada, { helpful: false })
		const said = (await feedbackOf(runId)).map((record) => (record.kind === 'feedback' ? record.content : record))
		expect(said).toEqual([{ reason: 'Too long.' }, { reason: 'Too long.' }, null, null, null])
	})

	test('comes after the outcome, and has a reason that fits', async () => {
		expect(await intake.actions.feedback(await ask(), ada, { helpful: true, reason: null })).toEqual(
			refused('still being answered'),
		)
		const runId = await finished()
		const long = { helpful: false, reason: 'x'.repeat(2_001) }
		expect(await intake.actions.feedback(runId, ada, long)).toEqual(refused('2,001 characters; 2,000 fit'))
		expect(await feedbackOf(runId)).toEqual([])
	})
})

describe('settings', () => {
	const place = { platform: 'testing', workspaceId: 'workspace' }
	const everybodys: SettingsKey = { ...place, scope: 'installation', subject: '' }
	const adas: SettingsKey = { ...place, scope: 'person', subject: 'person' }

	test('are changed by whoever may', async () => {
		const settings = createSettingsStore(opened.database, ['default'])
		expect(await changeSettings(settings, ada, everybodys, { effort: 'high' })).toEqual(refused('Only an admin'))
		expect(await changeSettings(settings, ada, adas, { effort: 'high' })).toEqual({ outcome: 'done' })
		expect(await changeSettings(settings, admin, everybodys, { quiet: true })).toEqual({ outcome: 'done' })
		expect(await settings.read({ ...place, channelId: 'channel', personId: 'person' })).toEqual({
			installation: { quiet: true },
			channel: {},
			person: { effort: 'high' },
		})
	})

	test('never shut out whoever sets them', async () => {
		const settings = createSettingsStore(opened.database, ['default'])
		const closed = { ...everybodys, workspaceId: 'workspace to close' }
		const root = { ...admin, workspaceId: closed.workspaceId }
		expect(await changeSettings(settings, root, closed, { allowedPeople: ['bob'] })).toEqual({
			outcome: 'refused',
			code: 'forbidden',
			retryAfterMs: null,
			message: 'This would shut you out: you are not among the allowed people.',
			fix: `Add yourself to them, as "${root.personId}", or leave the list empty to answer everybody.`,
		})
		const channel = { ...closed, scope: 'channel', subject: 'general' } as const
		expect(await changeSettings(settings, root, channel, { allowedPeople: ['bob'] })).toEqual(refused('shut you out'))
		const both = { allowedPeople: ['bob', root.personId] }
		expect(await changeSettings(settings, root, closed, both)).toEqual({ outcome: 'done' })
		// Whoever runs Threadwise is nobody in that place.
		const operator = { ...root, platform: 'page', workspaceId: '', runsThreadwise: true }
		expect(await changeSettings(settings, operator, closed, { allowedPeople: ['bob'] })).toEqual({ outcome: 'done' })
	})

	test('that cannot be so are refused with what can', async () => {
		const settings = createSettingsStore(opened.database, ['default'])
		expect(await changeSettings(settings, ada, adas, { workflow: 'slow' })).toEqual({
			outcome: 'refused',
			code: 'workflow',
			retryAfterMs: null,
			message: 'There is no workflow "slow".',
			fix: 'Choose one of these: default.',
		})
	})
})
