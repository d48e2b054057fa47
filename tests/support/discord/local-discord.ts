import { once } from 'node:events'
import { createPlannedFaults } from '../planned-faults.ts'
import type { DiscordBot } from './bots.ts'
import type { DiscordCall } from './calls.ts'
import type { DiscordClock } from './clock.ts'
import type { Fault, Faults } from './faults.ts'
import { createGateway, type Gateway } from './gateway/gateway.ts'
import type { ChannelKind, DiscordChannel } from './guilds.ts'
import type { Interaction } from './interaction.ts'
import { furnishGuild, giveRole, setMembership } from './memberships.ts'
import type { DiscordMessage } from './messages.ts'
import { completeOptions, type LocalDiscordChoices } from './options.ts'
import { createPerson, type DiscordPerson } from './people/person.ts'
import { bitsOf, moderatorPermissions, type PermissionName } from './permissions.ts'
import { addChannel, directChannel } from './places.ts'
import type { RouteName } from './routes/route-names.ts'
import { startServer } from './server.ts'
import { changeThread } from './threads.ts'
import { addBot, addUser, createWorld, type Typing, type World } from './world.ts'
import { publishChannel, typingIn } from './writing.ts'

/**
 * A Discord on loopback, over HTTP and WebSocket, that the real discord.js talks to. It is strict: what Discord's OpenAPI document
 * or its documentation forbids is refused with Discord's status and code.
 *
 * ```ts
 * await using discord = await startLocalDiscord()
 * const client = new Client({ intents, rest: { api: discord.apiUrl } })
 * await client.login(discord.botToken)
 * const ada = discord.person('ada')
 * const question = ada.post(discord.general, `${discord.botMention} why?`)
 * discord.messages(question.id)                                   // the thread that was opened from the question
 * const interaction = await ada.command('ask', { question: 'why?' }, discord.general)
 * const pressed = await ada.press(answer, { label: 'Show reasoning' })
 * pressed.original                                                // what the bot answered; ada.sees(…) has it, too
 * discord.clock.advance(16 * 60_000)                              // now the tokens of interactions have ended
 * discord.gateway.drop()                                          // the bot has to resume
 * discord.faults.add('POST /channels/{channel_id}/messages', { kind: 'drop-after' })
 * ```
 *
 * Guilds, channels and people are made with `addGuild`, `addChannel`, `person`; what people do is on the person. What they see:
 * `messages` (everybody) and `person.sees` (with what only they see). Whom a message has notified is in its `pinged`, everything
 * that it has shown in its `versions`. Every request of a bot is in `calls`.
 */
export type LocalDiscord = AsyncDisposable & {
	/** For `DISCORD_API_URL` and the client's `rest.api`. */
	readonly apiUrl: string
	readonly botToken: string
	readonly applicationId: string
	readonly botUserId: string
	readonly botMention: string
	readonly clock: DiscordClock
	/** The guild that everybody and the bot are in, and its channel that everybody may write in. */
	readonly guild: string
	readonly general: string
	addGuild(guild: NewGuild): { readonly id: string; readonly general: string }
	/** Adds a channel and returns its id. */
	addChannel(channel: NewChannel): string
	/** Direct messages between people, without the bot. */
	addPrivateChannel(...people: readonly DiscordPerson[]): string
	/** The bot joins or leaves a guild. */
	setMembership(guildId: string, isMember: boolean): void
	/** What the bot may or may not do in a channel, besides what it may in the guild. */
	setBotPermissions(channelId: string, change: PermissionChange): void
	/** Archives, locks or opens a thread again. */
	setThread(threadId: string, change: { readonly isArchived?: boolean; readonly isLocked?: boolean }): void
	deleteChannel(channelId: string): void
	/** A person of that name; the same one whenever asked. They are in the first guild. */
	person(name: string, choices?: { readonly isModerator?: boolean }): DiscordPerson
	/** Another application with its bot; in the first guild. */
	addBot(name: string): DiscordBot
	/** The bot itself: its commands, its token, which privileged intents it has. */
	readonly bot: DiscordBot
	channel(id: string): DiscordChannel
	/** The threads of a channel, oldest first. */
	threads(channelId: string): readonly DiscordChannel[]
	/** What everybody sees in a channel or thread, oldest first. */
	messages(channelId: string): readonly DiscordMessage[]
	/** A message as it is now, also if only one person sees it; null if it was deleted. */
	message(channelId: string, id: string): DiscordMessage | null
	readonly interactions: readonly Interaction[]
	/** The ids of those who are shown to be typing now. */
	typing(channelId: string): readonly string[]
	/** Every time that a bot or person began to type. */
	readonly typings: readonly Typing[]
	/** Every request of a bot so far. */
	readonly calls: readonly DiscordCall[]
	/** How many requests count among those for which Discord locks a bot out. */
	invalidRequests(): number
	/** Automatic moderation blocks messages and titles with this. */
	blockWord(word: string): void
	readonly faults: Faults
	/** Has the route's next request done, but drops the connection instead of an answer. */
	loseNextAnswer(route: RouteName): void
	/** Drops the connection of the route's next request before anything is done. */
	dropNext(route: RouteName): void
	readonly gateway: Gateway
}

export type NewGuild = { readonly name: string; readonly hasBot?: boolean }

export type NewChannel = {
	readonly name: string
	readonly kind?: Extract<ChannelKind, 'text' | 'announcement' | 'voice'>
	readonly guildId?: string
}

export type PermissionChange = { readonly allow?: readonly PermissionName[]; readonly deny?: readonly PermissionName[] }

/** Starts it on a free port. */
export async function startLocalDiscord(choices: LocalDiscordChoices = {}): Promise<LocalDiscord> {
	const world = createWorld(completeOptions(choices))
	const faults = createPlannedFaults<RouteName, Fault>()
	const calls: DiscordCall[] = []
	const gateway = createGateway(world)
	world.publish = gateway.publish
	const server = await startServer({ world, faults, gateway, calls })
	const bot = addBot(world, 'threadwise')
	const owner = addUser(world, 'owner', false)
	const first = furnishGuild(world, 'Local guild', owner.id, bot)
	const people = new Map<string, DiscordPerson>()
	return {
		apiUrl: `${world.origin}/api`,
		botToken: bot.token,
		applicationId: bot.applicationId,
		botUserId: bot.user.id,
		botMention: `<@${bot.user.id}>`,
		clock: world.clock,
		guild: first.id,
		general: first.general,
		addGuild: ({ name, hasBot = true }) => furnishGuild(world, name, owner.id, hasBot ? bot : null),
		addChannel: ({ name, kind = 'text', guildId = first.id }) => {
			const channel = addChannel(world, { name, kind, guildId })
			publishChannel(world, channel, 'CHANNEL_CREATE')
			return channel.id
		},
		addPrivateChannel: (...members) =>
			directChannel(
				world,
				members.map(({ id }) => id),
			).id,
		setMembership: (guildId, isMember) => setMembership(world, guildId, bot, isMember),
		setBotPermissions: (channelId, { allow = [], deny = [] }) => {
			const channel = channelOf(world, channelId)
			const others = channel.overwrites.filter(({ id }) => id !== bot.user.id)
			channel.overwrites = [...others, { id: bot.user.id, type: 'member', allow: bitsOf(allow), deny: bitsOf(deny) }]
			publishChannel(world, channel, 'CHANNEL_UPDATE')
		},
		setThread: (threadId, change) => changeThread(world, channelOf(world, threadId), change),
		deleteChannel: (channelId) => {
			const channel = channelOf(world, channelId)
			publishChannel(world, channel, channel.thread === null ? 'CHANNEL_DELETE' : 'THREAD_DELETE')
			channel.isDeleted = true
		},
		person: (name, { isModerator = false } = {}) => {
			const existing = people.get(name)
			if (existing !== undefined) return existing
			const person = createPerson(world, name, bot)
			person.join(first.id)
			if (isModerator) giveRole(world, first.id, person.id, 'moderator', moderatorPermissions)
			people.set(name, person)
			return person
		},
		addBot: (name) => {
			const added = addBot(world, name)
			setMembership(world, first.id, added, true)
			return added
		},
		bot,
		channel: (id) => channelOf(world, id),
		threads: (channelId) => [...world.channels.values()].filter((each) => each.thread && each.parentId === channelId),
		messages: (channelId) => world.messages.list(channelId),
		message: (channelId, id) => world.messages.find(channelId, id),
		interactions: world.interactions,
		typing: (channelId) => typingIn(world, channelId),
		typings: world.typings,
		calls,
		invalidRequests: () => calls.filter(({ isInvalid }) => isInvalid).length,
		blockWord: (word) => world.blockedWords.add(word.toLowerCase()),
		faults,
		loseNextAnswer: (route) => faults.add(route, { kind: 'drop-after' }),
		dropNext: (route) => faults.add(route, { kind: 'drop-before' }),
		gateway,
		[Symbol.asyncDispose]: async () => {
			for (const each of world.interactions) each.end()
			gateway.close()
			server.close()
			server.closeAllConnections()
			await once(server, 'close')
		},
	}
}

function channelOf({ channels }: World, id: string): DiscordChannel {
	const channel = channels.get(id)
	if (channel === undefined) throw new Error(`there is no channel ${id}`)
	return channel
}
