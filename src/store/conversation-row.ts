import { z } from 'zod'
import type { Conversation } from '../core/conversation.ts'
import { sql } from './drizzle.ts'

/** What a conversation is read from; `c` are conversations, `i` installations. */
export const conversationColumns = sql`i.platform, i.workspace_id, c.channel_id, c.thread_id, c.is_direct`

export const conversationRow = z.object({
	platform: z.string(),
	workspace_id: z.string(),
	channel_id: z.string(),
	thread_id: z.string(),
	is_direct: z.boolean(),
})

export function toConversation(row: z.infer<typeof conversationRow>): Conversation {
	return {
		platform: row.platform,
		workspaceId: row.workspace_id,
		channelId: row.channel_id,
		threadId: row.thread_id,
		...(row.is_direct ? { isDirect: true } : {}),
	}
}
