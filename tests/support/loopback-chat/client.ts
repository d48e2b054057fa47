import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { z } from 'zod'
import { ThreadwiseError } from '../../../src/core/errors.ts'
import { type Delivery, type Draft, deliverySchema, type Listing, listingSchema, postedSchema } from './protocol.ts'

/** The chat as a bot speaks to it. Every request throws a ThreadwiseError `platform-unavailable` or `platform-refused`. */
export type ChatClient = {
	/** Returns the id of the message. */
	post(conversationId: string, draft: Draft): Promise<string>
	edit(conversationId: string, messageId: string, draft: Draft): Promise<void>
	list(conversationId: string): Promise<Listing['messages']>
	answer(deliveryId: string, taken: boolean): Promise<void>
	/** What happens in the chat, until the connection ends, falls silent or the signal aborts. Resolves once connected. */
	openFeed(signal: AbortSignal): Promise<AsyncIterable<Delivery>>
}

export type ChatClientOptions = {
	readonly url: string
	/** How long a request may take. */
	readonly timeoutMs: number
	/** How long a feed may be silent before it counts as dead; the chat sends something every second. */
	readonly silenceMs: number
}

export function createChatClient({ url, timeoutMs, silenceMs }: ChatClientOptions): ChatClient {
	const request = async (method: string, path: string, body?: unknown): Promise<unknown> => {
		const signal = AbortSignal.timeout(timeoutMs)
		const init = body === undefined ? {} : { body: JSON.stringify(body) }
		try {
			const response = await fetch(`${url}${path}`, { method, signal, ...init })
			if (!response.ok) throw await refusalOf(response)
			return response.status === 204 ? null : await response.json()
		} catch (error) {
			throw error instanceof ThreadwiseError ? error : unavailable(null, error)
		}
	}
	const messagesOf = (conversationId: string) => `/conversations/${encodeURIComponent(conversationId)}/messages`
	return {
		post: async (conversationId, draft) =>
			readAs(postedSchema, await request('POST', messagesOf(conversationId), draft)).id,
		edit: async (conversationId, messageId, draft) => {
			await request('PATCH', `${messagesOf(conversationId)}/${encodeURIComponent(messageId)}`, draft)
		},
		list: async (conversationId) => readAs(listingSchema, await request('GET', messagesOf(conversationId))).messages,
		answer: async (deliveryId, taken) => {
			await request('POST', `/deliveries/${encodeURIComponent(deliveryId)}`, { taken })
		},
		openFeed: async (signal) => {
			const silence = createWatch(silenceMs)
			const either = AbortSignal.any([signal, silence.signal])
			const response = await fetch(`${url}/events`, { signal: either }).catch((error: unknown) => {
				throw unavailable(null, error)
			})
			if (response.body === null || !response.ok) throw await refusalOf(response)
			return deliveriesIn(response.body, silence)
		},
	}
}

/** A signal that aborts when nothing was noted for so long. */
function createWatch(silenceMs: number) {
	const controller = new AbortController()
	const timer = setTimeout(() => controller.abort(new Error(`The chat was silent for ${silenceMs} ms.`)), silenceMs)
	return {
		signal: controller.signal,
		note: () => void timer.refresh(),
		end: () => clearTimeout(timer),
	}
}

async function* deliveriesIn(
	body: ReadableStream,
	silence: ReturnType<typeof createWatch>,
): AsyncGenerator<Delivery, void> {
	try {
		for await (const line of createInterface({ input: Readable.fromWeb(body) })) {
			silence.note()
			const delivery = deliveryIn(line)
			if (delivery !== null) yield delivery
		}
	} finally {
		silence.end()
	}
}

/** What can't be read is left unanswered: the chat delivers it again, perhaps to a bot that knows what it is. */
function deliveryIn(line: string): Delivery | null {
	if (line === '') return null
	return deliverySchema.nullable().catch(null).parse(JSON.parse(line))
}

function readAs<Value>(schema: z.ZodType<Value>, answer: unknown): Value {
	const parsed = schema.safeParse(answer)
	if (!parsed.success) throw unavailable(null, parsed.error)
	return parsed.data
}

const refusalSchema = z.object({ error: z.string() })

async function refusalOf(response: Response): Promise<ThreadwiseError> {
	const refusal = refusalSchema.safeParse(await response.json().catch(() => null))
	const why = refusal.success ? refusal.data.error : `status ${response.status}`
	if (response.status === 429) return unavailable(1_000 * Number(response.headers.get('retry-after') ?? 1), why)
	if (response.status >= 500) return unavailable(null, why)
	return new ThreadwiseError('platform-refused', `The chat refused a request: ${why}.`, {
		fix: 'Compare what was sent with what the loopback chat takes.',
	})
}

function unavailable(afterMs: number | null, cause: unknown): ThreadwiseError {
	const why = cause instanceof Error ? cause.message : String(cause)
	return new ThreadwiseError('platform-unavailable', `The chat could not be reached, or was too busy: ${why}.`, {
		fix: 'It is tried again.',
		retry: { afterMs },
		cause,
	})
}
