import type { DiscordBot } from './bots.ts'
import { createDiscordClock, type DiscordClock } from './clock.ts'
import type { GatewayEvent } from './gateway/event.ts'
import type { DiscordChannel, DiscordGuild, DiscordUser } from './guilds.ts'
import { createIdentifiers, type Identifiers } from './identifiers.ts'
import type { DiscordModal, Interaction } from './interaction.ts'
import { createMessages, type Messages } from './messages.ts'
import type { LocalDiscordOptions } from './options.ts'

/** Somebody is shown to be typing. */
export type Typing = { readonly channelId: string; readonly userId: string; readonly at: number }

/** Everything that this Discord knows. */
export type World = {
	readonly options: LocalDiscordOptions
	readonly clock: DiscordClock
	readonly identifiers: Identifiers
	readonly users: Map<string, DiscordUser>
	readonly bots: DiscordBot[]
	readonly guilds: Map<string, DiscordGuild>
	readonly channels: Map<string, DiscordChannel>
	readonly messages: Messages
	readonly interactions: Interaction[]
	readonly modals: DiscordModal[]
	readonly typings: Typing[]
	/** People who take no direct messages from bots. */
	readonly closedTo: Set<string>
	/** What automatic moderation blocks. */
	readonly blockedWords: Set<string>
	/** When messages older than an hour were edited, by channel. */
	readonly oldEdits: Map<string, number[]>
	/** The server's own address. */
	origin: string
	/** Tells the bots of something that has happened. */
	publish: (event: GatewayEvent) => void
}

export function createWorld(options: LocalDiscordOptions): World {
	const clock = createDiscordClock(options.clockSpeed)
	return {
		options,
		clock,
		identifiers: createIdentifiers(clock),
		users: new Map(),
		bots: [],
		guilds: new Map(),
		channels: new Map(),
		messages: createMessages(),
		interactions: [],
		modals: [],
		typings: [],
		closedTo: new Set(),
		blockedWords: new Set(),
		oldEdits: new Map(),
		origin: '',
		publish: () => {},
	}
}

export function addUser(world: World, name: string, isBot: boolean): DiscordUser {
	const user = { id: world.identifiers.snowflake(), name, isBot }
	world.users.set(user.id, user)
	return user
}

export function addBot(world: World, name: string): DiscordBot {
	const user = addUser(world, name, true)
	const bot: DiscordBot = {
		applicationId: user.id,
		user,
		token: world.identifiers.token(`${Buffer.from(user.id).toString('base64url')}.local.bot`),
		hasMessageContent: world.options.messageContent,
		commands: [],
		installedFor: new Set(),
		sessionStarts: 0,
		refusedStarts: 0,
		settings: { interactionsEndpointUrl: null, hasUserInstall: true, requiresCodeGrant: false },
		lastStarts: new Map(),
	}
	world.bots.push(bot)
	return bot
}
