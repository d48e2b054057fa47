import type { Reply } from '../../src/core/chat-platform.ts'
import type { SlackClient } from './client.ts'
import { isRefusal, slackCodeOf } from './refusals.ts'
import { type AttachedFile, type Draft, surplusDraft } from './show.ts'
import { endStream } from './stream.ts'

/** A reply while it is changed: what was done counts, also where what comes next fails. */
export type StandingReply = Pick<Reply, 'runId' | 'conversation'> & {
	/** The timestamps of its messages, in their order. */
	messages: readonly string[]
	/** Those of messages that it no longer needs. */
	surplus: readonly string[]
	/** The ids of its files. */
	files: readonly string[]
}

/** What can be done to the single messages of a reply. */
export type ReplyMessages = {
	/** Adds a message, or puts one in the place of one that is gone. */
	post(reply: StandingReply, part: number, draft: Draft): Promise<void>
	/** False where somebody has deleted it. */
	edit(reply: StandingReply, part: number, draft: Draft): Promise<boolean>
	/** Takes away what the reply no longer needs. Where a workspace lets nobody delete anything, it says that it isn't needed. */
	removeSurplus(reply: StandingReply): Promise<void>
	/** False where Slack takes no files from the app here. */
	attach(reply: StandingReply, file: AttachedFile): Promise<boolean>
}

/** A reply knows its messages by their timestamps, and its file by the file's id, since nobody is told in which message it stands. */
const isFile = (id: string) => id.startsWith('F')

export function standingReply({ runId, conversation, messageIds }: Reply): StandingReply {
	const messages = messageIds.filter((id) => !isFile(id))
	return { runId, conversation, messages, surplus: [], files: messageIds.filter(isFile) }
}

export function replyOf({ runId, conversation, messages, surplus, files }: StandingReply): Reply {
	return { runId, conversation, messageIds: [...messages, ...surplus, ...files] }
}

export function createReplyMessages(client: SlackClient): ReplyMessages {
	/** A message can be streamed by a process that is gone: that has to end first. */
	const whenStill = async (
		{ runId, conversation: thread }: StandingReply,
		{ ts, part }: Message,
		act: () => Promise<void>,
	): Promise<void> => {
		try {
			await act()
		} catch (error) {
			if (slackCodeOf(error) !== 'streaming_state_conflict') throw error
			await endStream(client, { thread, ts, mark: { runId, part } }, [])
			await act()
		}
	}
	const edit = (reply: StandingReply, message: Message, draft: Draft): Promise<boolean> => {
		const { runId, conversation } = reply
		const { ts, part } = message
		return isThere(whenStill(reply, message, () => client.edit(conversation.channelId, ts, draft, { runId, part })))
	}
	/** False where it stands there still. */
	const remove = (reply: StandingReply, message: Message): Promise<boolean> =>
		isTaken(isThere(whenStill(reply, message, () => client.remove(reply.conversation.channelId, message.ts))))
	return {
		post: async (reply, part, draft) => {
			const { runId, conversation, messages } = reply
			const ts = await client.post(conversation, draft, { runId, part })
			reply.messages = messages.toSpliced(part, 1, ts)
		},
		edit: async (reply, part, draft) => {
			const ts = reply.messages[part]
			return ts !== undefined && edit(reply, { ts, part }, draft)
		},
		removeSurplus: async (reply) => {
			for (const ts of reply.surplus) {
				const message = { ts, part: reply.messages.length }
				if (!(await remove(reply, message))) {
					// What may not be changed either is left at that.
					await isTaken(edit(reply, message, surplusDraft))
					reply.messages = [...reply.messages, ts]
				}
				reply.surplus = reply.surplus.filter((other) => other !== ts)
			}
		},
		attach: (reply, file) =>
			isTaken(
				client.attach(reply.conversation, file).then((id) => {
					reply.files = [...reply.files, id]
				}),
			),
	}
}

/** A message of a reply, and its place in it. */
type Message = { readonly ts: string; readonly part: number }

/** Whether a message was there to be changed. */
async function isThere(changed: Promise<void>): Promise<boolean> {
	return changed.then(
		() => true,
		(error: unknown) => {
			if (slackCodeOf(error) !== 'message_not_found') throw error
			return false
		},
	)
}

/** Whether Slack has done what it was asked for, and hasn't refused it. */
async function isTaken(done: Promise<unknown>): Promise<boolean> {
	return done.then(
		() => true,
		(error: unknown) => {
			if (!isRefusal(error)) throw error
			return false
		},
	)
}
