import type { ActionResult, Actor } from '../../src/core/actor.ts'
import type { ConversationReader } from '../../src/core/conversation-reader.ts'
import type { Defaults } from '../../src/core/resolve-settings.ts'
import type { RunStore } from '../../src/core/run-store.ts'
import type { RunUrl } from '../../src/core/run-url.ts'
import type { Settings, SettingsKey, SettingsStore } from '../../src/core/settings.ts'
import type { DayBudgets } from '../../src/core/spend-store.ts'
import type { LimitSettings } from './limits.ts'

/** Somebody who uses the playground. */
export type Person = {
	readonly id: string
	readonly name: string
	/** Whether they look after it, and so after all of this Threadwise. */
	readonly isAdmin: boolean
}

/** Somebody who gets in by a token of their own. */
export type TokenHolder = Person & { readonly token: string }

/** Who gets in, and where. */
export type AccessSettings = {
	/** The address on which the server listens. */
	readonly listensOn: { readonly host: string; readonly port: number }
	/** The origin by which others reach it, such as `https://bot.example.com`; null where only the address above is. */
	readonly publicUrl: string | null
	/** Whoever comes must show the token of one of these; nobody: whoever reaches it may come in, and looks after it. */
	readonly people: readonly TokenHolder[]
	/** Addresses and ranges of proxies that are believed about where a request comes from. */
	readonly trustedProxies: readonly string[]
	/** What whoever comes in without a token is called. */
	readonly ownerName?: string
}

/** What the playground needs of the rest of Threadwise. */
export type PlaygroundOptions = {
	readonly access: AccessSettings
	readonly runs: Pick<RunStore, 'find' | 'read' | 'follow'>
	readonly conversations: ConversationReader
	readonly settings: Pick<SettingsStore, 'read' | 'installations'>
	/** Changes what is set, if whoever wants it may and it makes sense. */
	readonly changeSettings: (actor: Actor, key: SettingsKey, settings: Settings) => Promise<ActionResult>
	/** What the configuration says for what nobody has set. */
	readonly defaults: Defaults & { readonly budgets: DayBudgets }
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
