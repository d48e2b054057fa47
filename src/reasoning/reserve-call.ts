import { once } from 'node:events'
import { BudgetUsedUp } from '../core/budget-level.ts'
import type { LanguageModel, ModelRequest } from '../core/language-model.ts'
import { noUsage } from '../core/usage.ts'
import type { Reservation } from './budget.ts'
import { estimateCall } from './estimate.ts'
import type { CallSession } from './session.ts'

type Reserved = { readonly model: LanguageModel; readonly request: ModelRequest; readonly purpose: 'work' | 'answer' }

/**
 * Reserves the most that a call can cost, in all budgets. What other calls have reserved and don't use is given back when they are
 * over: a call that isn't covered beside them waits for that, so that the calls of a group come one after the other rather than not.
 * @throws BudgetUsedUp if it isn't covered although no other call is under way; AbortedError if the run is aborted meanwhile.
 */
export async function reserveWhenCovered(call: Reserved, session: CallSession): Promise<Reservation> {
	for (;;) {
		const released = session.budget.nextRelease()
		try {
			return session.account === null ? reserveInRun(call, session) : await reserveInAll(call, session)
		} catch (error) {
			if (!(error instanceof BudgetUsedUp) || error.budget.overrun === true || released === null) throw error
			await unlessAborted(released, session.signal)
		}
	}
}

async function unlessAborted(waiting: Promise<void>, signal: AbortSignal): Promise<void> {
	const over = new AbortController()
	try {
		await Promise.race([waiting, once(signal, 'abort', { signal: over.signal })])
	} finally {
		over.abort()
	}
	signal.throwIfAborted()
}

/**
 * Reserves the most that a call can cost in the budget of its run.
 * @throws BudgetUsedUp if it isn't covered.
 */
function reserveInRun({ model, request, purpose }: Reserved, { budget }: CallSession): Reservation {
	return budget.reserve(estimateCall(model, request), purpose)
}

/**
 * Reserves it in the budgets of the day as well, where there are any; in all or in none.
 * @throws BudgetUsedUp if one doesn't cover it.
 */
export async function reserveInAll(call: Reserved, session: CallSession): Promise<Reservation> {
	const { account, budget } = session
	if (account === null) return reserveInRun(call, session)
	const estimate = estimateCall(call.model, call.request)
	// Whoever waits for a call to be over must not be woken by one that never began, so the run's own reservation comes last.
	budget.expectCovered(estimate, call.purpose)
	const inDay = await account.reserve(estimate, call.purpose)
	try {
		const inRun = budget.reserve(estimate, call.purpose)
		return {
			settle: (usage, isEstimated) => {
				inRun.settle(usage, isEstimated)
				inDay.settle(usage, isEstimated)
			},
			leave: () => {
				inRun.leave()
				inDay.leave()
			},
		}
	} catch (error) {
		inDay.settle(noUsage)
		throw error
	}
}
