import { APIError, type OpenAI } from 'openai'
import { Stream } from 'openai/streaming'
import { z } from 'zod'
import type { AskedModel } from './errors.ts'
import { malformedError } from './errors.ts'
import { parseReplyEvent, type ReplyEvent } from './reply-event.ts'
import type { SupervisedCall } from './supervised-call.ts'

/** The events of a reply's body, streamed or, from servers that don't stream, in one piece. */
export async function* readBody(
	response: Response,
	call: SupervisedCall,
	client: OpenAI,
	asked: AskedModel,
): AsyncGenerator<ReplyEvent, void> {
	const type = response.headers.get('content-type') ?? ''
	if (type.includes('html')) {
		throw malformedError(asked, `answered for ${asked.model} with a web page instead of an API reply`, 'never')
	}
	const heard = hearing(response, call)
	if (type.includes('json')) {
		yield parseWholeReply(await call.watch(heard.text()))
		return
	}
	// The client's stream aborts the controller that it is given when it is left early, which closes the connection.
	const stream = Stream.fromSSEResponse<unknown>(heard, call.controller, client)
	for await (const chunk of watched(stream, call)) yield parseReplyEvent(chunk)
}

const errorReplySchema = z.object({ error: z.looseObject({}) })

function parseWholeReply(text: string): ReplyEvent {
	const value: unknown = JSON.parse(text)
	const failed = errorReplySchema.safeParse(value)
	if (failed.success) throw new APIError(undefined, failed.data.error, undefined, undefined)
	return parseReplyEvent(value)
}

/** The same response, whose every byte counts as a sign of life: also comments that keep a queued request open. */
function hearing(response: Response, call: SupervisedCall): Response {
	if (response.body === null) return response
	const reader = response.body.getReader()
	const body = new ReadableStream<Uint8Array>({
		async pull(controller) {
			const step = await reader.read()
			if (step.done) return controller.close()
			call.heard()
			controller.enqueue(step.value)
		},
		cancel: () => leave(reader),
	})
	return new Response(body, { headers: response.headers })
}

const longestLeaveMs = 100

/**
 * The client stops reading at the end mark, although the last bytes of the response are still to come, and a body that
 * isn't read to its end costs the connection. So they are awaited for a moment, and the next call needs no new one.
 */
async function leave(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
	const giveUp = setTimeout(() => void reader.cancel().catch(() => undefined), longestLeaveMs)
	try {
		for (let step = await reader.read(); !step.done; ) step = await reader.read()
	} catch {
		// The connection is gone, which is what leaving is about.
	} finally {
		clearTimeout(giveUp)
	}
}

async function* watched<T>(source: AsyncIterable<T>, call: SupervisedCall): AsyncGenerator<T, void> {
	const iterator = source[Symbol.asyncIterator]()
	try {
		for (;;) {
			const step = await call.watch(iterator.next())
			if (step.done === true) return
			yield step.value
		}
	} finally {
		await iterator.return?.()
	}
}
