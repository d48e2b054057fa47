import type { Conversation } from './conversation.ts'
import type { ConversationReader, RunEntry } from './conversation-reader.ts'
import { isFinished } from './run.ts'

/** Whoever has asked in more conversations means the newest. */
const mostConversations = 20

/** The runs of a conversation that have no outcome yet. */
export async function openRunsIn(
	conversations: Pick<ConversationReader, 'runs'>,
	conversation: Conversation,
): Promise<readonly RunEntry[]> {
	return (await conversations.runs(conversation)).filter(({ state }) => !isFinished(state))
}

/** The same of all conversations in which a person has asked, in the channel of this one. */
export async function openRunsAround(
	conversations: Pick<ConversationReader, 'runs' | 'list'>,
	{ platform, workspaceId, channelId }: Conversation,
	personId: string,
): Promise<readonly RunEntry[]> {
	const listed = await conversations.list({ platform, workspaceId, personId, limit: mostConversations })
	const open = listed.filter(({ conversation, isOpen }) => isOpen && conversation.channelId === channelId)
	return (await Promise.all(open.map(({ conversation }) => openRunsIn(conversations, conversation)))).flat()
}
