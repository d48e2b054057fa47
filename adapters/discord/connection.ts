import {
	Client,
	type ClientOptions,
	Events,
	GatewayCloseCodes,
	GatewayDispatchEvents,
	GatewayIntentBits,
	Options,
	PermissionFlagsBits,
} from 'discord.js'
import { z } from 'zod'
import { ThreadwiseError } from '../../src/core/errors.ts'
import { type Channel, readChannel } from './channels.ts'
import type { DiscordConnection } from './config.ts'
import { missingOf, type NeededPermission } from './permissions.ts'
import { fromDiscord } from './refusals.ts'
import { createShards, type Shards } from './shards.ts'

/** What Discord tells. Discord tells it once: whatever rejects is lost, and told as trouble. */
export type Listeners = {
	message(message: unknown): Promise<void>
	/** A message says something else now, or looks otherwise. */
	change(message: unknown): Promise<void>
	deletion(deleted: unknown): Promise<void>
	interaction(interaction: unknown): Promise<void>
	/** The bot was taken off a guild, or the guild is away for a while. */
	guildGone(guild: unknown): Promise<void>
	/** What was said since the connection was lost, nobody tells: it is to be read. */
	connected(): Promise<void>
}

export type ConnectionOptions = Pick<DiscordConnection, 'botToken' | 'apiUrl'> & {
	readonly onTrouble: (error: unknown) => void
}

/** Who looks after a guild, and which channels are there, as the gateway tells. */
export type Guilds = {
	/** Null for what the gateway hasn't told of, such as archived threads. */
	channel(id: string): Channel | null
	/** The channels and open threads of all guilds in which something was said since, with the newest message of each. */
	spokenIn(): readonly { readonly channelId: string; readonly lastMessageId: string }[]
	/** The role that is the bot's alone; null where it has none. */
	ownRoleId(guildId: string | null): string | null
	/** What the bot lacks in a channel; nothing where the gateway hasn't told. */
	missing(channelId: string): readonly NeededPermission[]
	/** Whether the roles of somebody let them look after what others write. */
	isModerator(guildId: string | null, personId: string, roleIds: readonly string[]): boolean
}

export type Connection = {
	readonly guilds: Guilds
	/** Resolves once connected. */
	start(listeners: Listeners, readsMessages: boolean): Promise<void>
	/** Whether what is said is heard: now, or again before anybody has to wonder. */
	hears(): boolean
	stop(): Promise<void>
}

/** Connections are lost and resumed all the time, and a new session has to wait for its turn. */
const longestGapMs = 60_000
const intents = [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMessages, GatewayIntentBits.DirectMessages]

/** The gateway, over discord.js: sharded as Discord wants it, and connected again for as long as it takes. */
export function createConnection(options: ConnectionOptions): Connection {
	let client: Client | null = null
	let shards: Shards | null = null
	const shardsOf: NonNullable<ClientOptions['ws']>['buildStrategy'] = (manager) => {
		shards = createShards(manager, options.onTrouble)
		return shards
	}
	return {
		guilds: createGuilds(() => client),
		hears: () => shards !== null && shards.lostForMs() < longestGapMs,
		start: async (listeners, readsMessages) => {
			client = new Client({ ...clientOptions(options, readsMessages), ws: { buildStrategy: shardsOf } })
			listen(client, listeners, options.onTrouble)
			await login(client, options.botToken)
			void listeners.connected().catch(options.onTrouble)
		},
		stop: async () => {
			await client?.destroy()
			client = null
		},
	}
}

function clientOptions(options: ConnectionOptions, readsMessages: boolean): ClientOptions {
	return {
		intents: readsMessages ? [...intents, GatewayIntentBits.MessageContent] : intents,
		shards: 'auto',
		// For the address of the gateway alone, which is asked for until it is told.
		rest: options.apiUrl === null ? {} : { api: options.apiUrl },
		allowedMentions: { parse: [], repliedUser: false },
		// Messages and people are read from what the gateway tells; nothing here asks for them again.
		makeCache: Options.cacheWithLimits({
			...Options.DefaultMakeCacheSettings,
			...{ MessageManager: 0, ReactionManager: 0, PresenceManager: 0, VoiceStateManager: 0, ThreadMemberManager: 0 },
			...{
				GuildEmojiManager: 0,
				GuildStickerManager: 0,
				GuildInviteManager: 0,
				GuildBanManager: 0,
				StageInstanceManager: 0,
			},
		}),
	}
}

/** What Discord says when it closes a connection for good, and what to do about it. */
const lastWords: Readonly<Partial<Record<number, readonly [message: string, fix: string]>>> = {
	[GatewayCloseCodes.AuthenticationFailed]: [
		"Discord doesn't know the token of the bot (any more).",
		'Copy the token again into DISCORD_BOT_TOKEN (https://discord.com/developers/applications, Bot, Reset Token), and start Threadwise again.',
	],
	[GatewayCloseCodes.ShardingRequired]: [
		'The bot is in too many servers for as many connections as it has.',
		'Start Threadwise again: it then opens as many as Discord recommends.',
	],
	[GatewayCloseCodes.DisallowedIntents]: [
		'Discord refuses an intent of the bot.',
		'Turn Message Content Intent on (https://discord.com/developers/applications, Bot), and start Threadwise again.',
	],
}

function closedForGood(code: number): ThreadwiseError {
	const [message, fix] = lastWords[code] ?? [
		`Discord has closed the connection for good (${code}).`,
		'Look the number up at https://docs.discord.com/developers/topics/opcodes-and-status-codes, and start Threadwise again.',
	]
	return new ThreadwiseError('platform-refused', message, { fix })
}

async function login(client: Client, botToken: string): Promise<void> {
	const refused = Promise.withResolvers<never>()
	client.once(Events.ShardDisconnect, ({ code }) => refused.reject(closedForGood(code)))
	const ready = new Promise<void>((resolve) => {
		client.once(Events.ClientReady, () => resolve())
	})
	try {
		await Promise.race([Promise.all([client.login(botToken), ready]), refused.promise])
	} catch (error) {
		await client.destroy().catch(() => {})
		throw isWrongToken(error) ? closedForGood(GatewayCloseCodes.AuthenticationFailed) : fromDiscord(error)
	}
}

function isWrongToken(error: unknown): boolean {
	return error instanceof Error && 'code' in error && error.code === 'TokenInvalid'
}

/** Everything is taken as Discord sends it: discord.js keeps to itself what it knows nothing of, such as changes to messages of before. */
function listen(client: Client, on: Listeners, onTrouble: (error: unknown) => void): void {
	const hear = (event: GatewayDispatchEvents, listener: (data: unknown) => Promise<void>) => {
		// After discord.js has taken note of it.
		client.ws.on(event, (data: unknown) => setImmediate(() => void listener(data).catch(onTrouble)))
	}
	hear(GatewayDispatchEvents.MessageCreate, on.message)
	hear(GatewayDispatchEvents.MessageUpdate, on.change)
	hear(GatewayDispatchEvents.MessageDelete, on.deletion)
	hear(GatewayDispatchEvents.MessageDeleteBulk, async (deleted) => {
		const { data } = bulkSchema.safeParse(deleted)
		for (const id of data?.ids ?? []) await on.deletion({ ...data, id })
	})
	hear(GatewayDispatchEvents.InteractionCreate, on.interaction)
	hear(GatewayDispatchEvents.GuildDelete, on.guildGone)
	client.on(Events.ShardReady, () => {
		if (client.isReady()) void on.connected().catch(onTrouble)
	})
	let isClosedForGood = false
	client.on(Events.ShardDisconnect, ({ code }) => {
		isClosedForGood = true
		if (client.isReady()) onTrouble(closedForGood(code))
	})
	client.on(Events.ShardError, (error) => {
		// The same once more, in fewer words.
		if (!isClosedForGood) onTrouble(error)
	})
	client.on(Events.Error, onTrouble)
	client.on(Events.Warn, (warning) => onTrouble(new Error(warning)))
}

const bulkSchema = z.looseObject({ ids: z.array(z.string()) })

function createGuilds(client: () => Client | null): Guilds {
	const guildOf = (id: string | null) => (id === null ? undefined : client()?.guilds.cache.get(id))
	return {
		channel: (id) => {
			const channel = client()?.channels.cache.get(id)
			if (channel === undefined) return null
			const guildId = channel.isDMBased() ? null : channel.guildId
			const parentId = channel.isThread() ? channel.parentId : null
			return readChannel({ id, type: channel.type, guild_id: guildId, parent_id: parentId })
		},
		spokenIn: () =>
			[...(client()?.channels.cache.values() ?? [])].flatMap((channel) => {
				const lastMessageId = channel.isTextBased() && !channel.isDMBased() ? channel.lastMessageId : null
				return lastMessageId === null ? [] : [{ channelId: channel.id, lastMessageId }]
			}),
		ownRoleId: (guildId) => {
			const { user } = client() ?? {}
			return (user && guildOf(guildId)?.roles.botRoleFor(user)?.id) ?? null
		},
		missing: (channelId) => {
			const { user, channels } = client() ?? {}
			const channel = channels?.cache.get(channelId)
			const granted = user && channel && !channel.isDMBased() ? channel.permissionsFor(user) : null
			return granted ? missingOf(granted.bitfield) : []
		},
		isModerator: (guildId, personId, roleIds) => {
			const guild = guildOf(guildId)
			if (guild === undefined) return false
			const roles = roleIds.map((id) => guild.roles.cache.get(id)?.permissions)
			return (
				guild.ownerId === personId || roles.some((permissions) => permissions?.has(PermissionFlagsBits.ManageMessages))
			)
		},
	}
}
