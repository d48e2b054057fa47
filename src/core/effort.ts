import type { Effort, Route } from './run-preferences.ts'

/** What an effort allows at most. */
export type EffortLimits = {
	readonly subtasks: number
	readonly alternatives: number
	readonly checkpointRetries: number
	readonly correctionRounds: number
	readonly calls: number
}

const directLimits: EffortLimits = {
	subtasks: 0,
	alternatives: 0,
	checkpointRetries: 0,
	correctionRounds: 0,
	calls: 2,
}

const stagedLimits: Readonly<Record<Effort, EffortLimits>> = {
	low: { subtasks: 3, alternatives: 0, checkpointRetries: 1, correctionRounds: 0, calls: 14 },
	medium: { subtasks: 5, alternatives: 3, checkpointRetries: 1, correctionRounds: 1, calls: 32 },
	high: { subtasks: 8, alternatives: 9, checkpointRetries: 2, correctionRounds: 2, calls: 80 },
}

/** The limits of a route and effort. */
export function limitsFor(route: Route, effort: Effort): EffortLimits {
	return route === 'direct' ? directLimits : stagedLimits[effort]
}
