import { type Constraint, type ConstraintCheck, computeConstraint, refuses } from '../../checks/index.ts'
import { noResult, type SolvedSubtask } from '../execute/solve-subtask.ts'

/**
 * What a vote counts for. Wrong answers agree with each other, so three unchecked samples must not outvote a chain whose every step
 * was checked; many that were checked may. A solution with a calculation that is wrong has no vote, nor has one that came to no
 * result or says that there is none.
 */
const weights = { checkedChain: 4, partlyCheckedChain: 2, uncheckedChain: 1, doubtfulChain: 0.5 } as const
const sampleWeights = { passed: 1, 'nothing-to-check': 0.5, failed: 0 } as const

export function chainWeight(subtasks: readonly Pick<SolvedSubtask, 'status' | 'result'>[]): number {
	const result = subtasks.at(-1)?.result ?? noResult
	if (result === noResult || refuses(result)) return 0
	if (subtasks.some(({ status }) => status === 'low-confidence')) return weights.doubtfulChain
	const checked = subtasks.filter(({ status }) => status === 'checked').length
	if (checked === 0) return weights.uncheckedChain
	return checked === subtasks.length ? weights.checkedChain : weights.partlyCheckedChain
}

export function sampleWeight(check: keyof typeof sampleWeights, answer: string): number {
	return refuses(answer) ? 0 : sampleWeights[check]
}

/** Makes the heaviest chain lighter than the lightest answer that a computation doesn't contradict. */
const refutedPart = 0.1

/** What is left of a weight when the constraints are computed of the answer: one that breaks any counts for less than one that keeps all. */
export function weighedByConstraints(weight: number, answer: string, constraints: readonly Constraint[]): number {
	return refutations(answer, constraints).length === 0 ? weight : weight * refutedPart
}

/** The constraints that an answer breaks, as far as that can be computed. */
export function refutations(answer: string, constraints: readonly Constraint[]): readonly ConstraintCheck[] {
	return constraints.flatMap((constraint) => {
		const check = computeConstraint(constraint, answer)
		return check?.outcome === 'fails' ? [check] : []
	})
}
