import { type BudgetLevel, BudgetUsedUp } from '../core/budget-level.ts'
import { addUsage, type Usage } from '../core/usage.ts'
import type { Budget } from '../core/workflow.ts'
import type { Estimate } from './estimate.ts'

/** A call that is covered, to be concluded in one of two ways. */
export type Reservation = {
	/**
	 * The call cost this much; nothing if it was refused. Where nobody but we has counted, nothing is given back: the real usage
	 * may be as large as the reservation.
	 */
	settle(usage: Usage, isEstimated?: boolean): void
	/** Nobody knows what it cost, since it was left in the middle: tokens and money stay reserved. It is no completed call. */
	leave(): void
}

export type RunBudget = {
	/**
	 * Reserves a call before it starts. Work leaves the share of the final answer untouched.
	 * @throws BudgetUsedUp if it isn't covered.
	 */
	reserve(estimate: Estimate, purpose: 'work' | 'answer'): Reservation
	/** @throws BudgetUsedUp if a call isn't covered; reserves nothing. */
	expectCovered(estimate: Estimate, purpose: 'work' | 'answer'): void
	/** Raises the number of calls, once the route and effort are known. */
	allowCalls(calls: number): void
	/** A call cost more than the most it could, so no estimate can be trusted any more: no work is covered from now on. */
	endWork(): void
	spent(): Usage
	/** Resolves when a call under way is over, which may give back what it didn't use; null where none is under way. */
	nextRelease(): Promise<void> | null
}

type Share = Estimate & { readonly calls: number }
const noShare: Share = { calls: 0, tokens: 0, costMicroUsd: 0 }

/**
 * Counts what a run has spent and what is reserved for calls under way, against its budget. `finalAnswer` is put aside from the
 * beginning, so that every run can still end in an answer.
 */
export function createRunBudget(budget: Budget, alreadySpent: Usage, finalAnswer: Estimate): RunBudget {
	const answerShare: Share = { calls: 1, ...finalAnswer }
	let spent = alreadySpent
	let callLimit = Number.POSITIVE_INFINITY
	let overrun = false
	let underWay = 0
	let release = Promise.withResolvers<void>()
	const end = () => {
		underWay -= 1
		release.resolve()
		release = Promise.withResolvers<void>()
	}
	const reserved = { calls: 0, tokens: 0, costMicroUsd: 0 }
	const hold = (sign: 1 | -1, estimate: Estimate) => {
		reserved.calls += sign
		reserved.tokens += sign * estimate.tokens
		reserved.costMicroUsd += sign * estimate.costMicroUsd
	}
	const levels = () => ({
		calls: level('calls', callLimit, spent.calls + reserved.calls),
		tokens: level('tokens', budget.tokens, spent.inputTokens + spent.outputTokens + reserved.tokens),
		costMicroUsd: level('costMicroUsd', budget.usd * 1_000_000, spent.costMicroUsd + reserved.costMicroUsd),
	})
	const uncovered = (estimate: Estimate, purpose: 'work' | 'answer'): BudgetLevel | null => {
		const { calls, tokens, costMicroUsd } = levels()
		const share = purpose === 'work' ? answerShare : noShare
		if (overrun && purpose === 'work') return { ...tokens, overrun }
		if (calls.left < 1 + share.calls) return calls
		if (tokens.left < estimate.tokens + share.tokens) return tokens
		return costMicroUsd.left < estimate.costMicroUsd + share.costMicroUsd ? costMicroUsd : null
	}
	const expectCovered = (estimate: Estimate, purpose: 'work' | 'answer') => {
		const usedUp = uncovered(estimate, purpose)
		if (usedUp !== null) throw new BudgetUsedUp(usedUp)
	}
	return {
		expectCovered,
		reserve: (estimate, purpose) => {
			expectCovered(estimate, purpose)
			hold(1, estimate)
			underWay += 1
			return {
				settle: (usage, isEstimated = false) => {
					hold(-1, estimate)
					spent = addUsage(spent, usage)
					end()
					if (!isEstimated) return
					reserved.tokens += Math.max(0, estimate.tokens - usage.inputTokens - usage.outputTokens)
					reserved.costMicroUsd += Math.max(0, estimate.costMicroUsd - usage.costMicroUsd)
				},
				leave: () => {
					reserved.calls -= 1
					end()
				},
			}
		},
		allowCalls: (calls) => {
			callLimit = calls
		},
		endWork: () => {
			overrun = true
		},
		spent: () => spent,
		nextRelease: () => (underWay === 0 ? null : release.promise),
	}
}

function level(measure: BudgetLevel['measure'], limit: number, used: number): BudgetLevel {
	return { scope: 'run', measure, limit, left: Math.max(0, limit - used) }
}
