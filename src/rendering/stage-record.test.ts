import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { recordsOf } from '../../tests/support/builders.ts'
import { anyJournal } from '../../tests/support/journal-arbitraries.ts'
import { eventExamples } from '../../tests/support/journal-examples.ts'
import type { JournalEvent, JournalEventKind, JournalEventOf } from '../core/journal.ts'
import type { StageRecord } from '../core/reply-view.ts'
import type { StageKind } from '../core/workflow.ts'
import { stages } from '../stages/index.ts'
import { describeRecord } from './describe-record.ts'
import { foldJournal } from './fold-journal.ts'

/** The example of a kind of event with some of it changed. */
function an<Kind extends JournalEventKind>(
	kind: Kind,
	changes: Partial<JournalEventOf<Kind>> = {},
): JournalEventOf<Kind> {
	return { ...eventExamples[kind], ...changes }
}

function ended(stage: StageKind, output: unknown): JournalEvent {
	return an('stage-end', { stage, content: { output, summary: '', details: [] } })
}

/** The record of the only stage of a run, after these events of it. */
function recordOf(stage: StageKind, ...events: readonly JournalEvent[]): StageRecord {
	const route = an('run-route', { nodes: [{ id: 'node', stage }] })
	const records = recordsOf([{ event: route }, ...events.map((event) => ({ nodeId: 'node', event }))])
	const record = foldJournal(records).stages[0]?.record
	if (record === undefined) throw new Error('there is no stage')
	return record
}

const working = (subtaskId: string, text: string) => an('stage-delta', { subtaskId, content: { text } })
const check = (changes: Partial<JournalEventOf<'checkpoint'>>, evidence: string) =>
	an('checkpoint', { ...changes, content: { evidence } })
const failures = (evidence: string) => [{ where: 'c1', evidence }]

describe('the record of any journal', () => {
	const records = (journal: Parameters<typeof foldJournal>[0]) => foldJournal(journal).stages

	test('is of the kind of its stage, and plain data', () => {
		fc.assert(
			fc.property(anyJournal, (journal) => {
				for (const { stage, record } of records(journal)) {
					expect(record.kind).toBe(stage)
					expect(JSON.parse(JSON.stringify(record))).toEqual(record)
				}
			}),
		)
	})

	test('can be told in lines', () => {
		fc.assert(
			fc.property(anyJournal, (journal) => {
				for (const { record } of records(journal)) {
					for (const line of describeRecord(record)) expect(line).not.toMatch(/undefined|\[object/)
				}
			}),
		)
	})

	test('lacks nothing that its stage was told, whatever came of the other nodes of its kind', () => {
		const route = an('run-route', {
			nodes: [
				{ id: 'one', stage: 'execute' },
				{ id: 'other', stage: 'execute' },
			],
		})
		const done = (result: string) => an('subtask-end', { content: { objective: 'Add.', result } })
		const view = foldJournal(
			recordsOf([
				{ event: route },
				{ nodeId: 'other', event: done('17') },
				{ nodeId: 'one', event: done('16') },
				{ nodeId: 'gone', event: done('18') },
			]),
		)
		expect(view.stages.map(({ record }) => record)).toMatchObject([
			{ subtasks: [{ result: '16' }] },
			{ subtasks: [{ result: '17' }] },
		])
	})
})

describe('the record grows', () => {
	test('of an analysis: its check, then what it has read', () => {
		const compared = check({ method: 'interpretation', passed: false }, 'The reading differs: a price was dropped')
		expect(recordOf('analyze')).toMatchObject({ asked: '', givens: [], checks: [] })
		expect(recordOf('analyze', compared)).toMatchObject({
			asked: '',
			checks: [{ method: 'interpretation', passed: false, evidence: 'The reading differs: a price was dropped' }],
		})
		const output = {
			unknown: 'the price',
			givens: [{ id: 'g1', statement: 'two pens' }],
			constraints: [{ id: 'c1', kind: 'unit', statement: 'in dollars', value: '$' }],
			ambiguities: [{ statement: 'Tax may be included.', assumption: 'It is.', changesAnswer: true, question: null }],
		}
		expect(recordOf('analyze', compared, ended('analyze', output))).toEqual({
			kind: 'analyze',
			asked: 'the price',
			givens: [{ id: 'g1', statement: 'two pens' }],
			constraints: [{ id: 'c1', statement: 'in dollars' }],
			assumptions: [{ assumption: 'It is.', because: 'Tax may be included.' }],
			clarified: [],
			checks: [
				{
					method: 'interpretation',
					passed: false,
					sample: 0,
					evidence: 'The reading differs: a price was dropped',
				},
			],
		})
	})

	test('of an analysis that asks back: the question while it waits, then the answer, then what the end says', () => {
		const asked = [
			{ event: an('run-route', { nodes: [{ id: 'node', stage: 'analyze' }] }) },
			{ nodeId: 'node', event: an('stage-start') },
			{ event: an('run-wait') },
		]
		const clarifiedAfter = (...more: readonly JournalEvent[]) => {
			const view = foldJournal(recordsOf([...asked, ...more.map((event) => ({ nodeId: 'node', event }))]))
			const record = view.stages[0]?.record
			return record?.kind === 'analyze' ? record.clarified : null
		}
		const question = 'Which spiders?'
		expect(clarifiedAfter()).toEqual([{ question, answer: null }])
		const said = [an('clarification'), an('clarification', { content: { answer: 'The big ones.' } })]
		expect(clarifiedAfter(...said)).toEqual([{ question, answer: 'The second one.\nThe big ones.' }])
		const clarified = [{ question, answer: null }]
		expect(clarifiedAfter(...said, ended('analyze', { clarified }))).toEqual(clarified)
		expect(clarifiedAfter(an('clarification', { content: null }))).toEqual([{ question, answer: '(erased)' }])
	})

	test('of a decomposition: the plan as a graph of its own steps', () => {
		const subtasks = [
			{ id: 's1', objective: 'Price the pens.', inputs: ['g1'], expectedOutput: 'dollars', check: 'arithmetic' },
			{ id: 's2', objective: 'Double it.', inputs: ['s1', 'g2'], expectedOutput: 'dollars', check: 'arithmetic' },
		]
		expect(recordOf('decompose', ended('decompose', { subtasks, criticalPath: 2 }))).toEqual({
			kind: 'decompose',
			subtasks: [
				{ id: 's1', objective: 'Price the pens.', inputs: [] },
				{ id: 's2', objective: 'Double it.', inputs: ['s1'] },
			],
		})
	})

	test('of an execution: each step from its begin over its checks to its result', () => {
		const wrong = check({ passed: false }, '8 * 7 is 56, not 65')
		const right = check({ sample: 1, passed: true }, '8 * 7 = 56')
		const done = an('subtask-end', { samples: 2, content: { objective: 'Price.', result: '$56' } })
		const steps = (...events: readonly JournalEvent[]) => recordOf('execute', working('s1', 'Price.'), ...events)
		expect(steps()).toMatchObject({ subtasks: [{ id: 's1', objective: 'Price.', result: null, status: 'running' }] })
		expect(steps(wrong)).toMatchObject({ subtasks: [{ status: 'failed-check', samples: 1, checks: [{ sample: 0 }] }] })
		const again = working('s1', 'Price.')
		expect(steps(wrong, again)).toMatchObject({ subtasks: [{ status: 'sampling-again', samples: 2 }] })
		expect(steps(wrong, again, right, right, done)).toEqual({
			kind: 'execute',
			subtasks: [
				{
					id: 's1',
					objective: 'Price.',
					result: '$56',
					status: 'checked',
					samples: 2,
					checks: [
						{ method: 'arithmetic', passed: false, sample: 0, evidence: '8 * 7 is 56, not 65' },
						{ method: 'arithmetic', passed: true, sample: 1, evidence: '8 * 7 = 56' },
					],
				},
			],
		})
	})

	test('of alternatives: each solution as it is found, then what they are weighed against', () => {
		const found = (sample: number, answer: string) =>
			an('sample', { sample, method: 'backwards', weight: 1, content: { answer, key: answer } })
		expect(recordOf('alternatives', found(1, '17'), found(0, '16'), found(1, '18'))).toMatchObject({
			solutions: [
				{ sample: 0, answer: '16', key: '16', weight: 1 },
				{ sample: 1, answer: '18' },
			],
		})
		const output = {
			chain: { answer: 'sixteen', key: '#1', weight: 4 },
			samples: [{ method: 'backwards', answer: '16 legs', key: '#1', weight: 1, work: '', check: 'Recomputed.' }],
			groups: [],
			stoppedEarly: false,
		}
		expect(recordOf('alternatives', found(2, '16 legs'), ended('alternatives', output))).toEqual({
			kind: 'alternatives',
			solutions: [
				{ method: 'step by step', answer: 'sixteen', key: '#1', weight: 4 },
				{ sample: 2, method: 'backwards', answer: '16 legs', key: '#1', weight: 1, check: 'Recomputed.' },
			],
		})
	})

	test('of an evaluation: check by check, then the verdict', () => {
		const unit = check({ method: 'constraint', passed: false }, 'It has no unit.')
		expect(recordOf('evaluate', unit)).toMatchObject({ checks: [{ method: 'constraint' }], verdict: null })
		const verdict = an('verdict', { passed: false, content: { failures: failures('It has no unit.') } })
		expect(recordOf('evaluate', unit, verdict)).toMatchObject({
			verdict: { passed: false, confidence: 'low', failures: failures('It has no unit.') },
		})
	})

	test('of a correction: round by round', () => {
		const second = an('correction', { round: 2, accepted: false })
		const reason = 'The sum was wrong.'
		expect(recordOf('correct', an('correction'), second, second)).toEqual({
			kind: 'correct',
			corrections: [
				{ round: 1, accepted: true, before: '17', after: '16', reason },
				{ round: 2, accepted: false, before: '17', after: '16', reason },
			],
		})
	})
})

test('where texts were erased, the record says so, and keeps every fact', () => {
	const erased = { content: null }
	expect(recordOf('analyze', an('checkpoint', erased), an('stage-end', erased))).toMatchObject({
		asked: '(erased)',
		checks: [{ evidence: '(erased)', passed: false }],
	})
	expect(recordOf('execute', an('stage-delta', erased), an('subtask-end', { ...erased, samples: 3 }))).toMatchObject({
		subtasks: [{ objective: '(erased)', result: '(erased)', samples: 3 }],
	})
	expect(recordOf('alternatives', an('sample', erased))).toMatchObject({
		solutions: [{ method: 'backwards', answer: '(erased)', key: '', weight: null }],
	})
	expect(recordOf('evaluate', an('verdict', erased))).toMatchObject({
		verdict: { passed: false, failures: [{ where: '(erased)', evidence: '(erased)' }] },
	})
	expect(recordOf('correct', an('correction', erased))).toMatchObject({
		corrections: [{ before: '(erased)', after: '(erased)', reason: '(erased)' }],
	})
})

test('an output that no version has written leaves the record as the events have it', () => {
	const done = an('subtask-end')
	for (const output of [null, 'words', { subtasks: 'many' }, { subtasks: [null, { id: 7 }] }]) {
		expect(recordOf('execute', done, ended('execute', output))).toEqual(recordOf('execute', done))
	}
})

describe('all that a stage says of itself stands in its record', () => {
	const said = check({ subtaskId: 's1', passed: true }, 'T-evidence')
	const failed = check({ subtaskId: 's1', passed: false }, 'T-failed')
	const constraint = (evidence: string) => check({ method: 'constraint', passed: true }, evidence)
	const candidate = { key: 'T', weight: 1 }
	const step = { inputs: [], expectedOutput: '', work: '', isDerived: false, checkedBy: null }
	const verdict = {
		passed: false,
		confidence: 'low',
		final: 'T-final',
		source: 'alternative',
		work: '',
		steps: { checked: 0, of: 1 },
		voteShare: 0.25,
		closeCall: 'T-close',
		score: 0,
	}
	const examples: { readonly [Kind in StageKind]: { events: readonly JournalEvent[]; output: unknown } } = {
		analyze: {
			events: [check({ method: 'interpretation', passed: false }, 'The reading differs: T-difference')],
			output: {
				language: 'en',
				restatement: 'T-summary',
				unknown: 'T-unknown',
				givens: [{ id: 'T-g1', statement: 'T-given' }],
				constraints: [{ id: 'T-c1', kind: 'number', statement: 'T-constraint', value: null }],
				answerType: 'number',
				ambiguities: [{ statement: 'T-ambiguity', assumption: 'T-assumption', changesAnswer: false, question: null }],
				interpretation: { differences: ['T-difference'], agreed: false },
				clarified: [{ question: 'T-asked', answer: 'T-answered' }],
			},
		},
		decompose: {
			events: [],
			output: {
				subtasks: [
					{ id: 'T-s1', objective: 'T-one', inputs: [], expectedOutput: '', check: 'none' },
					{ id: 'T-s2', objective: 'T-two', inputs: ['T-s1'], expectedOutput: '', check: 'none' },
				],
				criticalPath: 2,
				refused: ['T-refused'],
			},
		},
		execute: {
			events: [failed, said],
			output: {
				subtasks: [
					{
						...step,
						id: 's1',
						objective: 'T-objective',
						result: 'T-result',
						status: 'unchecked',
						samples: 3,
						checks: ['T-failed', 'T-evidence', 'T-unchecked'],
					},
				],
				final: 'T-result',
			},
		},
		alternatives: {
			events: [],
			output: {
				chain: { ...candidate, answer: 'T-chain', refuted: 'T-refuted' },
				samples: [{ ...candidate, answer: 'T-answer', method: 'T-method', work: '', check: 'T-check' }],
				groups: [{ key: 'T', answer: 'T-chain', weight: 2, votes: 2 }],
				stoppedEarly: false,
			},
		},
		evaluate: {
			events: [
				check({ method: 'pairwise', passed: true }, 'T-close'),
				constraint('T-statement T-holds'),
				an('verdict', { content: { failures: [{ where: 'T-s1', evidence: 'T-failure' }] } }),
			],
			output: {
				...verdict,
				checks: [
					{ id: 'c1', statement: 'T-statement', outcome: 'holds', evidence: 'T-holds', computed: true },
					{ id: 'c2', statement: 'T-open', outcome: 'not-checked', evidence: 'T-why', computed: false },
				],
				failures: [{ where: 'T-s1', evidence: 'T-failure', subtaskId: null, isProven: true }],
				otherwise: 'T-otherwise',
			},
		},
		correct: {
			events: [],
			output: {
				final: 'T-final',
				subtasks: [],
				passed: true,
				confidence: 'low',
				failures: [],
				rounds: [{ where: 'T-where', reason: 'T-reason', before: 'T-before', after: 'T-after', accepted: true }],
				insteadOfChain: 'T-work',
				voteShare: 0.25,
			},
		},
	}
	const marked = (text: string) => new Set(text.match(/T-\w+/g))

	test.each(stages)('$kind', (stage) => {
		const { events, output } = examples[stage.kind]
		const record = recordOf(stage.kind, ...events, ended(stage.kind, output))
		const parsed: unknown = stage.output.parse(output)
		const lines = stage.describe(parsed)
		expect(lines.length).toBeGreaterThan(0)
		expect([...marked(JSON.stringify(record))]).toEqual(expect.arrayContaining([...marked(lines.join('\n'))]))
		// And whoever reads the record in lines reads all of it.
		const told = marked(describeRecord(record).join('\n'))
		expect([...told].toSorted()).toEqual([...marked(JSON.stringify(record))].toSorted())
	})

	test('also how large the part of the votes is', () => {
		const { events, output } = examples.evaluate
		expect(recordOf('evaluate', ...events, ended('evaluate', output))).toMatchObject({
			voteShare: 0.25,
			chosen: 'T-final',
			otherwise: 'T-otherwise',
			unchecked: [{ statement: 'T-open', why: 'T-why' }],
		})
		const unanimous = { ...verdict, voteShare: 1, source: 'chain', checks: [], failures: [] }
		const record = recordOf('evaluate', ended('evaluate', unanimous))
		expect(record).toEqual({
			kind: 'evaluate',
			checks: [],
			verdict: { passed: false, confidence: 'low', failures: [] },
		})
	})
})
