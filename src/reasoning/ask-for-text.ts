import { AbortedError } from '../core/abort.ts'
import { textContent } from '../core/content.ts'
import { ThreadwiseError } from '../core/errors.ts'
import type { ModelMessage } from '../core/language-model.ts'
import type { Progress } from '../core/stage.ts'
import { markedAsCut } from './final-answer.ts'
import type { ModelReply } from './model-reply.ts'

type Send = (key: string, messages: readonly ModelMessage[], restart: boolean) => Progress<ModelReply>

/** A reply that was cut off is asked for once more, shorter. If that doesn't help, the text says that its end is missing. */
export async function* askForText(
	key: string,
	messages: readonly ModelMessage[],
	signal: AbortSignal,
	send: Send,
): Progress<string> {
	const first: ModelReply = yield* send(key, messages, false)
	if (first.finishReason !== 'length') return first.text
	const last: ModelReply = yield* shorter(
		first,
		send(`${key}-shorter`, [...messages, ...shorterRequest(first.text)], true),
		signal,
	)
	return last.finishReason === 'length' ? markedAsCut(last.text) : last.text
}

/** A cut reply is better than none: what keeps the shorter one from coming, short of an abort of the run, doesn't count. */
async function* shorter(first: ModelReply, asking: Progress<ModelReply>, signal: AbortSignal): Progress<ModelReply> {
	try {
		return yield* asking
	} catch (error) {
		signal.throwIfAborted()
		if (error instanceof ThreadwiseError || error instanceof AbortedError) return first
		throw error
	}
}

function shorterRequest(reply: string): readonly ModelMessage[] {
	const request = 'That reply was too long and was cut off. Reply again, complete, in at most half of the length.'
	return [
		{ role: 'assistant', content: textContent(reply) },
		{ role: 'user', content: textContent(request) },
	]
}
