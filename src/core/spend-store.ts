import type { BudgetLevel, BudgetMeasure, DayBudgetScope } from './budget-level.ts'
import type { Conversation } from './conversation.ts'
import { ThreadwiseError } from './errors.ts'
import { toUsd } from './usage.ts'

/** What is charged; negative where something is given back. */
export type Spend = Readonly<Record<BudgetMeasure, number>>

/** The most that may be spent on a day, counted in UTC; null: any amount. */
export type DayLimit = Readonly<Record<BudgetMeasure, number | null>>
export type DayBudgets = Readonly<Record<DayBudgetScope, DayLimit>>

/** Whose budgets a question is charged to. */
export type Payer = Pick<Conversation, 'platform' | 'workspaceId' | 'channelId'> & {
	readonly personId: string
	/** What they have set for themselves, in dollars; the configuration may say less. */
	readonly usdPerDay?: { readonly [Scope in DayBudgetScope]?: number }
}

export type Charged =
	/** `day` is where it stands, to correct it there; `levels` are all budgets of the payer afterwards. */
	| { readonly outcome: 'charged'; readonly day: string; readonly levels: readonly BudgetLevel[] }
	/** Nothing was charged: this budget doesn't cover it. */
	| { readonly outcome: 'refused'; readonly budget: BudgetLevel }

/**
 * What was spent on each day by everybody whom a budget limits, over all processes. Its clock is the one that begins a new day.
 *
 * A call is charged before it begins with the most it can cost, and corrected when its cost is known. So nobody ever spends
 * more than the budget, and whoever crashes in between leaves too much charged, never too little.
 */
export interface SpendStore {
	/** Whether anything limits the payer. Where nothing does, nothing is kept and nothing is refused. */
	limits(payer: Payer): boolean
	/**
	 * Charges the amount to all budgets of the payer, or to none if one of them doesn't cover it. Today's, unless it is about an
	 * earlier day.
	 */
	charge(payer: Payer, amount: Spend, day?: string): Promise<Charged>
	/** Corrects what was charged on a day, whatever the budgets say: it is spent. Returns all budgets of the payer afterwards. */
	correct(payer: Payer, day: string, difference: Spend): Promise<readonly BudgetLevel[]>
	/** The budget of the payer of which nothing is left today, or null: then a question may be worked on. */
	exhausted(payer: Payer): Promise<BudgetLevel | null>
}

/** The budgets that hold for a payer: of the configuration and what was set, the lower. */
export function budgetsOf({ usdPerDay = {} }: Payer, budgets: DayBudgets): DayBudgets {
	const lower = (scope: DayBudgetScope): DayLimit => {
		const set = usdPerDay[scope]
		if (set === undefined) return budgets[scope]
		const costMicroUsd = Math.max(1, Math.round(set * 1_000_000))
		return { ...budgets[scope], costMicroUsd: Math.min(costMicroUsd, budgets[scope].costMicroUsd ?? costMicroUsd) }
	}
	return { person: lower('person'), channel: lower('channel'), installation: lower('installation') }
}

/** Whether any budget says anything. */
export function limitsAnything(budgets: DayBudgets): boolean {
	return Object.values(budgets).some((limit) => Object.values(limit).some((most) => most !== null))
}

/** The budget of which the smallest part is left. */
export function lowestOf(levels: readonly BudgetLevel[]): BudgetLevel | null {
	return levels.reduce<BudgetLevel | null>(
		(lowest, level) => (lowest === null || level.left / level.limit < lowest.left / lowest.limit ? level : lowest),
		null,
	)
}

const owners: Readonly<Record<BudgetLevel['scope'], string>> = {
	run: 'The budget for one question',
	person: 'Your budget for today',
	channel: "Today's budget of this channel",
	installation: "Today's budget of everybody here",
}

const amounts: Readonly<Record<BudgetMeasure, (limit: number) => string>> = {
	calls: (limit) => `${limit.toLocaleString('en')} model ${limit === 1 ? 'call' : 'calls'}`,
	tokens: (limit) => `${limit.toLocaleString('en')} ${limit === 1 ? 'token' : 'tokens'}`,
	costMicroUsd: (limit) => `$${toUsd(limit).toFixed(2)}`,
}

/** Says to whoever asks which budget of theirs is used up, how large it is and when there is a new one. */
export function budgetUsedUp({ scope, measure, limit }: BudgetLevel, now = new Date()): ThreadwiseError {
	return new ThreadwiseError('budget', `${owners[scope]}, ${amounts[measure](limit)}, is used up.`, {
		fix: 'Ask again after 00:00 UTC, when it starts again, or ask whoever runs Threadwise to raise it.',
		retry: { afterMs: untilNextDayMs(now) },
	})
}

/** Days are those of UTC: all of them are of the same length. */
function untilNextDayMs(now: Date): number {
	const dayMs = 24 * 3_600_000
	return dayMs - (now.getTime() % dayMs)
}
