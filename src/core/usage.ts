import { z } from 'zod'

const count = z.number().int().nonnegative()

/**
 * What was spent. `calls` are completed model requests; money is in integer millionths of a dollar, so that sums are exact.
 */
export const usageSchema = z.object({ calls: count, inputTokens: count, outputTokens: count, costMicroUsd: count })
export type Usage = z.infer<typeof usageSchema>

export const noUsage: Usage = { calls: 0, inputTokens: 0, outputTokens: 0, costMicroUsd: 0 }

export function addUsage(left: Usage, right: Usage): Usage {
	return {
		calls: left.calls + right.calls,
		inputTokens: left.inputTokens + right.inputTokens,
		outputTokens: left.outputTokens + right.outputTokens,
		costMicroUsd: left.costMicroUsd + right.costMicroUsd,
	}
}

/** Millionths of a dollar as dollars, for output. */
export function toUsd(microUsd: number): number {
	return microUsd / 1_000_000
}
