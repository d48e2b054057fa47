import { textContent } from '../../core/content.ts'
import type { LanguageModel, ModelRequest, TokenUsage } from '../../core/language-model.ts'

/** What a small request has shown about a model. */
export type SmallReply = {
	readonly firstWordMs: number
	readonly totalMs: number
	/** In how many pieces the reply came. */
	readonly pieces: number
	readonly usage: TokenUsage
	readonly text: string
}

/** Long enough to come in several pieces, wherever replies are streamed. */
const request: ModelRequest = {
	messages: [
		{ role: 'user', content: textContent('Write the numbers from 1 to 20, separated by spaces, and nothing else.') },
	],
	maxOutputTokens: 500,
	temperature: 0,
	reasoningEffort: 'low',
	callId: 'doctor',
}

/** Asks one small thing. @throws ThreadwiseError `model-…`. */
export async function askSomethingSmall(model: LanguageModel, signal: AbortSignal): Promise<SmallReply> {
	const startedAt = performance.now()
	let firstWordMs: number | null = null
	let pieces = 0
	let text = ''
	for await (const chunk of model.stream(request, signal)) {
		if (chunk.kind === 'text-delta') {
			firstWordMs ??= performance.now() - startedAt
			pieces += 1
			text += chunk.text
		}
		if (chunk.kind === 'finish') {
			const totalMs = performance.now() - startedAt
			return { firstWordMs: firstWordMs ?? totalMs, totalMs, pieces, usage: chunk.usage, text }
		}
	}
	throw new Error('a reply ended without saying so')
}
