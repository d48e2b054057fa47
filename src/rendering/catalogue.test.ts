import { describe, expect, test } from 'vitest'
import { aStageView } from '../../tests/support/builders.ts'
import type { BudgetLevel } from '../core/budget-level.ts'
import type { ReplyView } from '../core/reply-view.ts'
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

describe('the checks of a run', () => {
	test.each([
		[{ passed: 1, failed: 0, open: 0 }, '1 check passed'],
		[{ passed: 6, failed: 0, open: 0 }, '6 checks passed'],
		[{ passed: 6, failed: 3, open: 0 }, '9 checks, 3 failed and were corrected'],
		[{ passed: 6, failed: 1, open: 0 }, '7 checks, 1 failed and was corrected'],
		[{ passed: 6, failed: 3, open: 1 }, '9 checks, 3 failed, not all corrected'],
		[{ passed: 6, failed: 1, open: 1 }, '7 checks, 1 failed and was not corrected'],
	])('are told when it is over: %j', (checks, text) => {
		expect(english.checks(checks, true)).toBe(text)
	})

	test('are only counted before that, since what failed may still be corrected', () => {
		expect(english.checks({ passed: 6, failed: 3, open: 3 }, false)).toBe('9 checks, 3 failed')
	})
})

describe('what a run will take', () => {
	const routing = { level: 'hard', source: 'signals', reason: 'Two prices to add.' } as const
	type Estimate = { readonly elapsedMs: number; readonly costMicroUsd: number; readonly isCeiling: boolean }
	const forecast = (estimate: Estimate, status: ReplyView['status'] = 'working') =>
		english.routed({
			status,
			route: 'staged',
			effort: 'medium',
			stages: [aStageView()],
			routing: { ...routing, estimate },
		})
	const said = (takes: string) => `1 stage, medium effort${takes}. Two prices to add.`

	test.each<[Estimate, string]>([
		[{ elapsedMs: 800, costMicroUsd: 0, isCeiling: false }, ', about 1 s'],
		[{ elapsedMs: 38_200, costMicroUsd: 31_000, isCeiling: false }, ', about 40 s, about $0.03'],
		[{ elapsedMs: 130_000, costMicroUsd: 900, isCeiling: false }, ', about 2 min, less than $0.01'],
	])('is told in rounded words from runs before it: %j', (estimate, takes) => {
		expect(forecast(estimate)).toBe(said(takes))
	})

	test.each<[Estimate, string]>([
		[{ elapsedMs: 300_000, costMicroUsd: 500_000, isCeiling: true }, ', at most 5 min and $0.50'],
		[{ elapsedMs: 91_000, costMicroUsd: 100_000, isCeiling: true }, ', at most 2 min and $0.10'],
	])('is at most what may be spent, where there is no run before it: %j', (estimate, takes) => {
		expect(forecast(estimate)).toBe(said(takes))
	})

	test('is left out where all that could be said is the longest that anything may take for nothing', () => {
		expect(forecast({ elapsedMs: 300_000, costMicroUsd: 0, isCeiling: true })).toBe(said(''))
	})

	test.each(['answered', 'stopped', 'failed'] as const)('is no news any more once it is %s', (status) => {
		expect(forecast({ elapsedMs: 38_200, costMicroUsd: 31_000, isCeiling: false }, status)).toBe(said(''))
	})
})
