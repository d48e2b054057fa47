import type { ActionResult, Actor } from '../../src/core/actor.ts'
import type { ConversationReader } from '../../src/core/conversation-reader.ts'
import type { RunStore } from '../../src/core/run-store.ts'
import type { RunUrl } from '../../src/core/run-url.ts'
import type { Settings, SettingsKey, SettingsStore } from '../../src/core/settings.ts'
import type { LimitSettings } from './limits.ts'

/** Who gets in, and where. */
export type AccessSettings = {
	/** The address on which the server listens. */
	readonly listensOn: { readonly host: string; readonly port: number }
	/** The origin by which others reach it, such as `https://bot.example.com`; null where only the address above is. */
	readonly publicUrl: string | null
	/** What whoever comes must show; null: whoever reaches it may come in. */
	readonly token: string | null
}

/** What the playground needs of the rest of Threadwise. */
export type PlaygroundOptions = {
	readonly access: AccessSettings
	/** What whoever uses it is called. */
	readonly personName: string
	readonly runs: Pick<RunStore, 'find' | 'read' | 'follow'>
	readonly conversations: ConversationReader
	readonly settings: Pick<SettingsStore, 'read'>
	/** Changes what is set, if whoever wants it may and it makes sense. */
	readonly changeSettings: (actor: Actor, key: SettingsKey, settings: Settings) => Promise<ActionResult>
	/** Names of those that questions may ask for. */
	readonly workflows: readonly string[]
	/** What must be said about who answers; null where there is nothing to say. */
	readonly disclosure: string | null
	/** The address of a run's page for whoever is given it; null where there is none. */
	readonly runUrl: RunUrl
	readonly limits?: Partial<LimitSettings>
	/** Told of what went wrong and is no fault of a request. */
	readonly onTrouble: (error: unknown) => void
}
