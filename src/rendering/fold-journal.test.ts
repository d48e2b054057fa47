import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyJournal } from '../../tests/support/journal-arbitraries.ts'
import { eventExamples } from '../../tests/support/journal-examples.ts'
import type { JournalEntry, JournalEvent, JournalEventKind, JournalEventOf, JournalRecord } from '../core/journal.ts'
import { parseJournalRecord } from '../core/journal.ts'
import { isFinal } from '../core/reply-view.ts'
import { emptyReplyView, foldJournal, foldRecord } from './fold-journal.ts'

/** A journal of events as the store numbers them. */
function journal(...entries: readonly (JournalEvent | JournalEntry)[]): readonly JournalRecord[] {
	return entries.map((entry, index) => {
		const { event, nodeId } = 'event' in entry ? entry : { event: entry, nodeId: undefined }
		const at = new Date(Date.UTC(2026, 0, 1, 12, 0, index)).toISOString()
		return { ...event, v: 1, seq: index + 1, at, attempt: 1, ...(nodeId === undefined ? {} : { nodeId }) }
	})
}

/** The example of a kind of event with some of it changed. */
function an<Kind extends JournalEventKind>(
	kind: Kind,
	changes: Partial<JournalEventOf<Kind>> = {},
): JournalEventOf<Kind> {
	return { ...eventExamples[kind], ...changes }
}

function inNode(nodeId: string, event: JournalEvent): JournalEntry {
	return { nodeId, event }
}

const direct = an('run-route', {
	route: 'direct',
	effort: 'low',
	level: 'easy',
	nodes: [],
	content: { reason: 'One fact.' },
})
const staged = an('run-route', {
	nodes: [
		{ id: 'analyze', stage: 'analyze' },
		{ id: 'execute', stage: 'execute' },
		{ id: 'evaluate', stage: 'evaluate' },
	],
})
const says = (text: string, restart = false) => an('answer-delta', { restart, content: { text } })

test('a run is quiet where that was set when it began', () => {
	const settings = { effort: 'medium', quiet: true, usdPerDay: {} } as const
	expect(foldJournal(journal(an('run-start'))).quiet).toBe(false)
	expect(foldJournal(journal(an('run-start', { settings }))).quiet).toBe(true)
})

describe('any journal', () => {
	test('is as the store would read it', () => {
		fc.assert(fc.property(anyJournal, (records) => records.map(parseJournalRecord).length === records.length))
	})

	test('folds without an error, and so does every beginning of it', () => {
		fc.assert(
			fc.property(anyJournal, (records) => {
				let view = emptyReplyView
				for (const record of records) {
					view = foldRecord(view, record)
					expect(view.lastSeq).toBe(record.seq)
				}
			}),
		)
	})

	test('folds to the same view every time', () => {
		fc.assert(
			fc.property(anyJournal, (records) => {
				expect(foldJournal(records)).toEqual(foldJournal(records))
			}),
		)
	})

	test('leaves the view as it was when it is folded in once more', () => {
		fc.assert(
			fc.property(anyJournal, (records) => {
				const view = foldJournal(records)
				expect(records.reduce(foldRecord, view)).toEqual(view)
			}),
		)
	})

	test('is the fold of its beginning and then of its rest, also where they overlap', () => {
		fc.assert(
			fc.property(anyJournal, fc.nat(40), fc.nat(5), (records, cut, overlap) => {
				const beginning = foldJournal(records.slice(0, cut))
				const rest = records.slice(Math.max(0, cut - overlap))
				expect(rest.reduce(foldRecord, beginning)).toEqual(foldJournal(records))
			}),
		)
	})

	test('is never changed by folding it', () => {
		fc.assert(
			fc.property(anyJournal, (records) => {
				const before = structuredClone(records)
				foldJournal(records)
				expect(records).toEqual(before)
			}),
		)
	})

	test('shows a final reply from its outcome on, whatever is noted later', () => {
		const later = fc.constantFrom(an('feedback'), an('reply-posted'))
		const outcome = fc.constantFrom<JournalEvent>(an('run-end'), an('run-stop'), an('run-fail'))
		fc.assert(
			fc.property(outcome, fc.array(later, { maxLength: 4 }), (end, notes) => {
				const view = foldJournal(journal(an('run-start'), staged, end, ...notes))
				expect(isFinal(view)).toBe(true)
				expect({ ...view, lastSeq: 3 }).toEqual(foldJournal(journal(an('run-start'), staged, end)))
			}),
		)
	})
})

describe('a direct answer', () => {
	test('nothing written yet is a reply that is queued', () => {
		expect(foldJournal([])).toEqual(emptyReplyView)
		expect(emptyReplyView.status).toBe('queued')
	})

	test('grows while it is written', () => {
		const view = foldJournal(journal(an('run-start'), direct, says('A spider '), says('has eight legs.')))
		expect(view).toMatchObject({
			status: 'working',
			route: 'direct',
			effort: 'low',
			routing: { level: 'easy', reason: 'One fact.', source: 'signals' },
			stages: [],
			answer: 'A spider has eight legs.',
			startedAt: '2026-01-01T12:00:00.000Z',
		})
	})

	test('starts over when the call was made again', () => {
		const view = foldJournal(journal(an('run-start'), direct, says('A spi'), says('A spider', true), says(' has 8.')))
		expect(view.answer).toBe('A spider has 8.')
	})

	test('ends as the outcome says, with what was spent', () => {
		const view = foldJournal(journal(an('run-start'), direct, an('model-call-end'), says('Eig'), an('run-end')))
		expect(view).toMatchObject({
			status: 'answered',
			answer: '16',
			confidence: 'high',
			elapsedMs: 50,
			usage: eventExamples['run-end'].usage,
			error: null,
		})
	})

	test('counts what was spent while it goes on', () => {
		const view = foldJournal(journal(an('run-start'), direct, an('model-call-end'), an('model-call-end')))
		expect(view.usage).toEqual({ calls: 2, inputTokens: 200, outputTokens: 40, costMicroUsd: 60 })
	})
})

describe('an answer in stages', () => {
	test('shows all stages from the start, with the titles that people know', () => {
		const view = foldJournal(journal(an('run-start'), staged))
		expect(view.stages.map(({ title, status }) => [title, status])).toEqual([
			['Problem analysis', 'pending'],
			['Systematic execution', 'pending'],
			['Self-evaluation', 'pending'],
		])
	})

	test('shows which stage runs, which is done and what came out of it', () => {
		const view = foldJournal(
			journal(
				an('run-start'),
				staged,
				inNode('analyze', an('stage-start')),
				inNode('analyze', an('stage-end')),
				inNode('execute', an('stage-start', { stage: 'execute' })),
			),
		)
		expect(view.stages).toMatchObject([
			{ id: 'analyze', status: 'done', summary: 'Two spiders', details: ['A spider has 8 legs.'], elapsedMs: 20 },
			{ id: 'execute', status: 'running', startedAt: '2026-01-01T12:00:04.000Z' },
			{ id: 'evaluate', status: 'pending' },
		])
	})

	test('shows why a stage was left out', () => {
		const skip = an('stage-skip', { stage: 'evaluate', content: { reason: 'Nothing to judge.' } })
		const view = foldJournal(journal(an('run-start'), staged, inNode('evaluate', skip)))
		expect(view.stages[2]).toMatchObject({ status: 'skipped', summary: 'Nothing to judge.' })
	})

	test('shows a stage that had begun when the budget ended as left out, with what it had done', () => {
		const skip = an('stage-skip', { stage: 'evaluate', reason: 'budget', content: { reason: 'Not covered.' } })
		const view = foldJournal(
			journal(
				an('run-start'),
				staged,
				inNode('evaluate', an('stage-start', { stage: 'evaluate' })),
				inNode('evaluate', an('model-call-end')),
				inNode('evaluate', skip),
			),
		)
		expect(view).toMatchObject({ status: 'working', usage: { calls: 1 } })
		expect(view.stages[2]).toMatchObject({ status: 'skipped', summary: 'Not covered.', details: [] })
	})

	test('shows a stage that was left out as such to the end, and also where its reason was erased', () => {
		const skip = an('stage-skip', { stage: 'evaluate', content: null })
		const view = foldJournal(journal(an('run-start'), staged, inNode('evaluate', skip), an('run-end')))
		expect(view.stages[2]).toMatchObject({ status: 'skipped', summary: '(erased)' })
	})

	test('shows its subtasks while they are worked on and when they are done', () => {
		const working = (subtaskId: string, text: string) => an('stage-delta', { subtaskId, content: { text } })
		const view = foldJournal(
			journal(
				an('run-start'),
				staged,
				inNode('execute', working('s1', 'Counting legs')),
				inNode('execute', working('s2', 'Adding up')),
				inNode('execute', an('subtask-end')),
			),
		)
		expect(view.stages[1]?.subtasks).toEqual([
			{ id: 's1', text: 'Add the legs → 16', status: 'checked' },
			{ id: 's2', text: 'Adding up', status: 'running' },
		])
	})

	test('a failed checkpoint is shown, and its subtask is worked out again only when its next sample begins', () => {
		const records = journal(
			an('run-start'),
			staged,
			inNode('execute', an('stage-delta')),
			inNode('execute', an('checkpoint')),
			inNode('execute', an('stage-delta')),
			inNode('execute', an('checkpoint', { sample: 1, passed: true, content: { evidence: '8 + 8 = 16' } })),
			inNode('execute', an('subtask-end', { samples: 2 })),
		)
		expect(foldJournal(records.slice(0, 4)).stages[1]).toMatchObject({
			subtasks: [{ id: 's1', status: 'failed-check' }],
			notices: ['8 + 8 is 16, not 17'],
		})
		expect(foldJournal(records.slice(0, 5)).stages[1]).toMatchObject({ subtasks: [{ status: 'sampling-again' }] })
		const view = foldJournal(records)
		expect(view.checks).toEqual({ passed: 1, failed: 1, open: 0 })
		expect(view.stages[1]).toMatchObject({
			subtasks: [{ id: 's1', status: 'checked' }],
			notices: ['8 + 8 is 16, not 17'],
		})
	})

	test('a question back is shown as such, and the run goes on afterwards', () => {
		const records = journal(an('run-start'), staged, an('run-wait'), an('run-resume'))
		expect(foldJournal(records.slice(0, 3))).toMatchObject({ status: 'waiting', answer: 'Which spiders?' })
		expect(foldJournal(records).status).toBe('working')
	})

	test('an answer to a question back ends the waiting, before any worker goes on', () => {
		const records = journal(an('run-start'), staged, an('run-wait'), an('clarification'), an('run-resume'))
		expect(foldJournal(records.slice(0, 4))).toMatchObject({ status: 'working', answer: '' })
		expect(foldJournal(records)).toMatchObject({ status: 'working', answer: '' })
	})

	test('what somebody says while nothing is asked changes nothing', () => {
		const before = [an('run-start'), staged, says('Sixteen.')]
		expect(foldJournal(journal(...before, an('clarification')))).toEqual({
			...foldJournal(journal(...before)),
			lastSeq: 4,
		})
	})

	test('a stage that asked back runs on with the answer, and shows both when it is done', () => {
		const details = ['**Asked back:** Which spiders? — The second one.']
		const records = journal(
			an('run-start'),
			staged,
			inNode('analyze', an('stage-start')),
			an('run-wait'),
			an('clarification'),
			an('run-resume'),
			inNode('analyze', an('stage-end', { content: { output: {}, summary: 'Two spiders', details } })),
		)
		expect(foldJournal(records.slice(0, 6)).stages[0]).toMatchObject({ status: 'running' })
		expect(foldJournal(records).stages[0]).toMatchObject({ status: 'done', details })
	})

	test('a question back is not part of the answer that is written later', () => {
		const view = foldJournal(journal(an('run-start'), staged, an('run-wait'), an('run-resume'), says('Sixteen.')))
		expect(view.answer).toBe('Sixteen.')
	})

	test('a direct answer that failed its checks gives way to stages', () => {
		const view = foldJournal(
			journal(an('run-start'), direct, says('Seventeen legs.'), { ...staged, source: 'cascade' }, says('Sixteen.')),
		)
		expect(view).toMatchObject({ route: 'staged', routing: { source: 'cascade' }, answer: 'Sixteen.' })
		expect(view.stages).toHaveLength(3)
	})
})

describe('a run that ends early', () => {
	const begun = [
		an('run-start'),
		staged,
		inNode('analyze', an('stage-start')),
		inNode('analyze', an('stage-end')),
		inNode('execute', an('stage-start', { stage: 'execute' })),
	]

	test('when stopped shows the best answer, what was left out, and where it stood', () => {
		const view = foldJournal(journal(...begun, an('run-stop')))
		expect(view).toMatchObject({
			status: 'stopped',
			stopReason: 'user',
			answer: '16',
			skipped: ['Self-evaluation'],
			error: null,
		})
		expect(view.stages.map(({ status }) => status)).toEqual(['done', 'stopped', 'skipped'])
	})

	test('when failed shows what happened, what to do, and where it stood', () => {
		const view = foldJournal(journal(...begun, an('run-fail')))
		expect(view).toMatchObject({
			status: 'failed',
			error: { code: 'model-timeout', message: 'The model was silent.', fix: 'Ask again.' },
		})
		expect(view.stages.map(({ status }) => status)).toEqual(['done', 'failed', 'skipped'])
	})

	test('when a budget stopped it says which', () => {
		const budget = { scope: 'channel', measure: 'tokens', limit: 1_000, left: 7 } as const
		expect(foldJournal(journal(...begun, an('run-stop', { reason: 'budget', budget })))).toMatchObject({ budget })
		expect(foldJournal(journal(...begun, an('run-stop', { reason: 'budget' })))).toMatchObject({ budget: null })
	})

	test('when stopped before it began is a stop without an answer', () => {
		const stop = an('run-stop', { skipped: [], content: { answer: '' } })
		expect(foldJournal(journal(stop))).toMatchObject({ status: 'stopped', answer: '', stages: [] })
	})
})

test('a journal whose texts were erased shows that they were, and every fact', () => {
	const erased = (event: JournalEvent) => ('content' in event ? { ...event, content: null } : event)
	const view = foldJournal(
		journal(
			erased(an('run-start')),
			{ ...staged, content: null },
			inNode('analyze', erased(an('stage-start'))),
			inNode('analyze', { ...an('stage-end'), content: null }),
			inNode('execute', { ...an('subtask-end'), content: null }),
			{ ...an('run-end'), content: null },
		),
	)
	expect(view).toMatchObject({
		status: 'answered',
		answer: '(erased)',
		confidence: 'high',
		routing: { reason: '(erased)' },
		stages: [
			{ status: 'done', summary: '(erased)', details: [] },
			{ subtasks: [{ text: '(erased) → (erased)' }] },
			{ status: 'pending' },
		],
	})
})
