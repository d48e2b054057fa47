import type { LanguageModel, ModelRequest } from '../core/language-model.ts'
import { noUsage } from '../core/usage.ts'
import type { Reservation } from './budget.ts'
import { estimateCall } from './estimate.ts'
import type { CallSession } from './session.ts'

type Reserved = { readonly model: LanguageModel; readonly request: ModelRequest; readonly purpose: 'work' | 'answer' }

/**
 * Reserves the most that a call can cost in the budget of its run.
 * @throws BudgetUsedUp if it isn't covered.
 */
export function reserveInRun({ model, request, purpose }: Reserved, { budget }: CallSession): Reservation {
	return budget.reserve(estimateCall(model, request), purpose)
}

/**
 * Reserves it in the budgets of the day as well, where there are any; in all or in none.
 * @throws BudgetUsedUp if one doesn't cover it.
 */
export async function reserveInAll(call: Reserved, session: CallSession): Promise<Reservation> {
	const inRun = reserveInRun(call, session)
	if (session.account === null) return inRun
	try {
		const inDay = await session.account.reserve(estimateCall(call.model, call.request), call.purpose)
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
		inRun.settle(noUsage)
		throw error
	}
}
