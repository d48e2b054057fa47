import { setTimeout as sleep } from 'node:timers/promises'
import type { Actor } from '../../../src/core/actor.ts'
import type { ChatPlatform, PlatformEvents, Reply } from '../../../src/core/chat-platform.ts'
import { textContent } from '../../../src/core/content.ts'
import type { IncomingMessage } from '../../../src/core/conversation.ts'
import { type ReplyView, rests } from '../../../src/core/reply-view.ts'
import { type ChatClient, createChatClient } from './client.ts'
import type { ChatEvent, Delivery, Draft } from './protocol.ts'
import { emptyMessage, fitIntoMessages, showReply, splitIntoMessages } from './show.ts'

export type LoopbackPlatformOptions = {
	readonly url: string
	/** The most characters of a message; not more than the chat takes. */
	readonly maxLength?: number
	readonly minEditMs?: number
	/** How long a request may take. */
	readonly timeoutMs?: number
	/** How long to wait before a feed that has ended is opened again. */
	readonly reconnectMs?: number
	/** How long a feed may be silent before it counts as dead. */
	readonly silenceMs?: number
}

const platformName = 'loopback'

/** The loopback chat as a chat platform. */
export function createLoopbackPlatform(options: LoopbackPlatformOptions): ChatPlatform {
	const { url, maxLength = 2_000, minEditMs = 200, timeoutMs = 5_000, reconnectMs = 200, silenceMs = 5_000 } = options
	const client = createChatClient({ url, timeoutMs, silenceMs })
	const update = async (reply: Reply, view: ReplyView): Promise<Reply> => {
		const { channelId } = reply.conversation
		const drafts = draftsOf(reply, view, maxLength)
		for (const [index, id] of reply.messageIds.entries()) {
			await client.edit(channelId, id, drafts[index] ?? surplusDraft(reply.runId, index, drafts[0]))
		}
		const messageIds = [...reply.messageIds]
		// One after the other: the chat shows messages in the order in which they come.
		for (const draft of drafts.slice(messageIds.length)) messageIds.push(await client.post(channelId, draft))
		return { ...reply, messageIds }
	}
	return {
		name: platformName,
		capabilities: { collapse: 'none', maxLength, minEditMs, joinsLate: false },
		start: async (events, signal) => {
			const feed = await client.openFeed(signal)
			void followFeed(feed, { client, events, signal, reconnectMs })
		},
		post: (runId, conversation, view) => update({ runId, conversation, messageIds: [] }, view),
		update,
		find: async (runId, conversation) => {
			const listed = await client.list(conversation.channelId)
			const parts = listed.flatMap(({ id, isFromBot, metadata }) =>
				isFromBot && metadata?.runId === runId ? [{ id, part: metadata.part }] : [],
			)
			const messageIds = parts.toSorted((left, right) => left.part - right.part).map(({ id }) => id)
			return messageIds.length === 0 ? null : { runId, conversation, messageIds }
		},
		readEarlier: async () => [],
	}
}

/** What the messages of a reply say. Only a view that rests may need more of them than there are. */
function draftsOf({ runId, messageIds }: Reply, view: ReplyView, maxLength: number): readonly Draft[] {
	const text = showReply(runId, view)
	const isResting = rests(view)
	const texts = isResting
		? splitIntoMessages(text, maxLength)
		: fitIntoMessages(text, maxLength, Math.max(1, messageIds.length))
	const of = isResting ? texts.length : null
	return texts.map((each, part) => ({ text: each, metadata: { runId, part, of }, notifies: false }))
}

function surplusDraft(runId: string, part: number, first: Draft | undefined): Draft {
	return { text: emptyMessage, metadata: { runId, part, of: first?.metadata?.of ?? null }, notifies: false }
}

type Following = {
	readonly client: ChatClient
	readonly events: PlatformEvents
	readonly signal: AbortSignal
	readonly reconnectMs: number
}

/** Takes what happens in the chat until the signal aborts, over one connection after another. */
async function followFeed(first: AsyncIterable<Delivery>, following: Following): Promise<void> {
	const { client, signal, reconnectMs } = following
	let feed: AsyncIterable<Delivery> | null = first
	while (!signal.aborted) {
		if (feed !== null) await takeAll(feed, following).catch(() => {})
		await sleep(reconnectMs, undefined, { signal }).catch(() => {})
		if (!signal.aborted) feed = await client.openFeed(signal).catch(() => null)
	}
}

async function takeAll(feed: AsyncIterable<Delivery>, { client, events }: Following): Promise<void> {
	for await (const { deliveryId, event } of feed) {
		const answered = handle(event, events).then(
			() => client.answer(deliveryId, true),
			() => client.answer(deliveryId, false),
		)
		// An answer that is lost costs another delivery, which the bot knows as a duplicate.
		answered.catch(() => {})
	}
}

async function handle(event: ChatEvent, events: PlatformEvents): Promise<unknown> {
	switch (event.kind) {
		case 'message':
			return events.message(toIncomingMessage(event))
		case 'edit':
			return events.edit(toIncomingMessage(event))
		case 'stop':
			return events.stop(event.runId, actorOf(event))
		case 'answer-now':
			return events.answerNow(event.runId, actorOf(event))
		case 'feedback':
			return events.feedback(event.runId, actorOf(event), { helpful: event.helpful, reason: event.reason })
		default:
			return events.again(event.runId, event.kind, actorOf(event))
	}
}

function actorOf({ personId, isModerator }: Extract<ChatEvent, { runId: string }>): Actor {
	return { personId, platform: platformName, workspaceId: '', isAdmin: isModerator }
}

function toIncomingMessage(event: Extract<ChatEvent, { kind: 'message' | 'edit' }>): IncomingMessage {
	return {
		id: event.messageId,
		conversation: { platform: platformName, workspaceId: '', channelId: event.conversationId, threadId: '' },
		author: { id: event.personId, name: event.personName },
		content: [...textContent(event.text)],
		preferences: event.preferences,
		sentAt: event.sentAt,
	}
}
