import { z } from 'zod'
import type { ContentPart } from './content.ts'

/** `reasoning` models think before they write: other prompts, other limits (see the stage runner). */
export const modelKindSchema = z.enum(['plain', 'reasoning'])
export type ModelKind = z.infer<typeof modelKindSchema>

/** Dollars per million tokens. */
export const modelPriceSchema = z.object({
	inputUsdPerMillion: z.number().nonnegative(),
	outputUsdPerMillion: z.number().nonnegative(),
})
export type ModelPrice = z.infer<typeof modelPriceSchema>

/** What one request consumed. `estimated` where the server reported nothing and the text was counted instead. */
export const tokenUsageSchema = z.object({
	inputTokens: z.number().int().nonnegative(),
	outputTokens: z.number().int().nonnegative(),
	estimated: z.boolean(),
})
export type TokenUsage = z.infer<typeof tokenUsageSchema>

/** Room for the hidden thinking of a reasoning model, which counts as output. Implementations add it to its output limit. */
export const thinkingRoomTokens = 25_000

export type ModelMessage = {
	readonly role: 'system' | 'user' | 'assistant'
	readonly content: readonly ContentPart[]
}

/** A JSON Schema document. */
export type JsonSchema = Readonly<Record<string, unknown>>

export type ModelRequest = {
	readonly messages: readonly ModelMessage[]
	/** The most tokens the reply may have. For a reasoning model, the implementation adds `thinkingRoomTokens`. */
	readonly maxOutputTokens: number
	/** Asks for one JSON object of this shape. How the server is made to keep it is the implementation's affair. */
	readonly output?: { readonly name: string; readonly schema: JsonSchema }
	/** 0 to 2; left out where the alias doesn't allow it. */
	readonly temperature?: number
	/** Which sample of the same prompt this is, 0 for the first. Sent as `seed` where the server takes it. */
	readonly sample?: number
	/** How long a reasoning model may think; ignored by plain models. */
	readonly reasoningEffort?: 'none' | 'low' | 'medium' | 'high'
	/** How long the server may stay silent before the call is given up; the implementation's own limit if absent. */
	readonly timeoutMs?: number
	/** Names the call in the server's log, the same in every attempt. Sent in the header `x-threadwise-call`. */
	readonly callId?: string
}

export type ModelChunk =
	| { readonly kind: 'text-delta'; readonly text: string }
	| { readonly kind: 'tool-call'; readonly id: string; readonly name: string; readonly arguments: string }
	| {
			readonly kind: 'finish'
			readonly reason: 'stop' | 'length' | 'tool-calls'
			readonly usage: TokenUsage
			/** The model that the server says has answered. */
			readonly model: string
	  }

/**
 * The language models of the world behind one method.
 *
 * A stream ends with exactly one `finish` chunk or throws a `ThreadwiseError` whose code starts with `model-` and whose
 * `retry` says whether the same request may succeed later. An aborted signal closes the connection and rejects with the
 * signal's reason. Implementations don't retry; whoever asks decides that.
 */
export interface LanguageModel {
	/** The name that workflows use, such as `strong`. */
	readonly alias: string
	/** The name that the server is asked for, such as `gpt-5.4-mini`. */
	readonly model: string
	readonly kind: ModelKind
	readonly price: ModelPrice
	stream(request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelChunk>
}

/** Finds the model of an alias. Throws a `config` error naming the known aliases. */
export type LanguageModels = (alias: string) => LanguageModel

/** The price of a number of tokens in integer millionths of a dollar, rounded up so that a budget is never undercounted. */
export function costMicroUsd(price: ModelPrice, usage: Pick<TokenUsage, 'inputTokens' | 'outputTokens'>): number {
	return Math.ceil(price.inputUsdPerMillion * usage.inputTokens + price.outputUsdPerMillion * usage.outputTokens)
}
