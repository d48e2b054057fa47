import type { Actor } from '../../src/core/actor.ts'
import type { PlatformEvents } from '../../src/core/chat-platform.ts'
import type { Conversation } from '../../src/core/conversation.ts'
import type { RunEntry } from '../../src/core/conversation-reader.ts'
import { openRunsAround, openRunsIn } from '../../src/core/open-runs.ts'
import { isFinished } from '../../src/core/run.ts'
import { english, refusalIn, refusalText } from '../../src/rendering/index.ts'
import type { Channel } from './channels.ts'
import type { DiscordOptions } from './config.ts'
import { actorOf, conversationOf, type Said } from './receive.ts'
import { sentAtOf } from './snowflakes.ts'

type ConversationParts = Pick<DiscordOptions, 'conversations'> & { readonly events: PlatformEvents }

/** What is known of conversations: whose they are, and what is being answered in them. */
export function createConversations({ events, conversations }: ConversationParts) {
	/** Outside of threads, what is said is about what the person has asked in that channel. */
	const openOf = async (conversation: Conversation, personId: string): Promise<readonly RunEntry[]> =>
		(await openRunsAround(conversations, conversation, personId)).filter(({ asker }) => asker.id === personId)
	/** In a channel, a reply to an answer belongs to the conversation of that; most other messages there belong to none. */
	const holding = async (channel: Channel, messageId: string): Promise<Conversation | null> => {
		const own = conversationOf(channel, messageId)
		return channel.kind === 'channel' ? conversations.holding(messageId, own) : own
	}
	return {
		/** What this person is to that conversation. */
		standing: ({ conversation, person }: Pick<Said, 'conversation' | 'person'>) =>
			conversations.standing(conversation, person.id),
		/** The first of these in which something was asked; null where nothing was. */
		firstBegun: async (candidates: readonly Conversation[]): Promise<Conversation | null> => {
			for (const conversation of candidates) {
				if ((await conversations.runs(conversation)).length > 0) return conversation
			}
			return null
		},
		/** Whether a message was taken as a question. */
		has: async ({ id, conversation }: Pick<Said, 'id' | 'conversation'>) =>
			(await conversations.runs(conversation)).some(({ messageId }) => messageId === id),
		/** Stops what is being answered. Returns what to say where nothing was stopped. */
		stop: async (conversation: Conversation, by: Actor): Promise<string | null> => {
			const here = await openRunsIn(conversations, conversation)
			const open = here.length > 0 ? here : await openOf(conversation, by.personId)
			const results = await Promise.all(open.map(({ runId }) => events.stop(runId, by)))
			return results.length === 0 ? english.chat.nothingRuns : refusalIn(results)
		},
		/** Whoever could delete a message may also stop its answer. */
		stopDeleted: async (channel: Channel, messageId: string) => {
			const conversation = await holding(channel, messageId)
			if (conversation === null) return
			const runs = await conversations.runs(conversation)
			// Where nobody has asked anything, it was no part of anything.
			if (runs.length === 0) return
			for (const { runId, asker, messageId: asked, state } of runs) {
				if (asked !== messageId || isFinished(state)) continue
				await events.stop(runId, actorOf({ id: asker.id, isModerator: false }, conversation.workspaceId))
			}
			await events.overhear(conversation, { id: messageId, author: null, content: [], sentAt: sentAtOf(messageId) })
		},
		/** Has the newest answer thought about harder. Returns what to say where there is none, or it wasn't done. */
		thinkHarder: async (conversation: Conversation, by: Actor): Promise<string | null> => {
			const answered = (await conversations.runs(conversation)).findLast(({ state }) => isFinished(state))
			if (answered === undefined) return english.chat.nothingAnswered
			const begun = await events.again(answered.runId, 'think-harder', by)
			return begun.outcome === 'refused' ? refusalText(begun) : null
		},
	}
}
