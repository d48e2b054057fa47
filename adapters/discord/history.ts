import type { EarlierMessage } from '../../src/core/conversation.ts'
import type { DiscordClient } from './client.ts'
import type { DiscordOptions } from './config.ts'
import { readEarlier, readWritten, type Said, type Self } from './receive.ts'
import { isNewer } from './snowflakes.ts'

type HistoryParts = Pick<DiscordOptions, 'conversations' | 'onTrouble'> & {
	readonly client: Pick<DiscordClient, 'messages' | 'message'>
	readonly self: Self
}

/** What was said before a question, as far as Threadwise can't know it. */
export type History = (
	said: Pick<Said, 'id' | 'channelId' | 'conversation' | 'repliesTo'>,
) => Promise<readonly EarlierMessage[]>

/** A prompt takes no more of a conversation than this many of its newest messages are sure to fill. */
const mostOfThread = 30
const mostReplies = 8

/** Reads threads and chains of replies. A question isn't held up by what can't be read. */
export function createHistory({ client, conversations, self, onTrouble }: HistoryParts): History {
	/** The messages of others: ours answer questions of the thread, and questions are known. */
	const ofThread = async ({ id, conversation }: Parameters<History>[0]): Promise<readonly EarlierMessage[]> => {
		const { channelId, threadId } = conversation
		const [listed, runs] = await Promise.all([
			client.messages(threadId, { before: id, limit: mostOfThread }),
			conversations.runs(conversation),
		])
		const asked = new Set(runs.map(({ messageId }) => messageId))
		// What the thread was opened from stands in the channel; where it was a question, it was asked.
		const first = runs.length > 0 ? null : await client.message(channelId, threadId)
		return [first, ...listed.map(readWritten)]
			.flatMap((message) => (message === null ? [] : (readEarlier(message, self) ?? [])))
			.filter((message) => message.author !== null && !asked.has(message.id))
	}
	const ofReplies = async (replied: Said['repliesTo']): Promise<readonly EarlierMessage[]> => {
		const chain: EarlierMessage[] = []
		let next = replied
		while (next !== null && chain.length < mostReplies) {
			const message = await client.message(next.channelId, next.messageId)
			const earlier = message === null ? null : readEarlier(message, self)
			if (message === null || earlier === null) break
			chain.unshift(earlier)
			const { message_reference: reference } = message
			const messageId = reference?.message_id ?? null
			next = messageId === null ? null : { channelId: reference?.channel_id ?? next.channelId, messageId }
		}
		return chain
	}
	return async (said) => {
		const { conversation, channelId, repliesTo } = said
		try {
			if (channelId === conversation.threadId) return await ofThread(said)
			// All of a direct message is one conversation already.
			const before = conversation.isDirect === true ? [] : await ofReplies(repliesTo)
			return before.filter(({ id }) => isNewer(said.id, id))
		} catch (error) {
			onTrouble(error)
			return []
		}
	}
}
