import { z } from 'zod'

/** What one piece of a reply brought, or the whole of a reply that wasn't streamed. */
export type ReplyEvent = {
	readonly text: string
	/** How many characters of private thinking came with it; the thinking itself goes no further. */
	readonly hiddenCharacters: number
	readonly refusal: string
	readonly finishReason: string | null
	readonly usage: ReportedUsage | null
	readonly model: string | null
}

export type ReportedUsage = { readonly inputTokens: number; readonly outputTokens: number }

const partSchema = z.looseObject({ type: z.string(), text: z.string().optional() })
const contentSchema = z.union([z.string(), z.array(partSchema).transform(textOfParts)]).nullish()
const messageSchema = z.object({
	content: contentSchema,
	refusal: z.string().nullish(),
	reasoning_content: z.string().nullish().catch(null),
	reasoning: z.string().nullish().catch(null),
})
const choiceSchema = z.object({
	index: z.number().nullish(),
	delta: messageSchema.nullish(),
	message: messageSchema.nullish(),
	finish_reason: z.string().nullish(),
})
const tokens = z.number().nonnegative()
const usageSchema = z
	.object({ prompt_tokens: tokens, completion_tokens: tokens, total_tokens: tokens.nullish().catch(null) })
	.nullish()
	.catch(null)
const eventSchema = z.object({
	model: z.string().nullish().catch(null),
	choices: z.array(choiceSchema).nullish(),
	usage: usageSchema,
})

/** Reads a parsed chunk or reply of the chat completions API. Throws a `ZodError` if it is something else. */
export function parseReplyEvent(value: unknown): ReplyEvent {
	const { model, choices, usage } = eventSchema.parse(value)
	const choice = choices?.find(({ index }) => (index ?? 0) === 0)
	const message = choice?.delta ?? choice?.message
	return {
		text: message?.content ?? '',
		hiddenCharacters: (message?.reasoning_content ?? message?.reasoning ?? '').length,
		refusal: message?.refusal ?? '',
		finishReason: choice?.finish_reason ?? null,
		usage: usage ? reportedUsage(usage) : null,
		model: model ?? null,
	}
}

function reportedUsage(usage: NonNullable<z.infer<typeof usageSchema>>): ReportedUsage | null {
	// Some servers count the hidden thinking in the total only, and it is paid for like the rest.
	const outputTokens = Math.max(usage.completion_tokens, (usage.total_tokens ?? 0) - usage.prompt_tokens)
	const isUnknown = usage.prompt_tokens === 0 && outputTokens === 0
	return isUnknown ? null : { inputTokens: Math.ceil(usage.prompt_tokens), outputTokens: Math.ceil(outputTokens) }
}

function textOfParts(parts: readonly z.infer<typeof partSchema>[]): string {
	return parts.map((part) => (part.type === 'text' ? (part.text ?? '') : '')).join('')
}
