import { chance } from './chance.ts'
import { type ChatRequest, type Refusal, refusal } from './protocol.ts'

/** About how many hidden tokens a reasoning model thinks at each effort. */
const typicalTokens: Readonly<Record<string, number>> = {
	none: 0,
	minimal: 200,
	low: 1_000,
	medium: 4_000,
	high: 12_000,
}

/** How many hidden tokens the thinking about a request takes: half to one and a half of what is typical for its effort. */
export function thinkingTokens({ reasoning_effort: effort }: ChatRequest, seed: number, digest: string): number {
	const typical = typicalTokens[effort ?? 'medium'] ?? typicalTokens.medium ?? 0
	return Math.round(typical * (0.5 + chance(seed, digest, 'thinking')))
}

/** What models that reason refuse, in the words of OpenAI's. */
export function refusedByReasoning({ temperature, top_p: topP }: ChatRequest): Refusal | undefined {
	if (typeof topP === 'number') {
		const message = "Unsupported parameter: 'top_p' is not supported with this model."
		return refusal(400, message, { code: 'unsupported_parameter', param: 'top_p' })
	}
	if (typeof temperature !== 'number' || temperature === 1) return undefined
	const message = `Unsupported value: 'temperature' does not support ${temperature} with this model. Only the default (1) value is supported.`
	return refusal(400, message, { code: 'unsupported_value', param: 'temperature' })
}
