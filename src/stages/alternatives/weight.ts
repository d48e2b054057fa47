import { noResult, type SolvedSubtask } from '../execute/solve-subtask.ts'

/**
 * What a vote counts for. Wrong answers agree with each other, so three unchecked samples must not outvote a chain whose every step
 * was checked; many that were checked may. A solution with a calculation that is wrong has no vote,
 * nor has a chain that came to no result.
 */
const weights = { checkedChain: 4, partlyCheckedChain: 2, uncheckedChain: 1, doubtfulChain: 0.5 } as const
const sampleWeights = { passed: 1, 'nothing-to-check': 0.5, failed: 0 } as const

export function chainWeight(subtasks: readonly Pick<SolvedSubtask, 'status' | 'result'>[]): number {
	if (subtasks.at(-1)?.result === noResult) return 0
	if (subtasks.some(({ status }) => status === 'low-confidence')) return weights.doubtfulChain
	const checked = subtasks.filter(({ status }) => status === 'checked').length
	if (checked === 0) return weights.uncheckedChain
	return checked === subtasks.length ? weights.checkedChain : weights.partlyCheckedChain
}

export function sampleWeight(check: keyof typeof sampleWeights): number {
	return sampleWeights[check]
}
