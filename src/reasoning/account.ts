import { type BudgetLevel, BudgetUsedUp } from '../core/budget-level.ts'
import { lowestOf, type Payer, type Spend, type SpendStore } from '../core/spend-store.ts'
import type { Reservation } from './budget.ts'
import type { Estimate } from './estimate.ts'

/** The budgets of a day that pay for one attempt at a run. */
export type Account = {
	/**
	 * Charges a call before it starts. The first one that is work also has the final answer's share put aside.
	 * @throws BudgetUsedUp if it isn't covered; whatever the store throws.
	 */
	reserve(estimate: Estimate, purpose: 'work' | 'answer'): Promise<Reservation>
	/** Gives back what is still put aside, and waits until everything is written. May be repeated. */
	close(): Promise<void>
	/** The budget of which least is left, as far as is known. */
	lowest(): BudgetLevel | null
}

type Held = { readonly day: string; readonly spend: Spend }

const nothing: Spend = { calls: 0, tokens: 0, costMicroUsd: 0 }

/**
 * An account in the store, of which every process knows. What is charged is corrected while the run goes on, and waited for
 * only before the next charge. A correction that fails leaves too much charged, which costs nobody more than they allowed.
 */
export function createAccount(store: SpendStore, payer: Payer, finalAnswer: Estimate): Account {
	let levels: readonly BudgetLevel[] = []
	let aside: Promise<Held> | null = null
	let corrected: Promise<unknown> = Promise.resolve()

	const charge = async (spend: Spend, day?: string): Promise<Held> => {
		await corrected
		const charged = await store.charge(payer, spend, day)
		if (charged.outcome === 'refused') throw new BudgetUsedUp(charged.budget)
		levels = charged.levels
		return { day: charged.day, spend }
	}
	const correct = ({ day, spend }: Held, actual: Spend): void => {
		const difference = combined(actual, spend, (left, right) => left - right)
		if (Object.values(difference).every((part) => part === 0)) return
		const correcting = store.correct(payer, day, difference).then(
			(after) => {
				levels = after
			},
			() => {},
		)
		corrected = Promise.all([corrected, correcting])
	}
	const putAside = (): Promise<Held> => {
		aside ??= charge(oneCall(finalAnswer)).catch((error: unknown) => {
			aside = null
			throw error
		})
		return aside
	}
	/** What is put aside pays for the answer; what is missing is charged on top, on the same day. */
	const chargeAnswer = async (estimate: Spend): Promise<Held> => {
		const held = aside === null ? null : await aside
		if (held === null) return charge(estimate)
		aside = null
		const whole = combined(estimate, held.spend, Math.max)
		const missing = combined(whole, held.spend, (left, right) => left - right)
		try {
			if (Object.values(missing).some((part) => part > 0)) await charge(missing, held.day)
		} catch (error) {
			aside = Promise.resolve(held)
			throw error
		}
		return { day: held.day, spend: whole }
	}
	return {
		reserve: async (estimate, purpose) => {
			if (purpose === 'work') await putAside()
			const most = oneCall(estimate)
			const held = await (purpose === 'work' ? charge(most) : chargeAnswer(most))
			return {
				settle: ({ calls, inputTokens, outputTokens, costMicroUsd }, isEstimated = false) => {
					const actual = { calls, tokens: inputTokens + outputTokens, costMicroUsd }
					correct(held, isEstimated ? combined(actual, { ...most, calls }, Math.max) : actual)
				},
				leave: () => correct(held, { ...most, calls: 0 }),
			}
		},
		close: async () => {
			const held = aside
			aside = null
			const left = await held?.catch(() => null)
			if (left) correct(left, nothing)
			await corrected
		},
		lowest: () => lowestOf(levels),
	}
}

function oneCall({ tokens, costMicroUsd }: Estimate): Spend {
	return { calls: 1, tokens, costMicroUsd }
}

function combined(left: Spend, right: Spend, combine: (left: number, right: number) => number): Spend {
	return {
		calls: combine(left.calls, right.calls),
		tokens: combine(left.tokens, right.tokens),
		costMicroUsd: combine(left.costMicroUsd, right.costMicroUsd),
	}
}
