import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AbortedError } from '../core/abort.ts'
import { addUsage, noUsage, type Usage } from '../core/usage.ts'
import { createRunBudget } from './budget.ts'

const roomy = { tokens: 100_000, usd: 1, seconds: 60 }
const share = { tokens: 6_000, costMicroUsd: 50 }
const small = { tokens: 100, costMicroUsd: 10 }

function used(part: Partial<Usage>): Usage {
	return { ...noUsage, calls: 1, ...part }
}

function refusal(reserve: () => unknown): unknown {
	try {
		return reserve()
	} catch (error) {
		return error instanceof AbortedError ? error.abortCause : error
	}
}

describe('the budget of a run', () => {
	test('adds up what was settled, on top of what earlier attempts have spent', () => {
		const budget = createRunBudget(roomy, used({ inputTokens: 5 }), share)
		budget.reserve(small, 'work').settle(used({ inputTokens: 7, outputTokens: 3, costMicroUsd: 2 }))
		expect(budget.spent()).toEqual({ calls: 2, inputTokens: 12, outputTokens: 3, costMicroUsd: 2 })
	})

	test('counts what is under way until it is settled, and gives back what was not used', () => {
		const budget = createRunBudget({ ...roomy, tokens: 1_000 }, noUsage, share)
		const first = budget.reserve({ tokens: 900, costMicroUsd: 0 }, 'answer')
		expect(refusal(() => budget.reserve({ tokens: 200, costMicroUsd: 0 }, 'answer'))).toBe('budget')
		first.settle(used({ outputTokens: 50 }))
		budget.reserve({ tokens: 950, costMicroUsd: 0 }, 'answer')
		expect(refusal(() => budget.reserve({ tokens: 1, costMicroUsd: 0 }, 'answer'))).toBe('budget')
	})

	test('a call that was refused by the server costs nothing', () => {
		const budget = createRunBudget(roomy, noUsage, share)
		budget.allowCalls(1)
		budget.reserve(small, 'answer').settle(noUsage)
		budget.reserve(small, 'answer').settle(used({}))
		expect(refusal(() => budget.reserve(small, 'answer'))).toBe('budget')
	})

	test('money that is reserved or spent is never above the limit', () => {
		const budget = createRunBudget({ ...roomy, usd: 0.000_1 }, noUsage, share)
		budget.reserve({ tokens: 1, costMicroUsd: 60 }, 'answer')
		expect(refusal(() => budget.reserve({ tokens: 1, costMicroUsd: 41 }, 'answer'))).toBe('budget')
		budget.reserve({ tokens: 1, costMicroUsd: 40 }, 'answer')
	})

	test('work leaves a call and tokens for the final answer', () => {
		const budget = createRunBudget({ ...roomy, tokens: 7_000 }, noUsage, share)
		budget.allowCalls(2)
		expect(refusal(() => budget.reserve({ tokens: 1_001, costMicroUsd: 0 }, 'work'))).toBe('budget')
		budget.reserve({ tokens: 1_000, costMicroUsd: 0 }, 'work').settle(used({ outputTokens: 1_000 }))
		expect(refusal(() => budget.reserve(small, 'work'))).toBe('budget')
		budget.reserve({ tokens: 6_000, costMicroUsd: 0 }, 'answer')
	})

	test('work leaves money for the final answer', () => {
		const budget = createRunBudget({ ...roomy, usd: 0.000_1 }, noUsage, share)
		expect(refusal(() => budget.reserve({ tokens: 1, costMicroUsd: 51 }, 'work'))).toBe('budget')
		budget.reserve({ tokens: 1, costMicroUsd: 50 }, 'work')
		budget.reserve({ tokens: 1, costMicroUsd: 50 }, 'answer')
	})

	test('a call that is never settled stays reserved, and is not spent', () => {
		const budget = createRunBudget({ ...roomy, tokens: 1_000 }, noUsage, share)
		budget.reserve({ tokens: 900, costMicroUsd: 0 }, 'answer')
		expect(refusal(() => budget.reserve({ tokens: 101, costMicroUsd: 0 }, 'answer'))).toBe('budget')
		expect(budget.spent()).toEqual(noUsage)
	})

	test('tells when a call under way is over, and that none is', async () => {
		const budget = createRunBudget(roomy, noUsage, share)
		expect(budget.nextRelease()).toBeNull()
		const [first, second] = [budget.reserve(small, 'answer'), budget.reserve(small, 'answer')]
		const released = budget.nextRelease()
		first.settle(used({}))
		await released
		expect(budget.nextRelease()).not.toBeNull()
		second.leave()
		expect(budget.nextRelease()).toBeNull()
	})

	test('a call that was left keeps its tokens and its money, but is no call', () => {
		const budget = createRunBudget({ ...roomy, tokens: 1_000 }, noUsage, share)
		budget.allowCalls(1)
		budget.reserve({ tokens: 900, costMicroUsd: 0 }, 'answer').leave()
		expect(refusal(() => budget.reserve({ tokens: 101, costMicroUsd: 0 }, 'answer'))).toBe('budget')
		budget.reserve({ tokens: 100, costMicroUsd: 0 }, 'answer')
	})

	test('a usage that was only estimated gives nothing back', () => {
		const budget = createRunBudget({ ...roomy, tokens: 1_000 }, noUsage, share)
		budget.reserve({ tokens: 900, costMicroUsd: 0 }, 'answer').settle(used({ outputTokens: 50 }), true)
		expect(budget.spent().outputTokens).toBe(50)
		expect(refusal(() => budget.reserve({ tokens: 101, costMicroUsd: 0 }, 'answer'))).toBe('budget')
		budget.reserve({ tokens: 100, costMicroUsd: 0 }, 'answer')
	})

	test('covers no work any more once its end is called, but the answer', () => {
		const budget = createRunBudget(roomy, noUsage, share)
		budget.endWork()
		expect(() => budget.reserve(small, 'work')).toThrow(
			expect.objectContaining({ budget: expect.objectContaining({ scope: 'run', overrun: true }) }),
		)
		budget.reserve(small, 'answer')
	})

	test.each([
		['calls', { tokens: 1, costMicroUsd: 1 }, 0],
		['tokens', { tokens: 1_001, costMicroUsd: 1 }, 1_000],
		['costMicroUsd', { tokens: 1, costMicroUsd: 101 }, 100],
	] as const)('says that it was the %s, and what is left of them', (measure, estimate, left) => {
		const budget = createRunBudget({ tokens: 1_000, usd: 0.000_1, seconds: 1 }, noUsage, share)
		budget.allowCalls(measure === 'calls' ? 0 : 5)
		expect(() => budget.reserve(estimate, 'answer')).toThrow(
			expect.objectContaining({ budget: { scope: 'run', measure, limit: left, left } }),
		)
	})

	test('estimates that hold are never exceeded, whatever the order of calls', () => {
		const call = fc.record({ estimate: fc.nat(5_000), share: fc.double({ min: 0, max: 1, noNaN: true }) })
		fc.assert(
			fc.property(fc.array(call), fc.integer({ min: 1, max: 20 }), (calls, limit) => {
				const budget = createRunBudget({ tokens: 20_000, usd: 0.01, seconds: 1 }, noUsage, share)
				budget.allowCalls(limit)
				let expected = noUsage
				for (const { estimate, share } of calls) {
					const spend = Math.floor(estimate * share)
					const usage = used({ outputTokens: spend, costMicroUsd: spend })
					const reserve = () => budget.reserve({ tokens: estimate, costMicroUsd: estimate }, 'answer')
					if (refusal(() => reserve().settle(usage)) !== 'budget') expected = addUsage(expected, usage)
				}
				expect(budget.spent()).toEqual(expected)
				expect(budget.spent().calls).toBeLessThanOrEqual(limit)
				expect(budget.spent().outputTokens).toBeLessThanOrEqual(20_000)
				expect(budget.spent().costMicroUsd).toBeLessThanOrEqual(10_000)
			}),
		)
	})
})
