import type { Conversation } from './conversation.ts'

/**
 * Where the full record of a run is, for a platform to link from its reply; null where whoever reads that can reach no such address.
 */
export type RunUrl = (runId: string, conversation: Conversation) => string | null
