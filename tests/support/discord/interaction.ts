import type { DiscordBot } from './bots.ts'
import type { DiscordUser } from './guilds.ts'
import type { DiscordMessage } from './messages.ts'
import type { Component } from './wire.ts'

/** How long an interaction's token can be used. */
export const tokenLifeMs = 15 * 60_000

/** A form that somebody has been shown. */
export type DiscordModal = {
	readonly customId: string
	readonly title: string
	readonly components: readonly Component[]
	readonly openedBy: Interaction
	isOpen: boolean
}

/** One use of a command, a component or a form, and what the bot has made of it. */
export type Interaction = {
	readonly id: string
	readonly token: string
	readonly type: number
	readonly bot: DiscordBot
	readonly user: DiscordUser
	readonly channelId: string
	readonly guildId: string | null
	readonly commandName: string | null
	readonly owners: Readonly<Record<string, string>>
	/** Only the person has installed the bot, not the guild. */
	readonly isUserInstallOnly: boolean
	/** The message whose component was used; null for commands. */
	readonly source: DiscordMessage | null
	/** What opened the form that was sent off; null for all but forms. */
	readonly openedBy: Interaction | null
	readonly createdAt: number
	/** `failed`: the bot didn't answer in time, and the person was told so. */
	state: 'pending' | 'answered' | 'failed'
	/** The kind of the first answer, as discord.js' `InteractionResponseType`; null while there is none. */
	callbackType: number | null
	/** How long the bot took for the first answer; null while there is none. */
	tookMs: number | null
	/** The answer itself; null where there is none, such as before it and after a form. */
	original: DiscordMessage | null
	readonly followUps: DiscordMessage[]
	modal: DiscordModal | null
	/** Resolves when the bot has answered for the first time, or it's too late for that. */
	readonly answered: Promise<void>
	readonly end: () => void
}
