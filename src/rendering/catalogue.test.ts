import { describe, expect, test } from 'vitest'
import { aStageView } from '../../tests/support/builders.ts'
import type { BudgetLevel } from '../core/budget-level.ts'
import { english } from './catalogue.ts'

function used(scope: BudgetLevel['scope']): BudgetLevel {
	return { scope, measure: 'tokens', limit: 1_000, left: 3 }
}

describe('a stop for a budget', () => {
	test.each([
		[null, 'Stopped: the budget for one question is used up.'],
		[used('run'), 'Stopped: the budget for one question is used up.'],
		[used('person'), 'Stopped: your budget for today is used up. It starts again at 00:00 UTC.'],
		[used('channel'), "Stopped: today's budget of this channel is used up. It starts again at 00:00 UTC."],
		[used('installation'), "Stopped: today's budget of everybody here is used up. It starts again at 00:00 UTC."],
	])('%j says which one, and when it starts again', (budget, text) => {
		expect(english.stopped('budget', budget)).toBe(text)
	})

	test('says so where the model server did not keep to its limit', () => {
		expect(english.stopped('budget', { ...used('run'), overrun: true })).toContain('ignored the limit of its output')
	})

	test('is not told where somebody else stopped it', () => {
		expect(english.stopped('user', used('run'))).toBe('Stopped as you asked.')
	})
})

test.each<[Omit<BudgetLevel, 'scope'>, string]>([
	[{ measure: 'calls', limit: 20, left: 1 }, '1 call of 20 calls left of your budget for today'],
	[{ measure: 'tokens', limit: 20_000, left: 1_500 }, '1,500 tokens of 20,000 tokens left of your budget for today'],
	[{ measure: 'costMicroUsd', limit: 2_000_000, left: 120_000 }, '$0.12 of $2.00 left of your budget for today'],
])('what is left of %j is told', (level, text) => {
	expect(english.budgetLeft({ scope: 'person', ...level })).toBe(text)
})

describe('the line of a run whose asker wants quiet', () => {
	const stages = [
		aStageView({ id: 'analyze', title: 'Problem analysis', status: 'done' }),
		aStageView({ id: 'execute', title: 'Systematic execution', status: 'running' }),
		aStageView({ id: 'evaluate', title: 'Self-evaluation', status: 'pending' }),
	]
	const view = { status: 'working', stages, placeInQueue: null, answerNow: false } as const

	test.each([
		['while it waits for a worker', { ...view, status: 'queued', placeInQueue: 3 }, 'Waiting: 2 questions ahead of it'],
		['in a stage', view, 'Systematic execution (2 of 3)'],
		['without stages', { ...view, stages: [] }, 'Working'],
		['once the answer is wanted', { ...view, answerNow: true }, 'Answering now, from what there is'],
	] as const)('%s', (_when, shown, line) => {
		expect(english.quietly(shown)).toBe(line)
	})
})

test.each([
	[null, 'weight unknown'],
	[0, 'no vote'],
	[0.5, 'weight 0.5'],
])('a vote of %j is told', (weight, text) => {
	expect(english.record.weight(weight)).toBe(text)
})
