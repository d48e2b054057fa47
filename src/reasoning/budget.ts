import { AbortedError } from '../core/abort.ts'
import { addUsage, type Usage } from '../core/usage.ts'
import type { Budget } from '../core/workflow.ts'
import type { Estimate } from './estimate.ts'

/**
 * A call that is covered. Settle it with what it really cost, or with nothing if it was refused. One whose cost nobody knows,
 * since it was left in the middle, is not settled: its estimate stays reserved.
 */
export type Reservation = { settle(usage: Usage): void }

export type RunBudget = {
	/**
	 * Reserves a call before it starts. Work leaves the share of the final answer untouched.
	 * @throws AbortedError `budget` if it isn't covered.
	 */
	reserve(estimate: Estimate, purpose: 'work' | 'answer'): Reservation
	/** Raises the number of calls, once the route and effort are known. */
	allowCalls(calls: number): void
	spent(): Usage
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
	const reserved = { calls: 0, tokens: 0, costMicroUsd: 0 }
	const hold = (sign: 1 | -1, estimate: Estimate) => {
		reserved.calls += sign
		reserved.tokens += sign * estimate.tokens
		reserved.costMicroUsd += sign * estimate.costMicroUsd
	}
	const covers = (estimate: Estimate, share: Share) =>
		spent.calls + reserved.calls + 1 + share.calls <= callLimit &&
		spent.inputTokens + spent.outputTokens + reserved.tokens + estimate.tokens + share.tokens <= budget.tokens &&
		spent.costMicroUsd + reserved.costMicroUsd + estimate.costMicroUsd + share.costMicroUsd <= budget.usd * 1_000_000
	return {
		reserve: (estimate, purpose) => {
			const share = purpose === 'work' ? answerShare : noShare
			if (!covers(estimate, share)) throw new AbortedError('budget')
			hold(1, estimate)
			return {
				settle: (usage) => {
					hold(-1, estimate)
					spent = addUsage(spent, usage)
				},
			}
		},
		allowCalls: (calls) => {
			callLimit = calls
		},
		spent: () => spent,
	}
}
