import { textOf } from '../core/content.ts'
import {
	costMicroUsd,
	type JsonSchema,
	type LanguageModel,
	type LanguageModels,
	type ModelRequest,
	thinkingRoomTokens,
} from '../core/language-model.ts'
import type { Workflow } from '../core/workflow.ts'

/** What a call may cost at most. */
export type Estimate = { readonly tokens: number; readonly costMicroUsd: number }

/** Everything behind the Latin letters: a tokenizer may spend a whole token on each, so three of them don't share one. */
const beyondLatin = /[\u0250-\uffff]/g

/** The most tokens that a text may have. */
export function tokensAtMost(text: string): number {
	const wide = text.match(beyondLatin)?.length ?? 0
	return wide + Math.ceil((text.length - wide) / 3)
}

/** What a chat template may put around each message. */
const messageTokens = 8
/** What is said around the schema to a model whose server can't be made to keep it. */
const instructionTokens = 40

/** The most tokens a reply may have, with the thinking of a reasoning model. */
export function mostOutputTokens({ kind }: LanguageModel, maxOutputTokens: number): number {
	return maxOutputTokens + (kind === 'reasoning' ? thinkingRoomTokens : 0)
}

/** The most that so many tokens can cost, with the thinking of a reasoning model. */
export function estimateTokens(model: LanguageModel, inputTokens: number, maxOutputTokens: number): Estimate {
	const outputTokens = mostOutputTokens(model, maxOutputTokens)
	return {
		tokens: inputTokens + outputTokens,
		costMicroUsd: costMicroUsd(model.price, { inputTokens, outputTokens }),
	}
}

/** The most that a run can take: its budget, of which models that are cheap or free can't spend all dollars. */
export function ceilingOf({ complexity, direct, nodes, answer, budget }: Workflow, models: LanguageModels) {
	const calls = [complexity, direct, answer, ...nodes, ...nodes.flatMap((node) => Object.values(node.calls))]
	const costs = calls.map(({ model }) => {
		const { inputUsdPerMillion, outputUsdPerMillion } = models(model).price
		return Math.ceil(Math.max(inputUsdPerMillion, outputUsdPerMillion) * budget.tokens)
	})
	return {
		elapsedMs: budget.seconds * 1_000,
		costMicroUsd: Math.min(Math.round(budget.usd * 1_000_000), Math.max(...costs)),
	}
}

/** The most that a call can cost: its whole output limit, and what it sends. */
export function estimateCall(model: LanguageModel, request: ModelRequest): Estimate {
	const { messages, output } = request
	const around = (messages.length + 1) * messageTokens + (output === undefined ? 0 : instructionTokens)
	const texts = messages.map(({ content }) => textOf(content))
	const inputTokens = texts.reduce((tokens, text) => tokens + tokensAtMost(text), around + tokensOfOutput(output))
	return estimateTokens(model, inputTokens, request.maxOutputTokens)
}

/** The same few schemas are sent again and again. */
const tokensOfSchemas = new WeakMap<JsonSchema, number>()

function tokensOfOutput(output: ModelRequest['output']): number {
	if (output === undefined) return 0
	const tokens = tokensOfSchemas.get(output.schema) ?? tokensAtMost(JSON.stringify(output))
	tokensOfSchemas.set(output.schema, tokens)
	return tokens
}
