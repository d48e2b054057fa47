import type { DiscordUser } from './guilds.ts'

/** A command as a bot has registered it. */
export type DiscordCommand = Readonly<Record<string, unknown>> & {
	readonly id: string
	readonly name: string
	readonly type: number
	readonly version: string
	readonly guildId: string | null
	readonly contexts: readonly number[] | null
	readonly integrationTypes: readonly number[]
	/** As it was sent. */
	readonly sent: Readonly<Record<string, unknown>>
}

/** An application with its bot. */
export type DiscordBot = {
	readonly applicationId: string
	readonly user: DiscordUser
	token: string
	/** Whether it may ask for the content of messages. */
	hasMessageContent: boolean
	commands: readonly DiscordCommand[]
	/** What its owner has set for it on Discord's pages. */
	settings: {
		readonly interactionsEndpointUrl: string | null
		readonly hasUserInstall: boolean
		readonly requiresCodeGrant: boolean
	}
	/** The people who have installed it for themselves. */
	readonly installedFor: Set<string>
	/** How many times it has begun a session, besides resuming one. */
	sessionStarts: number
	/** How many times that was too soon. */
	refusedStarts: number
	/** When last, by which of the shards that may do so at once; as rates are counted. */
	readonly lastStarts: Map<number, number>
}
