import { describe, expect, test } from 'vitest'
import type { JournalEvent, JournalEventKind, JournalEventOf } from '../../src/core/journal.ts'
import type { RunPreferences } from '../../src/core/run-preferences.ts'
import type { PracticeOptions } from '../../src/models/practice/options.ts'
import { openPractice } from '../support/practice.ts'
import { type Attempted, outcomeOf } from '../support/reasoning.ts'

/** 6 * 27 + 4 * 24 + 15 = 273 people, in buses of 48. */
const question =
	'A school takes 6 classes of 27 juniors and 4 classes of 24 seniors, with 15 teachers, on a trip. A bus has 48 seats. How many buses are needed?'
const rightAnswer = /^answered: The number of buses is 6\./

/** The practice model makes these mistakes and no others, each for certain. */
const misreading = { misreadingPattern: /number of juniors in each class/i } satisfies Partial<PracticeOptions>
const badPlan = { badPlanPattern: /how many buses/i } satisfies Partial<PracticeOptions>
const slip = { mistakePattern: /to get the number of seniors/i } satisfies Partial<PracticeOptions>
const wrongAlternatives = { wrongAlternativeRate: 1 } satisfies Partial<PracticeOptions>
/** Without calculations there is something for the verifier to judge, and so to be wrong about. */
const falseAlarm = {
	calculations: false,
	falseAlarmPattern: /to get the number of places needed/i,
} satisfies Partial<PracticeOptions>
const unrounded = { unroundedPattern: /to get the number of buses/i } satisfies Partial<PracticeOptions>

/** Whatever the question looks like. */
const staged = { route: 'staged' } as const

async function journey(mistakes: Partial<PracticeOptions>, preferences: Partial<RunPreferences> = {}) {
	await using practice = await openPractice(mistakes)
	return told(await practice.ask(question, preferences))
}

/** What the journal tells of a run. */
function told(attempted: Attempted) {
	const of = <Kind extends JournalEventKind>(nodeId: string, kind: Kind): readonly JournalEventOf<Kind>[] => {
		const isOfKind = (event: JournalEvent): event is JournalEventOf<Kind> => event.kind === kind
		return attempted.entries
			.filter((entry) => entry.nodeId === nodeId)
			.flatMap(({ event }) => (isOfKind(event) ? event : []))
	}
	const failed = (nodeId: string) => of(nodeId, 'checkpoint').filter(({ passed }) => !passed)
	const caught = ['analyze', 'decompose', 'execute', 'evaluate'].filter(
		(nodeId) => failed(nodeId).length > 0 || of(nodeId, 'stage-delta').some(({ subtaskId }) => subtaskId === undefined),
	)
	return {
		outcome: outcomeOf(attempted),
		of,
		failed,
		/** The stages in which a check has found something. */
		caught,
		samples: of('alternatives', 'sample').map(({ content }) => content?.answer),
		details: (nodeId: string) => of(nodeId, 'stage-end').flatMap(({ content }) => content?.details ?? []),
		skipped: (nodeId: string) => of(nodeId, 'stage-skip').map(({ content }) => content?.reason)[0] ?? null,
		confidence: attempted.entries.flatMap(({ event }) => (event.kind === 'run-end' ? event.confidence : []))[0],
	}
}

describe('a question that is asked of a model which', () => {
	test('makes no mistake is answered in six stages, of which none finds anything', async () => {
		const { outcome, caught, skipped, confidence } = await journey({})
		expect(outcome).toMatch(rightAnswer)
		expect(caught).toEqual([])
		expect([skipped('alternatives'), skipped('correct')]).toEqual(['Every step was checked.', 'Nothing failed.'])
		expect(confidence).toBe('high')
	})

	test('misreads it is read again by the analysis, before anything is worked out', async () => {
		const { outcome, caught, failed, of, details } = await journey(misreading)
		expect(outcome).toMatch(rightAnswer)
		expect(caught).toEqual(['analyze'])
		expect(failed('analyze')).toMatchObject([
			{
				method: 'interpretation',
				content: { evidence: expect.stringMatching(/class is 27\. The reading says: .* 72\./) },
			},
		])
		expect(of('analyze', 'model-call-end').map(({ callKey }) => callKey)).toEqual([
			'analysis',
			'comparison',
			'analysis-again',
			'comparison-again',
		])
		expect(details('analyze').join('\n')).toMatch(/Given \(g2\):\*\* The number of juniors in each class is 27\./)
	})

	test('cannot answer it says so with low confidence, and nothing of that counts as checked', async () => {
		await using practice = await openPractice({})
		const { outcome, of, confidence } = told(await practice.ask('Why did the old empires of the north fall?', staged))
		expect(outcome).toMatch(/^answered: I am the practice model and can't answer this/)
		expect(of('execute', 'checkpoint')).toEqual([])
		expect(of('execute', 'subtask-end').map(({ status }) => status)).toEqual(['unchecked'])
		expect(of('evaluate', 'verdict')).toMatchObject([{ passed: false, confidence: 'low' }])
		expect(confidence).toBe('low')
	})

	test('makes a plan that cannot be carried out makes another one in the decomposition', async () => {
		const { outcome, caught, of, details } = await journey(badPlan)
		expect(outcome).toMatch(rightAnswer)
		expect(caught).toEqual(['decompose'])
		expect(of('decompose', 'model-call-end').map(({ callKey }) => callKey)).toEqual(['plan-1', 'plan-2'])
		expect(details('decompose')[0]).toMatch(/^\*\*Plan 1 refused:\*\* \S/)
	})

	test('slips in a step works that step out again, and no other', async () => {
		const { outcome, caught, failed, of } = await journey(slip)
		expect(outcome).toMatch(rightAnswer)
		expect(caught).toEqual(['execute'])
		expect(failed('execute')).toMatchObject([
			{ subtaskId: 's2', method: 'arithmetic', content: { evidence: expect.stringContaining('4 * 24 is 96, not') } },
		])
		expect(of('execute', 'subtask-end').map(({ samples }) => samples)).toEqual([1, 2, 1, 1])
	})

	test('gives wrong alternatives that agree stays with the checked steps: the evaluation weighs the votes', async () => {
		const { outcome, caught, samples, of, details, skipped } = await journey(wrongAlternatives, { effort: 'high' })
		expect(outcome).toMatch(rightAnswer)
		expect(caught).toEqual([])
		expect(samples).toHaveLength(3)
		expect(samples).not.toContain('6')
		expect(new Set(samples).size).toBeLessThan(3)
		expect(of('evaluate', 'verdict')).toMatchObject([{ passed: true }])
		expect(details('evaluate').join('\n')).toMatch(/Votes:\*\* \d+ % of the weight of all solutions is for "6"/)
		expect(skipped('correct')).toBe('Nothing failed.')
	})

	test('raises a false alarm costs one more sample, and nothing that is right is given up', async () => {
		const { outcome, caught, of, failed } = await journey(falseAlarm)
		expect(outcome).toMatch(rightAnswer)
		expect(caught).toEqual(['execute'])
		expect(failed('execute')).toMatchObject([{ subtaskId: 's3', method: 'verifier' }])
		const checksOfStep = of('execute', 'checkpoint').filter(({ subtaskId }) => subtaskId === 's3')
		expect(checksOfStep.map(({ passed }) => passed)).toEqual([false, true])
		expect(of('execute', 'subtask-end').map(({ status }) => status)).toEqual(Array.from({ length: 4 }, () => 'checked'))
	})

	test('does not round is turned down by the evaluation, since a constraint is computed, and corrected at that step', async () => {
		const { outcome, caught, samples, failed, of, confidence } = await journey(unrounded)
		expect(outcome).toMatch(rightAnswer)
		expect(caught).toEqual(['evaluate'])
		expect(samples).toEqual(['6', '6', '6'])
		expect(failed('evaluate')).toMatchObject([
			{ method: 'constraint', content: { evidence: expect.stringContaining('5.69 is not a whole number.') } },
		])
		expect(of('evaluate', 'verdict')).toMatchObject([{ passed: false }])
		expect(of('correct', 'correction')).toMatchObject([
			{ accepted: true, content: { before: '5.69', after: '6', reason: '5.69 is not a whole number.' } },
		])
		expect(of('correct', 'model-call-end').map(({ callKey }) => callKey)).toEqual(['round-1-s4'])
		expect(confidence).toBe('high')
	})

	test('makes all of these mistakes, and misses one as a verifier, still answers right: every stage has found its own', async () => {
		const all = { ...misreading, ...badPlan, ...slip, ...wrongAlternatives, ...falseAlarm, ...unrounded }
		const missed = { missedSlipPattern: /to get the number of buses/i }
		const { outcome, caught, failed, samples, of } = await journey({ ...all, ...missed }, { effort: 'high' })
		expect(outcome).toMatch(rightAnswer)
		expect(caught).toEqual(['analyze', 'decompose', 'execute', 'evaluate'])
		expect(failed('execute').map(({ subtaskId, method }) => `${subtaskId} ${method}`)).toEqual([
			's2 verifier',
			's3 verifier',
		])
		expect(samples).toHaveLength(3)
		expect(samples).not.toContain('6')
		expect(failed('evaluate').map(({ method }) => method)).toEqual(['constraint'])
		expect(of('correct', 'correction')).toMatchObject([{ accepted: true, content: { before: '5.69', after: '6' } }])
	})
})
