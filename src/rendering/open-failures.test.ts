import { describe, expect, test } from 'vitest'
import { aStageView, recordsOf } from '../../tests/support/builders.ts'
import { openReasoning, order, type RoleScript, replyJson } from '../../tests/support/reasoning.ts'
import type { StageRecord } from '../core/reply-view.ts'
import { describeFacts } from './facts.ts'
import { foldJournal } from './fold-journal.ts'
import { openFailures } from './open-failures.ts'

const none = { passed: 0, failed: 0, open: 0 }

function openIn(...records: readonly StageRecord[]): number {
	return openFailures({
		route: 'staged',
		checks: none,
		stages: records.map((record) => aStageView({ stage: record.kind, record })),
	})
}

const reading = (...passed: readonly boolean[]): StageRecord => ({
	kind: 'analyze',
	asked: '',
	givens: [],
	constraints: [],
	assumptions: [],
	clarified: [],
	checks: passed.map((each, sample) => ({ method: 'interpretation', passed: each, sample, evidence: '' })),
})
const verdict = (...where: readonly string[]): StageRecord => ({
	kind: 'evaluate',
	checks: [],
	verdict: {
		passed: where.length === 0,
		confidence: 'low',
		failures: where.map((each) => ({ where: each, evidence: '' })),
	},
})
const steps = (...statuses: readonly ('checked' | 'low-confidence')[]): StageRecord => ({
	kind: 'execute',
	subtasks: statuses.map((status, index) => ({
		id: `s${index}`,
		objective: '',
		result: '',
		status,
		samples: 1,
		checks: [],
	})),
})

describe('of what checks have found there stands', () => {
	test.each<[string, readonly StageRecord[], number]>([
		['a misreading that was not read again', [reading(false)], 1],
		['no misreading that is gone when it is read again', [reading(false, true)], 0],
		['a misreading that is still there when it is read again', [reading(false, false), verdict()], 1],
		['each step that is in doubt, as long as there is no verdict', [steps('checked', 'low-confidence')], 1],
		['what the verdict names, whatever the steps have come to', [steps('low-confidence'), verdict()], 0],
		[
			'what the verdict names, where nothing was corrected',
			[verdict('c1', 's2'), { kind: 'correct', corrections: [] }],
			2,
		],
		['what the correction leaves', [verdict('c1', 's2'), { kind: 'correct', corrections: [], open: 1 }], 1],
		['nothing that was corrected', [verdict('c1', 's2'), { kind: 'correct', corrections: [], open: 0 }], 0],
	])('%s', (_, records, open) => {
		expect(openIn(...records)).toBe(open)
	})

	test('what a direct answer fails', () => {
		expect(openFailures({ route: 'direct', checks: { ...none, failed: 1 }, stages: [] })).toBe(1)
	})
})

describe('the line under an answer, beside its confidence,', () => {
	async function told(script: RoleScript) {
		await using world = await openReasoning(script)
		const view = foldJournal(recordsOf((await world.attempt()).entries))
		const facts = describeFacts(view)
		return [facts.find((fact) => fact.includes('check')), facts.find((fact) => fact.includes('confidence'))]
	}
	const different = replyJson({ differences: [{ kind: 'dropped', what: 'the markers' }] })
	const needsUnit = replyJson({
		...order.analysis,
		constraints: [{ id: 'c1', kind: 'unit', statement: 'It is in euros.', value: '€' }],
	})

	test('says that all failures were corrected', async () => {
		expect(await told({ comparison: [different, replyJson({ differences: [] })] })).toEqual([
			'6 checks, 1 failed and was corrected',
			'high confidence',
		])
	})

	test('says that one was not, and the confidence is lower for it', async () => {
		expect(await told({ comparison: different })).toEqual([
			'6 checks, 2 failed, not all corrected',
			'medium confidence',
		])
		expect(await told({ analysis: needsUnit })).toEqual([
			expect.stringMatching(/^\d checks, 1 failed and was not corrected$/),
			'low confidence',
		])
	})
})
