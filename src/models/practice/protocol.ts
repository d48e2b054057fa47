import { z } from 'zod'

const textPartSchema = z.object({ type: z.literal('text'), text: z.string() })
const contentSchema = z
	.union([z.string(), z.array(textPartSchema)])
	.transform((content) => (typeof content === 'string' ? content : content.map(({ text }) => text).join('')))

const messageSchema = z.object({
	role: z.enum(['system', 'developer', 'user', 'assistant']),
	content: contentSchema,
})

const responseFormatSchema = z.discriminatedUnion('type', [
	z.object({ type: z.literal('text') }),
	z.object({ type: z.literal('json_object') }),
	z.object({
		type: z.literal('json_schema'),
		json_schema: z.object({ name: z.string(), schema: z.record(z.string(), z.unknown()).optional() }),
	}),
])

const tokenLimitSchema = z.number().int().positive().nullish()

/** What the server understands of a chat completion request; other fields are accepted and ignored, as real servers do. */
export const chatRequestSchema = z.object({
	model: z.string().min(1),
	messages: z.array(messageSchema).min(1),
	stream: z.boolean().nullish(),
	stream_options: z.object({ include_usage: z.boolean().optional() }).nullish(),
	temperature: z.number().min(0).max(2).nullish(),
	top_p: z.number().min(0).max(1).nullish(),
	reasoning_effort: z.string().nullish(),
	seed: z.number().int().nullish(),
	response_format: responseFormatSchema.nullish(),
	max_completion_tokens: tokenLimitSchema,
	max_tokens: tokenLimitSchema,
})

export type ChatRequest = z.infer<typeof chatRequestSchema>

export type Usage = {
	readonly prompt_tokens: number
	readonly completion_tokens: number
	readonly total_tokens: number
	/** What a reasoning model has thought and doesn't show; counted in `completion_tokens`. */
	readonly completion_tokens_details?: { readonly reasoning_tokens: number }
}

/** A reply before it is sent: its text, why it ended, and what it cost. */
export type Completion = {
	readonly id: string
	readonly model: string
	readonly text: string
	readonly finishReason: 'stop' | 'length'
	readonly usage: Usage
}

/** A refusal in the shape of OpenAI's errors. */
export type Refusal = {
	readonly status: 400 | 404 | 413 | 429 | 500
	readonly message: string
	readonly type: string
	readonly code: string | null
	readonly param: string | null
}

export function refusal(
	status: Refusal['status'],
	message: string,
	details: { readonly code?: string; readonly param?: string } = {},
): Refusal {
	const type = status === 429 ? 'rate_limit_error' : status === 500 ? 'server_error' : 'invalid_request_error'
	return { status, message, type, code: details.code ?? null, param: details.param ?? null }
}

export function refusalBody({ message, type, code, param }: Refusal): { error: Omit<Refusal, 'status'> } {
	return { error: { message, type, code, param } }
}

/** About four characters are a token. */
export function countTokens(text: string): number {
	return Math.ceil(text.length / 4)
}

/**
 * Cuts the reply where the request's token limit ends it, and counts. Hidden thinking comes first: if the limit ends it, nothing
 * is left to be said. Null where the model doesn't think.
 */
export function complete(request: ChatRequest, id: string, fullText: string, thinking: number | null): Completion {
	const limit = request.max_completion_tokens ?? request.max_tokens ?? Number.POSITIVE_INFINITY
	const thought = Math.min(thinking ?? 0, limit)
	const left = limit - thought
	const isCut = countTokens(fullText) > left
	const text = isCut ? fullText.slice(0, left * 4) : fullText
	const usage = usageOf(request, text, thinking === null ? null : thought)
	return { id, model: request.model, text, finishReason: isCut ? 'length' : 'stop', usage }
}

function usageOf({ messages }: ChatRequest, text: string, thought: number | null): Usage {
	const promptTokens = messages.reduce((total, { content }) => total + countTokens(content), 0)
	const completionTokens = countTokens(text) + (thought ?? 0)
	return {
		prompt_tokens: promptTokens,
		completion_tokens: completionTokens,
		total_tokens: promptTokens + completionTokens,
		...(thought === null ? {} : { completion_tokens_details: { reasoning_tokens: thought } }),
	}
}

/** The body of a reply that isn't streamed. */
export function completionBody({ id, model, text, finishReason, usage }: Completion): unknown {
	const message = { role: 'assistant', content: text, refusal: null }
	const choices = [{ index: 0, message, finish_reason: finishReason, logprobs: null }]
	return { id, object: 'chat.completion', created: now(), model, choices, usage }
}

/** The chunks of a streamed reply, one word or two each; the usage comes last, in a chunk without choices. */
export function completionChunks(completion: Completion, withUsage: boolean): readonly string[] {
	const { id, model, text, finishReason, usage } = completion
	const created = now()
	const chunk = (choices: readonly unknown[], used: Usage | null) =>
		JSON.stringify({
			id,
			object: 'chat.completion.chunk',
			created,
			model,
			choices,
			...(withUsage ? { usage: used } : {}),
		})
	const choice = (delta: unknown, reason: string | null) => [{ index: 0, delta, finish_reason: reason, logprobs: null }]
	const pieces = text.match(/\s*\S{1,24}\s*/g) ?? []
	return [
		chunk(choice({ role: 'assistant', content: '' }, null), null),
		...pieces.map((content) => chunk(choice({ content }, null), null)),
		chunk(choice({}, finishReason), null),
		...(withUsage ? [chunk([], usage)] : []),
		'[DONE]',
	]
}

function now(): number {
	return Math.floor(Date.now() / 1000)
}
