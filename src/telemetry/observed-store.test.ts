import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { aMessage } from '../../tests/support/builders.ts'
import { eventExamples } from '../../tests/support/journal-examples.ts'
import { databases, type TestDatabase } from '../../tests/support/stores.ts'
import { textContent } from '../core/content.ts'
import type { JournalEvent } from '../core/journal.ts'
import { noPreferences } from '../core/run-preferences.ts'
import type { RunStore } from '../core/run-store.ts'
import type { Observation } from '../core/telemetry.ts'
import { createRunStore } from '../store/index.ts'
import { observedStore } from './observed-store.ts'

const [embedded] = databases
let opened: TestDatabase
let plain: RunStore
let store: RunStore
let observed: Observation[] = []

beforeAll(async () => {
	if (embedded === undefined) throw new Error('there is no embedded database')
	opened = await embedded.open()
	plain = await createRunStore(opened.database)
	store = observedStore(plain, (observation) => observed.push(observation))
})
beforeEach(() => {
	observed = []
})
afterAll(async () => {
	await plain.close()
	await opened[Symbol.asyncDispose]()
})

const kinds = () => observed.map(({ kind }) => kind)
const leaseMs = 60_000

async function claimed() {
	const { runId } = await store.record(aMessage())
	const result = await store.claim(runId, 'worker', leaseMs)
	if (result.outcome !== 'claimed') throw new Error(`the run is ${result.outcome}`)
	return { runId, claim: result.claim }
}

const entriesOf = (...events: readonly JournalEvent[]) => events.map((event) => ({ event }))

describe('a watched store tells', () => {
	test('what was accepted, refused and known already, each once', async () => {
		const message = aMessage()
		const { runId } = await store.record(message)
		await store.record(message)
		const refusal = { code: 'busy', message: '', fix: '' } as const
		const refused = aMessage()
		await store.record(refused, refusal)
		await store.record(refused, refusal)
		expect(observed).toMatchObject([
			{ kind: 'run-accepted', runId, platform: 'testing' },
			{ kind: 'run-refused', platform: 'testing', code: 'busy' },
		])
	})

	test('how long a run has waited for its first claim, and that it is gone on with later', async () => {
		const { runId, claim } = await claimed()
		const waitedMs = observed.find((one) => one.kind === 'run-claimed')?.waitedMs
		expect(waitedMs).toBeGreaterThanOrEqual(0)
		expect(waitedMs).toBeLessThan(10_000)
		await store.release(claim)
		await store.claim(runId, 'worker', leaseMs)
		expect(kinds()).toEqual(['run-accepted', 'run-claimed', 'run-left', 'run-claimed'])
		expect(observed.at(2)).toMatchObject({ reason: 'handed-back' })
		expect(observed.at(3)).toMatchObject({ run: { runId, attempt: 2 }, waitedMs: null })
	})

	test('what is written, with what is known of the run by then', async () => {
		const { runId, claim } = await claimed()
		await store.append(claim, entriesOf(eventExamples['run-start']))
		await store.append(claim, entriesOf(eventExamples['run-route'], eventExamples['run-end']))
		expect(observed.slice(2)).toMatchObject([
			{ kind: 'journal-write', run: { runId, attempt: 1, route: null } },
			{ kind: 'journal-write', run: { runId, route: 'staged', effort: 'medium' } },
		])
	})

	test('what earlier attempts have decided, as soon as the journal is read', async () => {
		const { runId, claim } = await claimed()
		await store.append(claim, entriesOf(eventExamples['run-route']))
		await store.release(claim)
		// As another process would.
		const elsewhere: Observation[] = []
		const other = observedStore(plain, (observation) => elsewhere.push(observation))
		const again = await other.claim(runId, 'other', leaseMs)
		if (again.outcome !== 'claimed') throw new Error('not claimed')
		await other.read(runId)
		await other.append(again.claim, entriesOf(eventExamples['run-end']))
		expect(elsewhere.map(({ kind }) => kind)).toEqual(['run-claimed', 'journal-read', 'journal-write'])
		expect(elsewhere.at(-1)).toMatchObject({ run: { attempt: 2, route: 'staged', effort: 'medium' } })
	})

	test('nothing of what was refused: a lost lease is a loss, a stop is written by whoever ends the run', async () => {
		const { runId, claim } = await claimed()
		await store.requestStop(runId, 'user')
		await store.append(claim, entriesOf(eventExamples['run-end']))
		expect(kinds().slice(2)).toEqual(['stop-requested'])
		expect(observed.at(-1)).toMatchObject({ reason: 'user', hasEnded: false })
		await store.append({ ...claim, attempt: 7 }, entriesOf(eventExamples['answer-delta']))
		expect(observed.at(-1)).toMatchObject({ kind: 'run-left', reason: 'lease-lost' })
	})

	test('that a run was stopped before anybody began it', async () => {
		const { runId } = await store.record(aMessage())
		await store.requestStop(runId, 'user')
		expect(observed.at(-1)).toMatchObject({ kind: 'stop-requested', runId, hasEnded: true })
	})

	test('what is wanted once more, and what an edit begins and ends', async () => {
		const { runId, claim } = await claimed()
		await store.append(claim, entriesOf(eventExamples['run-end']))
		const again = { kind: 'regenerate' as const, preferences: noPreferences, personId: 'person' }
		await store.recordAgain(runId, again)
		await store.recordAgain(runId, again)
		const begun = observed.filter(({ kind }) => kind === 'run-accepted')
		expect(begun.slice(1)).toMatchObject([{ runKind: 'regenerate', platform: 'testing' }])

		observed = []
		const message = aMessage()
		const first = await store.record(message)
		await store.recordEdit({ ...message, content: [...textContent('Something else?')] })
		await store.recordEdit({ ...message, content: [...textContent('Something else?')] })
		expect(observed).toMatchObject([
			{ kind: 'run-accepted', runId: first.runId, runKind: 'question' },
			{ kind: 'run-accepted', runKind: 'edited-question', platform: 'testing' },
			{ kind: 'stop-requested', runId: first.runId, reason: 'superseded', hasEnded: true },
		])
	})

	test('that the answer is wanted now, and whose run was taken over from a worker that vanished', async () => {
		const { runId } = await store.record(aMessage())
		await store.claim(runId, 'vanishing', 0)
		await store.requestAnswerNow(runId)
		const taken = await store.claimVanished('worker', leaseMs)
		expect(taken?.run.id).toBe(runId)
		expect(kinds()).toEqual(['run-accepted', 'run-claimed', 'answer-now-requested', 'run-claimed'])
		expect(observed.at(-1)).toMatchObject({ run: { runId, attempt: 2 }, waitedMs: null })
	})

	test('nothing of runs that this process only reads', async () => {
		const { runId } = await plain.record(aMessage())
		const taken = await plain.claim(runId, 'other', leaseMs)
		if (taken.outcome !== 'claimed') throw new Error('not claimed')
		await plain.append(taken.claim, entriesOf(eventExamples['run-start']))
		await store.read(runId)
		expect(observed).toEqual([])
	})
})
