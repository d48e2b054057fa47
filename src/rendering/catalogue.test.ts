import { describe, expect, test } from 'vitest'
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
