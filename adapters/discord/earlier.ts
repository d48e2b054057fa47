import type { IncomingMessage, SaidMessage } from '../../src/core/conversation.ts'
import { holdBackMs } from '../../src/core/run-store.ts'
import type { DiscordClient } from './client.ts'
import { patiently } from './patience.ts'
import { readEarlier, readWritten, type Said, type Self, type Written } from './receive.ts'
import { isNewer } from './snowflakes.ts'

type EarlierParts = { readonly client: Pick<DiscordClient, 'messages' | 'message'>; readonly self: Self }

/** What was said before questions, as far as Threadwise can't know it. */
export type Earlier = {
	/** Whether there can be anything. What a question replies to is kept in mind until it is read. */
	hasAny(said: Pick<Said, 'id' | 'channelId' | 'conversation' | 'repliesTo'>): boolean
	/** The oldest first. Rejects if Discord can't tell now. */
	read(message: Pick<IncomingMessage, 'id' | 'conversation'>): Promise<readonly SaidMessage[]>
}

/** A prompt takes no more of a conversation than this many of its newest messages are sure to fill. */
const mostOfThread = 30
const mostReplies = 8
/** More questions than this don't wait for what was said before them. */
const mostKeptInMind = 1_000

/** Reads threads and chains of replies. */
export function createEarlier({ client, self }: EarlierParts): Earlier {
	const repliesTo = new Map<string, NonNullable<Said['repliesTo']>>()
	const said = (message: Written | null): readonly SaidMessage[] => {
		const read = message === null ? null : readEarlier(message, self)
		return read === null ? [] : [read]
	}
	const messageOf = (channelId: string, id: string, signal: AbortSignal) =>
		patiently(() => client.message(channelId, id), signal)
	/** The messages of others: ours answer questions of the thread, and are known with them. */
	const ofThread = async (
		{ id, conversation }: Parameters<Earlier['read']>[0],
		signal: AbortSignal,
	): Promise<readonly SaidMessage[]> => {
		const { channelId, threadId } = conversation
		const [first, listed] = await Promise.all([
			// What the thread was opened from stands in the channel.
			messageOf(channelId, threadId, signal),
			patiently(() => client.messages(threadId, { before: id, limit: mostOfThread }), signal),
		])
		return [first, ...listed.map(readWritten)].flatMap(said).filter(({ author }) => author !== null)
	}
	const ofReplies = async (replied: Said['repliesTo'], signal: AbortSignal): Promise<readonly SaidMessage[]> => {
		const chain: SaidMessage[] = []
		let next = replied
		for (let read = 0; next !== null && read < mostReplies; read += 1) {
			const message = await messageOf(next.channelId, next.messageId, signal)
			if (message === null) break
			chain.unshift(...said(message))
			const { message_reference: reference } = message
			const messageId = reference?.message_id ?? null
			next = messageId === null ? null : { channelId: reference?.channel_id ?? next.channelId, messageId }
		}
		return chain
	}
	return {
		hasAny: (said) => {
			if (said.channelId === said.conversation.threadId) return true
			// All of a direct message is one conversation already.
			if (said.repliesTo === null || said.conversation.isDirect === true) return false
			repliesTo.set(said.id, said.repliesTo)
			for (const oldest of [...repliesTo.keys()].slice(0, -mostKeptInMind)) repliesTo.delete(oldest)
			return true
		},
		read: async (message) => {
			const replied = repliesTo.get(message.id) ?? null
			repliesTo.delete(message.id)
			// Nobody waits for longer: the question goes on without.
			const signal = AbortSignal.timeout(holdBackMs)
			const said = await (replied === null ? ofThread(message, signal) : ofReplies(replied, signal))
			return said.filter(({ id }) => isNewer(message.id, id))
		},
	}
}
