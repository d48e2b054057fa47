import { z } from 'zod'
import { AbortedError } from './abort.ts'

/** Whom the budget of a day may limit. */
export const dayBudgetScopeSchema = z.enum(['person', 'channel', 'installation'])
export type DayBudgetScope = z.infer<typeof dayBudgetScopeSchema>

/** What a budget counts; money in integer millionths of a dollar. */
export const budgetMeasureSchema = z.enum(['calls', 'tokens', 'costMicroUsd'])
export type BudgetMeasure = z.infer<typeof budgetMeasureSchema>

const amount = z.number().nonnegative()

/** One budget with what is left of it. `run` is the budget of one question; all others are of a day, counted in UTC. */
export const budgetLevelSchema = z.object({
	scope: z.enum(['run', ...dayBudgetScopeSchema.options]),
	measure: budgetMeasureSchema,
	limit: amount,
	left: amount,
	/** Whether it was used up by a call that cost more than it may: the model's server ignored the limit of its output. */
	overrun: z.boolean().optional(),
})
export type BudgetLevel = z.infer<typeof budgetLevelSchema>

/** What isn't covered by a budget is not begun. */
export class BudgetUsedUp extends AbortedError {
	readonly budget: BudgetLevel

	constructor(budget: BudgetLevel) {
		super('budget')
		this.budget = budget
	}
}
