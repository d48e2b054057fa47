import type { ConversationReader } from '../../src/core/conversation-reader.ts'
import type { RunStore } from '../../src/core/run-store.ts'
import type { RunUrl } from '../../src/core/run-url.ts'
import type { Clock } from './clock.ts'

/** How Slack is reached, and how it reaches us. */
export type SlackConnection = {
	/** `xoxb-…` */
	readonly botToken: string
	/** Where the Web API is; null: at Slack. */
	readonly apiUrl: string | null
	readonly receives:
		| { readonly over: 'socket' /** `xapp-…` */; readonly appToken: string }
		| { readonly over: 'http'; readonly signingSecret: string }
	/** Ids of bots that are answered as people are. */
	readonly allowedBots: readonly string[]
}

/** What the adapter needs of the rest of Threadwise. */
export type SlackOptions = SlackConnection & {
	readonly runs: Pick<RunStore, 'find' | 'read'>
	readonly conversations: ConversationReader
	/** The address of a run's page for whoever is given it; null where there is none. */
	readonly runUrl: RunUrl
	/** By which streams live and rates are kept; the process's own if absent. */
	readonly clock?: Clock
	/** How long a request to Slack may take. */
	readonly timeoutMs?: number
	/** Told of what went wrong and nobody else will hear of. */
	readonly onTrouble: (error: unknown) => void
}
