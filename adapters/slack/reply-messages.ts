import type { Reply } from '../../src/core/chat-platform.ts'
import type { SlackClient } from './client.ts'
import { isRefusal, slackCodeOf } from './refusals.ts'
import type { Draft } from './show.ts'
import { endStream } from './stream.ts'
import type { StreamedMessage } from './stream-calls.ts'

/** What can be done to the single messages of replies. */
export type ReplyMessages = {
	/** Adds a message to a reply. */
	post(reply: Reply, draft: Draft): Promise<Reply>
	edit(reply: Reply, part: number, draft: Draft): Promise<void>
	/** Takes a message away that a reply no longer needs. */
	remove(reply: Reply, ts: string): Promise<void>
}

export function createReplyMessages(client: SlackClient): ReplyMessages {
	/** A message can be streamed by a process that is gone: that has to end first. */
	const whenStill = async (message: StreamedMessage, act: () => Promise<void>): Promise<void> => {
		try {
			await act()
		} catch (error) {
			if (slackCodeOf(error) !== 'streaming_state_conflict') throw error
			await endStream(client, message, [])
			await act()
		}
	}
	return {
		post: async (reply, draft) => {
			const { runId, conversation, messageIds } = reply
			const ts = await client.post(conversation, draft, { runId, part: messageIds.length })
			return { ...reply, messageIds: [...messageIds, ts] }
		},
		edit: async ({ runId, conversation, messageIds }, part, draft) => {
			const ts = messageIds[part]
			if (ts === undefined) throw new RangeError(`The reply has no message ${part}.`)
			const mark = { runId, part }
			await whenStill({ thread: conversation, ts, mark }, () => client.edit(conversation.channelId, ts, draft, mark))
		},
		remove: async ({ runId, conversation, messageIds }, ts) => {
			const mark = { runId, part: messageIds.length }
			const remove = () => client.remove(conversation.channelId, ts)
			// What may not be taken away, or is gone, is left at that.
			await whenStill({ thread: conversation, ts, mark }, remove).catch((error: unknown) => {
				if (!isRefusal(error)) throw error
			})
		},
	}
}
