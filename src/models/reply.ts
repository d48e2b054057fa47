import type { ModelChunk, TokenUsage } from '../core/language-model.ts'
import { type AskedModel, cutError, filteredError, lengthError, malformedError } from './errors.ts'
import type { ReplyEvent } from './reply-event.ts'
import { createThinkingFilter } from './thinking-filter.ts'

const charactersPerToken = 4

/** What is known about a reply before it begins. `sentCharacters` is the text of the request, for estimates. */
export type ExpectedReply = { readonly asked: AskedModel; readonly sentCharacters: number }

/**
 * Turns the events of one reply into chunks without private thinking, ending with the finish chunk. Throws a `model-…`
 * error for a reply that is empty, filtered, cut off, or that hit its limit before the first visible word.
 */
export async function* readReply(
	events: AsyncIterable<ReplyEvent>,
	{ asked, sentCharacters }: ExpectedReply,
): AsyncGenerator<ModelChunk, void> {
	const filter = createThinkingFilter()
	const tally = new ReplyTally(sentCharacters)
	for await (const event of events) {
		tally.add(event)
		yield* textDelta(tally, filter.push(event.text))
	}
	yield* textDelta(tally, filter.end())
	yield tally.finish(asked)
}

function* textDelta(tally: ReplyTally, text: string): Generator<ModelChunk, void> {
	if (text === '') return
	tally.hasText ||= text.trim() !== ''
	yield { kind: 'text-delta', text }
}

class ReplyTally {
	hasText = false
	readonly #sentCharacters: number
	#receivedCharacters = 0
	#refusal = ''
	#finishReason: string | null = null
	#usage: ReplyEvent['usage'] = null
	#model: string | null = null

	constructor(sentCharacters: number) {
		this.#sentCharacters = sentCharacters
	}

	add(event: ReplyEvent): void {
		this.#receivedCharacters += event.text.length + event.hiddenCharacters
		this.#refusal += event.refusal
		this.#finishReason = event.finishReason ?? this.#finishReason
		this.#usage = event.usage ?? this.#usage
		this.#model = event.model ?? this.#model
	}

	finish(asked: AskedModel): ModelChunk {
		if (this.#finishReason === 'content_filter' || this.#refusal !== '') throw filteredError(asked, this.#refusal)
		// Without either, the stream ended politely but early, as some proxies do when the server behind them is gone.
		if (this.#finishReason === null && this.#usage === null) throw cutError(asked)
		if (!this.hasText) throw this.#emptyReplyError(asked)
		return { kind: 'finish', reason: this.#reason(), usage: this.#tokenUsage(), model: this.#model ?? asked.model }
	}

	#emptyReplyError(asked: AskedModel) {
		if (this.#finishReason === 'length') return lengthError(asked)
		return malformedError(asked, `sent an empty reply of ${asked.model}`, { afterMs: null })
	}

	#reason(): 'stop' | 'length' | 'tool-calls' {
		if (this.#finishReason === 'length') return 'length'
		return this.#finishReason === 'tool_calls' ? 'tool-calls' : 'stop'
	}

	#tokenUsage(): TokenUsage {
		if (this.#usage !== null) return { ...this.#usage, estimated: false }
		return {
			inputTokens: Math.ceil(this.#sentCharacters / charactersPerToken),
			outputTokens: Math.ceil(this.#receivedCharacters / charactersPerToken),
			estimated: true,
		}
	}
}
