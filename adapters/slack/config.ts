import type { ActionResult, Actor } from '../../src/core/actor.ts'
import type { ConversationReader } from '../../src/core/conversation-reader.ts'
import type { InstallationStore } from '../../src/core/installation-store.ts'
import type { SettingsReader } from '../../src/core/resolve-settings.ts'
import type { RunStore } from '../../src/core/run-store.ts'
import type { RunUrl } from '../../src/core/run-url.ts'
import type { Settings, SettingsKey, SettingsStore } from '../../src/core/settings.ts'
import type { Clock } from './clock.ts'

/** The app as it introduces itself to Slack when somebody installs it. */
export type SlackApp = {
	readonly clientId: string
	readonly clientSecret: string
	/** Signs what comes back from Slack with whoever installs it. */
	readonly stateSecret: string
	/** Our origin, where Slack sends them back to. */
	readonly publicUrl: string
	/** Ids of the workspaces that may install it; null: every one may. */
	readonly allowedWorkspaces: readonly string[] | null
}

/** One workspace by its token, or as many as install the app, each of which gives a token of its own. */
export type SlackAccess =
	| { readonly by: 'token' /** `xoxb-…` */; readonly botToken: string }
	| ({ readonly by: 'installation' } & SlackApp)

/** How Slack is reached, and how it reaches us. */
export type SlackConnection = {
	readonly access: SlackAccess
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
	/** Where the tokens of workspaces are kept that install the app; null where there is one token. */
	readonly installations: InstallationStore | null
	/** The address of a run's page for whoever is given it; null where there is none. */
	readonly runUrl: RunUrl
	/** By which streams live and rates are kept; the process's own if absent. */
	readonly clock?: Clock
	/** How long a request to Slack may take. */
	readonly timeoutMs?: number
	/** Told of what went wrong and nobody else will hear of. */
	readonly onTrouble: (error: unknown) => void
}
