import type { Conversation } from '../../src/core/conversation.ts'

/** Where a message stands, or is to stand. */
export type Thread = Pick<Conversation, 'channelId' | 'threadId'>
