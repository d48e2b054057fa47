import type { PermissionName } from './permissions.ts'

export type LocalDiscordOptions = {
	/** Whether the bot has been granted the privileged message-content intent. */
	readonly messageContent: boolean
	/** How many times faster than real Discord's clock runs for rates. Tokens and ages of messages keep the tests' own pace. */
	readonly clockSpeed: number
	/** Whether Discord's rates are kept to. */
	readonly rates: boolean
	/** How long the bot may take for the first answer to an interaction; always at the tests' own pace. */
	readonly interactionMs: number
	readonly heartbeatMs: number
	/** How often messages older than an hour may be edited in a channel within an hour. */
	readonly oldMessageEdits: number
	readonly activeThreads: number
	/** How many shards Discord recommends. */
	readonly shards: number
	/** How many shards may begin their sessions at once, every five seconds. */
	readonly maxConcurrency: number
	/** What the bot may do in the first guild, besides what everybody may: names of discord.js' `PermissionFlagsBits`. */
	readonly botPermissions: readonly PermissionName[]
}

export type LocalDiscordChoices = Partial<LocalDiscordOptions>

const defaults: LocalDiscordOptions = {
	messageContent: true,
	clockSpeed: 1,
	rates: true,
	interactionMs: 3_000,
	heartbeatMs: 41_250,
	oldMessageEdits: 3,
	activeThreads: 1_000,
	shards: 1,
	maxConcurrency: 1,
	botPermissions: [
		'ViewChannel',
		'SendMessages',
		'SendMessagesInThreads',
		'CreatePublicThreads',
		'ReadMessageHistory',
		'EmbedLinks',
		'AttachFiles',
		'AddReactions',
	],
}

export function completeOptions(choices: LocalDiscordChoices): LocalDiscordOptions {
	return { ...defaults, ...choices }
}
