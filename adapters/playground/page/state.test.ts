import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PageView, RunEntry, RunUpdate } from '../page-view.ts'
import { type Change, changed, exchangesOf, initialState, isWorking, type State, waitingRun } from './state.ts'

const threadId = 'thread'

function anEntry(runId: string, choices: Partial<RunEntry> = {}): RunEntry {
	return {
		runId,
		kind: 'question',
		parentRunId: null,
		state: 'running',
		messageId: `message of ${runId}`,
		question: 'Why?',
		asker: { id: 'ada', name: 'Ada' },
		preferences: { route: null, effort: null, workflow: null },
		askedAt: '2026-01-01T12:00:00.000Z',
		feedback: [],
		...choices,
	}
}

/** Of a view the state reads these only. */
function anUpdate(
	runId: string,
	lastSeq: number,
	choices: Partial<RunEntry> = {},
	view: Partial<PageView> = {},
): RunUpdate {
	const seen = { status: 'working', rests: false, lastSeq, ...view } as PageView
	return { entry: anEntry(runId, choices), view: seen, threadId, runUrl: null }
}

const run = (...update: Parameters<typeof anUpdate>): Change => ({ kind: 'run', threadId, update: anUpdate(...update) })
const stateAfter = (...changes: readonly Change[]): State =>
	changes.reduce(changed, changed(initialState, { kind: 'open', threadId }))
const later = (minutes: number) => new Date(Date.UTC(2026, 0, 1, 12, minutes)).toISOString()

describe('runs', () => {
	test('keep the newest view, in whatever order views come', () => {
		const updates = [1, 2, 3, 4].map((seq) => run('a', seq))
		fc.assert(
			fc.property(fc.shuffledSubarray(updates, { minLength: 4 }), (changes) => {
				expect(stateAfter(...changes).runs[0]?.view?.lastSeq).toBe(4)
			}),
		)
	})

	test('take the newest entry also with the same view: somebody has said what they think of it', () => {
		const feedback = [{ personId: 'ada', helpful: true, reason: null }]
		const state = stateAfter(run('a', 3), run('a', 3, { feedback }))
		expect(state.runs[0]?.entry.feedback).toEqual(feedback)
	})

	test('stand in the order in which they were asked', () => {
		const changes = [run('b', 1, { askedAt: later(2) }), run('a', 1, { askedAt: later(1) })]
		expect(stateAfter(...changes).runs.map(({ entry }) => entry.runId)).toEqual(['a', 'b'])
	})

	test('of another conversation are none of this one', () => {
		expect(stateAfter({ kind: 'run', threadId: 'other', update: anUpdate('a', 1) }).runs).toEqual([])
	})

	test('that the list tells keep the view that the stream has told', () => {
		const state = stateAfter(run('a', 2), { kind: 'runs', threadId, runs: [anEntry('a'), anEntry('b')] })
		expect(state.runs.map(({ view }) => view?.lastSeq)).toEqual([2, undefined])
		expect(state.loaded).toBe(true)
	})
})

describe('exchanges', () => {
	const again = { parentRunId: 'a', kind: 'regenerate', askedAt: later(1) } as const
	const onceMore = { parentRunId: 'b', kind: 'think-harder', askedAt: later(2) } as const

	test('gather all answers to a question, and show the newest', () => {
		const [exchange, ...others] = exchangesOf(stateAfter(run('a', 1), run('b', 1, again), run('c', 1, onceMore)))
		expect(others).toEqual([])
		expect(exchange?.versions.map(({ entry }) => entry.runId)).toEqual(['a', 'b', 'c'])
		expect(exchange).toMatchObject({ rootId: 'a', shownIndex: 2 })
	})

	test('show an older one that was chosen, until there is a newer one', () => {
		const choose: Change = { kind: 'choose', rootId: 'a', runId: 'a' }
		const chosen = stateAfter(run('a', 1), run('b', 1, again), choose)
		expect(exchangesOf(chosen)[0]?.shownIndex).toBe(0)
		expect(exchangesOf(changed(chosen, run('b', 2, again)))[0]?.shownIndex).toBe(0)
		expect(exchangesOf(changed(chosen, run('c', 1, onceMore)))[0]?.shownIndex).toBe(2)
	})

	test('know which answers are to a question that was edited since', () => {
		const edited = run('b', 1, { parentRunId: 'a', kind: 'edited-question', askedAt: later(1) })
		const repeated = run('c', 1, { parentRunId: 'b', kind: 'regenerate', askedAt: later(2) })
		const state = stateAfter(run('a', 1), edited, repeated)
		const isOutdated = (runId: string) =>
			exchangesOf(changed(state, { kind: 'choose', rootId: 'a', runId }))[0]?.isOutdated
		expect(['a', 'b', 'c'].map(isOutdated)).toEqual([true, false, false])
	})

	test('lose no run, whatever parents runs name', () => {
		const names = fc.constantFrom('a', 'b', 'c', 'd', 'e')
		fc.assert(
			fc.property(fc.array(fc.tuple(names, fc.option(names))), (pairs) => {
				const state = stateAfter(...pairs.map(([runId, parentRunId]) => run(runId, 1, { parentRunId })))
				const shown = exchangesOf(state).flatMap(({ versions }) => versions.map(({ entry }) => entry.runId))
				expect(shown.toSorted()).toEqual(state.runs.map(({ entry }) => entry.runId).toSorted())
			}),
		)
	})
})

test('earlier exchanges come by the page', () => {
	const state = stateAfter({ kind: 'earlier' })
	expect(state.shownExchanges).toBe(2 * initialState.shownExchanges)
	expect(changed(state, { kind: 'open', threadId: 'other' }).shownExchanges).toBe(initialState.shownExchanges)
})

describe('what was sent', () => {
	const send: Change = { kind: 'send', message: { messageId: 'm', text: 'Why?', problem: null, answers: null } }

	test('is there at once, and gives way to its run', () => {
		expect(stateAfter(send).sent).toHaveLength(1)
		expect(isWorking(stateAfter(send))).toBe(true)
		expect(stateAfter(send, run('a', 0, { messageId: 'm' })).sent).toEqual([])
		expect(stateAfter(run('a', 0, { messageId: 'm' }), send, { kind: 'taken', messageId: 'm' }).sent).toEqual([])
	})

	test('stays with what was wrong, and may be sent again', () => {
		const problem = { code: 'busy', message: 'Too much.', fix: 'Wait.' }
		const refused = stateAfter(send, { kind: 'not-taken', messageId: 'm', problem })
		expect(refused.sent).toMatchObject([{ messageId: 'm', problem }])
		expect(changed(refused, send).sent).toMatchObject([{ messageId: 'm', problem: null }])
	})

	test('as an answer to a question back is done with once the run goes on', () => {
		const waiting = stateAfter(run('a', 1, {}, { status: 'waiting', rests: true }))
		expect(waitingRun(waiting)?.entry.runId).toBe('a')
		const reply: Change = { kind: 'send', message: { messageId: 'm', text: 'The first.', problem: null, answers: 'a' } }
		const replied = changed(changed(waiting, reply), { kind: 'taken', messageId: 'm' })
		expect(replied.sent).toHaveLength(1)
		expect(changed(replied, run('a', 2)).sent).toEqual([])
	})
})

describe('conversations', () => {
	const entry = (id: string, minutes: number) => ({
		conversation: { platform: 'playground', workspaceId: '', channelId: '', threadId: id },
		title: id,
		runs: 1,
		isOpen: false,
		lastAskedAt: later(minutes),
	})

	test('come in pages, the newest first, each once', () => {
		const page = (name: 'newest' | 'older', ...entries: readonly ReturnType<typeof entry>[]): Change => ({
			kind: 'conversations',
			entries,
			page: name,
			limit: 2,
		})
		const state = stateAfter(
			page('newest', entry('c', 3), entry('b', 2)),
			page('older', entry('a', 1)),
			page('newest', entry('b', 4), entry('c', 3)),
		)
		expect(state.conversations.map(({ title }) => title)).toEqual(['b', 'c', 'a'])
		expect(state.olderConversations).toBe('none')
	})

	test('are opened afresh, but not when it is the one that is open', () => {
		const state = stateAfter(run('a', 1))
		expect(changed(state, { kind: 'open', threadId })).toBe(state)
		expect(changed(state, { kind: 'open', threadId: 'other' })).toMatchObject({ runs: [], loaded: false })
		expect(changed(state, { kind: 'open', threadId: null })).toMatchObject({ runs: [], loaded: true })
	})
})
