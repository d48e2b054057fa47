import { z } from 'zod'

/** How a run is answered: at once, or through the stages. */
export const routeSchema = z.enum(['direct', 'staged'])
export type Route = z.infer<typeof routeSchema>

/** How many alternatives, checks and corrections, and how large a budget. */
export const effortSchema = z.enum(['low', 'medium', 'high'])
export type Effort = z.infer<typeof effortSchema>

/** What the person has chosen; null leaves the choice to the complexity check and the settings. */
export const runPreferencesSchema = z.object({
	route: routeSchema.nullable(),
	effort: effortSchema.nullable(),
	workflow: z.string().nullable(),
})
export type RunPreferences = z.infer<typeof runPreferencesSchema>

export const noPreferences: RunPreferences = { route: null, effort: null, workflow: null }
