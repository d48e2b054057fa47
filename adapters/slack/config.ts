import type { ActionResult, Actor } from '../../src/core/actor.ts'
import type { ConversationReader } from '../../src/core/conversation-reader.ts'
import type { SettingsReader } from '../../src/core/resolve-settings.ts'
import type { RunStore } from '../../src/core/run-store.ts'
import type { RunUrl } from '../../src/core/run-url.ts'
import type { Settings, SettingsKey, SettingsStore } from '../../src/core/settings.ts'

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
	/** What is set in this workspace, and how it is changed by those who may. */
	readonly settings: {
		readonly read: SettingsStore['read']
		/** The same over the configuration. */
		readonly resolve: SettingsReader
		readonly change: (actor: Actor, key: SettingsKey, settings: Settings) => Promise<ActionResult>
	}
	/** The address of a run's page for whoever is given it; null where there is none. */
	readonly runUrl: RunUrl
	/** How long a request to Slack may take. */
	readonly timeoutMs?: number
	/** Told of what went wrong and nobody else will hear of. */
	readonly onTrouble: (error: unknown) => void
}
