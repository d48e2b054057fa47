import type { ConversationReader } from '../../src/core/conversation-reader.ts'
import type { PlatformNotes } from '../../src/core/platform-notes.ts'
import type { RunStore } from '../../src/core/run-store.ts'
import type { RunUrl } from '../../src/core/run-url.ts'

/** How Discord is reached. */
export type DiscordConnection = {
	readonly botToken: string
	/** Where the API is, without its version; null: at Discord. */
	readonly apiUrl: string | null
	/** Ids of bots that are answered as people are. */
	readonly allowedBots: readonly string[]
}

/** What the adapter needs of the rest of Threadwise. */
export type DiscordOptions = DiscordConnection & {
	readonly runs: Pick<RunStore, 'find' | 'read'>
	readonly conversations: ConversationReader
	/** What is known of interactions and of what was read, in every process and after a restart. */
	readonly notes: PlatformNotes
	/** The address of a run's page for whoever is given it; null where there is none. */
	readonly runUrl: RunUrl
	/** How long a request to Discord may take. */
	readonly timeoutMs?: number
	/** How long the answer to an interaction can be changed; Discord says so. */
	readonly interactionMs?: number
	/** Told of what went wrong and nobody else will hear of. */
	readonly onTrouble: (error: unknown) => void
}
