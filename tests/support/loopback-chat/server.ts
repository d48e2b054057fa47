import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { getRequestListener, type HttpBindings } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { type Context, Hono } from 'hono'
import { noPreferences, type RunPreferences } from '../../../src/core/run-preferences.ts'
import { createEventFeed, type EventAnswer, type EventFeed, type SentEvent } from './event-feed.ts'
import { createFaults, type FaultOptions, type Faults } from './faults.ts'
import { createMessages, currentVersion, type Messages, type RecordedMessage, toListing } from './messages.ts'
import { type Draft, deliveryAnswerSchema, draftSchema } from './protocol.ts'
import { createRateLimit, type Rate, type RateLimit } from './rate-limit.ts'

export type LoopbackChatOptions = {
	/** The most characters of a message; a longer one is refused. */
	readonly maxLength: number
	/** How fast the bot may write; null: as fast as it likes. */
	readonly rate: Rate | null
	readonly faults: FaultOptions
	/** How long every request of the bot takes, half of it before anything is done. */
	readonly latencyMs: number
	/** When an event that the bot has refused or not answered is delivered again. */
	readonly retryMs: number
}

/** A question, as somebody writes it to the bot. */
export type PersonsQuestion = {
	readonly conversationId: string
	readonly personId: string
	readonly text: string
	readonly preferences?: RunPreferences
}

/** How often the bot did what. */
export type ChatCounts = {
	posts: number
	edits: number
	listings: number
	/** Refused for the rate. */
	tooFast: number
	/** Posts whose connection was dropped. */
	dropped: number
}

/** A small chat service on loopback with its people, as tests and benchmarks see it. */
export type LoopbackChat = AsyncDisposable & {
	readonly url: string
	/** Everything that was written, with every edit. */
	readonly messages: readonly RecordedMessage[]
	readonly counts: Readonly<ChatCounts>
	/** How many events were delivered more than once, counted by deliveries. */
	redeliveries(): number
	/** Somebody writes to the bot. */
	ask(question: PersonsQuestion): SentEvent
	/** Somebody writes something else over a message of theirs. */
	rewrite(messageId: string, text: string): SentEvent
	/** Somebody presses a button under the reply to a run. */
	press(button: Button, runId: string, personId: string): SentEvent
	/** Delivers an event once more, as platforms do when they are in doubt. */
	repeat(eventId: string): Promise<EventAnswer>
	/** Accepts the bot's next post, but drops the connection instead of saying so. */
	loseNextAnswer(): void
	/** Cuts every connection that is open now, also those of feeds. */
	cutConnections(): void
	/** Resolves as soon as the condition holds; it is asked again after every message and edit. */
	until(condition: () => boolean, signal: AbortSignal): Promise<void>
}

/** What can be pressed under a reply. */
export type Button =
	| { readonly kind: 'stop' | 'answer-now' | 'think-harder' | 'regenerate' }
	| { readonly kind: 'feedback'; readonly helpful: boolean; readonly reason: string | null }

/** Who looks after the chat. */
export const moderator = 'moderator'

/** What a message of a person says now, as bots are told. */
function eventOf(message: RecordedMessage) {
	const { id: messageId, conversationId, personId, versions } = message
	const sentAt = new Date(versions[0].at).toISOString()
	const author = personId ?? ''
	return { messageId, conversationId, personId: author, personName: author, text: currentVersion(message).text, sentAt }
}

const defaultOptions: LoopbackChatOptions = {
	maxLength: 2_000,
	rate: null,
	faults: { seed: 1, dropBefore: 0, dropAfter: 0 },
	latencyMs: 0,
	retryMs: 3_000,
}

/** Starts the chat on a free port. Its limits and faults are those of real platforms; so is that it doesn't notice a message posted twice. */
export async function startLoopbackChat(choices: Partial<LoopbackChatOptions> = {}): Promise<LoopbackChat> {
	const options = { ...defaultOptions, ...choices }
	const counts: ChatCounts = { posts: 0, edits: 0, listings: 0, tooFast: 0, dropped: 0 }
	const messages = createMessages()
	const feed = createEventFeed(options.retryMs)
	const faults = createFaults(options.faults)
	const app = createApp({ options, counts, messages, feed, faults, rateLimit: createRateLimit(options.rate) })
	const server = createServer(getRequestListener(app.fetch, { overrideGlobalObjects: false }))
	server.listen(0, '127.0.0.1')
	await once(server, 'listening')
	return {
		url: `http://127.0.0.1:${portOf(server)}`,
		messages: messages.all,
		counts,
		redeliveries: feed.redeliveries,
		ask: ({ conversationId, personId, text, preferences = noPreferences }) => {
			const message = messages.addFromPerson(conversationId, personId, text)
			return feed.send({ ...eventOf(message), kind: 'message', id: message.id, preferences })
		},
		rewrite: (messageId, text) => {
			const message = messages.rewrite(messageId, text)
			return feed.send({ ...eventOf(message), kind: 'edit', id: randomUUID(), preferences: noPreferences })
		},
		press: (button, runId, personId) =>
			feed.send({ ...button, id: randomUUID(), runId, personId, isModerator: personId === moderator }),
		repeat: feed.repeat,
		loseNextAnswer: faults.loseNextAnswer,
		cutConnections: () => server.closeAllConnections(),
		until: async (condition, signal) => {
			while (!condition()) await messages.changed(signal)
		},
		[Symbol.asyncDispose]: async () => {
			feed.close()
			server.close()
			server.closeAllConnections()
			await once(server, 'close')
		},
	}
}

function portOf(server: Server): number {
	const address = server.address()
	if (address === null || typeof address === 'string') throw new Error('the server has no port')
	return address.port
}

type Env = { Bindings: HttpBindings }
type Parts = {
	readonly options: LoopbackChatOptions
	readonly counts: ChatCounts
	readonly messages: Messages
	readonly feed: EventFeed
	readonly faults: Faults
	readonly rateLimit: RateLimit
}

function createApp(parts: Parts): Hono<Env> {
	const { counts, messages, feed, options } = parts
	const app = new Hono<Env>()
	app.get('/events', (context) => {
		feed.connect(context.env.outgoing)
		return RESPONSE_ALREADY_SENT
	})
	app.use(async (_context, next) => {
		await sleep(options.latencyMs / 2)
		await next()
		await sleep(options.latencyMs / 2)
	})
	app.post('/deliveries/:deliveryId', async (context) => {
		const answer = deliveryAnswerSchema.safeParse(await bodyOf(context))
		if (!answer.success) return refuse(context, 400, 'invalid')
		const isKnown = feed.answer(context.req.param('deliveryId'), answer.data.taken ? 'taken' : 'refused')
		return isKnown ? context.body(null, 204) : refuse(context, 404, 'unknown-delivery')
	})
	app.get('/conversations/:conversationId/messages', (context) => {
		counts.listings += 1
		return context.json(toListing(messages.in(context.req.param('conversationId'))))
	})
	app.post('/conversations/:conversationId/messages', (context) =>
		write(context, parts, (draft) => post(context, parts, context.req.param('conversationId'), draft)),
	)
	app.patch('/conversations/:conversationId/messages/:messageId', (context) =>
		write(context, parts, (draft) => {
			counts.edits += 1
			const { conversationId, messageId } = context.req.param()
			if (!messages.edit(conversationId, messageId, draft)) return refuse(context, 404, 'unknown-message')
			return context.json({ id: messageId })
		}),
	)
	return app
}

/** Checks what every written message has to keep to. */
async function write(
	context: Context<Env>,
	{ options, counts, rateLimit }: Parts,
	accept: (draft: Draft) => Response,
): Promise<Response> {
	const draft = draftSchema.safeParse(await bodyOf(context))
	if (!draft.success) return refuse(context, 400, 'invalid')
	if (draft.data.text.length > options.maxLength) return refuse(context, 400, 'too-long')
	const waitMs = rateLimit()
	if (waitMs === null) return accept(draft.data)
	counts.tooFast += 1
	context.header('Retry-After', String(Math.ceil(waitMs / 1_000)))
	return refuse(context, 429, 'too-fast')
}

function post(
	context: Context<Env>,
	{ counts, messages, faults }: Parts,
	conversationId: string,
	draft: Draft,
): Response {
	const drop = faults.next()
	if (drop === 'before') return dropConnection(context, counts)
	counts.posts += 1
	const { id } = messages.addFromBot(conversationId, draft)
	return drop === 'after' ? dropConnection(context, counts) : context.json({ id }, 201)
}

function dropConnection(context: Context<Env>, counts: ChatCounts): Response {
	counts.dropped += 1
	context.env.outgoing.socket?.destroy()
	return RESPONSE_ALREADY_SENT
}

async function bodyOf(context: Context<Env>): Promise<unknown> {
	return context.req.json().catch(() => null)
}

function refuse(context: Context<Env>, status: 400 | 404 | 429, error: string): Response {
	return context.json({ error }, status)
}
