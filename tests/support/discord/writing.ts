import { GatewayIntentBits, MessageFlags } from 'discord.js'
import type { DiscordChannel, DiscordGuild, DiscordRole } from './guilds.ts'
import { madeAt } from './identifiers.ts'
import { type DiscordMessage, type MessageDraft, type Shown, shownBy } from './messages.ts'
import { channelPayload, rolePayload, threadMembership, userPayload } from './payloads/guilds.ts'
import { gatewayMessagePayload } from './payloads/messages.ts'
import { pingsOf } from './pings.ts'
import { permissionsIn } from './places.ts'
import { completed } from './rules/component-tree.ts'
import type { AllowedMentions } from './wire.ts'
import type { Typing, World } from './world.ts'

/** Adds a message to a channel and tells the bots of it. */
export function addMessage(world: World, channel: DiscordChannel, draft: Omit<MessageDraft, 'id' | 'channelId'>) {
	const id = world.identifiers.snowflake()
	return addMessageWithId(world, channel, { ...draft, id, channelId: channel.id })
}

function addMessageWithId(world: World, channel: DiscordChannel, draft: MessageDraft): DiscordMessage {
	const message = created(draft)
	const repliedTo =
		message.replyTo === null ? null : (world.messages.find(channel.id, message.replyTo)?.authorId ?? null)
	notify(message, draft.allowedMentions ?? null, repliedTo)
	message.versions.push(shownBy(message))
	world.messages.add(message)
	if (message.visibleTo === null) {
		channel.lastMessageId = message.id
		publishMessage(world, channel, message, 'MESSAGE_CREATE')
	}
	return message
}

function created({ allowedMentions: _, ...draft }: MessageDraft): DiscordMessage {
	return {
		type: 0,
		applicationId: null,
		visibleTo: null,
		replyTo: null,
		nonce: null,
		origin: null,
		content: '',
		embeds: [],
		attachments: [],
		flags: 0,
		...draft,
		components: completed(draft.components ?? []),
		editedAt: null,
		isDeleted: false,
		pinged: new Set(),
		mentions: [],
		versions: [],
		reactions: new Map(),
	}
}

/** A loading answer notifies nobody. */
function notify(message: DiscordMessage, allowed: AllowedMentions | null, repliedTo: string | null): void {
	message.mentions = pingsOf(message, allowed, repliedTo)
	for (const ping of message.mentions) message.pinged.add(ping)
}

export type Change = Partial<Shown> & {
	readonly flags?: number
	readonly allowedMentions: AllowedMentions | null
}

/** Has a message show something else, and tells the bots of it. */
export function changeMessage(world: World, message: DiscordMessage, change: Change): void {
	const { allowedMentions, components, ...rest } = change
	Object.assign(message, rest)
	if (components !== undefined) message.components = completed(components)
	message.flags &= ~MessageFlags.Loading
	message.editedAt = world.clock.now()
	const repliedTo =
		message.replyTo === null ? null : (world.messages.find(message.channelId, message.replyTo)?.authorId ?? null)
	notify(message, allowedMentions, repliedTo)
	message.versions.push(shownBy(message))
	announceChange(world, message)
}

export function announceChange(world: World, message: DiscordMessage): void {
	const channel = world.channels.get(message.channelId)
	if (channel !== undefined && message.visibleTo === null) publishMessage(world, channel, message, 'MESSAGE_UPDATE')
}

export function removeMessage(world: World, message: DiscordMessage): void {
	message.isDeleted = true
	const channel = world.channels.get(message.channelId)
	if (channel === undefined || message.visibleTo !== null) return
	const { guildId, id: channelId } = channel
	publishIn(world, channel, 'MESSAGE_DELETE', () => ({
		id: message.id,
		channel_id: channelId,
		...(guildId !== null && { guild_id: guildId }),
	}))
}

export function isDirect({ guildId }: DiscordChannel): boolean {
	return guildId === null
}

function publishMessage(world: World, channel: DiscordChannel, message: DiscordMessage, name: string): void {
	const intents = isDirect(channel) ? GatewayIntentBits.DirectMessages : GatewayIntentBits.GuildMessages
	world.publish({
		name,
		guildId: channel.guildId,
		intents,
		payload: (bot, given) =>
			permissionsIn(world, bot.user.id, channel) === 0n ? null : gatewayMessagePayload(world, message, bot, given),
	})
}

function publishIn(
	world: World,
	channel: DiscordChannel,
	name: string,
	payload: (botUserId: string) => Readonly<Record<string, unknown>>,
	intents: number = isDirect(channel) ? GatewayIntentBits.DirectMessages : GatewayIntentBits.GuildMessages,
): void {
	world.publish({
		name,
		guildId: channel.guildId,
		intents,
		payload: (bot) => (permissionsIn(world, bot.user.id, channel) === 0n ? null : payload(bot.user.id)),
	})
}

/** Tells the bots that a channel or thread has come, changed or gone. */
export function publishChannel(
	world: World,
	channel: DiscordChannel,
	name: 'CHANNEL_CREATE' | 'CHANNEL_UPDATE' | 'CHANNEL_DELETE' | 'THREAD_CREATE' | 'THREAD_UPDATE' | 'THREAD_DELETE',
): void {
	const payload = (botUserId: string) => ({
		...channelPayload(world, channel),
		...threadMembership(channel, botUserId),
		...(name === 'THREAD_CREATE' && { newly_created: true }),
	})
	publishIn(world, channel, name, payload, GatewayIntentBits.Guilds)
}

/** Tells the bots that there is a new role. */
export function publishRole(world: World, { id, roles }: DiscordGuild, role: DiscordRole): void {
	const payload = { guild_id: id, role: rolePayload(role, roles.indexOf(role)) }
	world.publish({ name: 'GUILD_ROLE_CREATE', guildId: id, intents: GatewayIntentBits.Guilds, payload: () => payload })
}

export function startTyping(world: World, channel: DiscordChannel, userId: string): void {
	world.typings.push({ channelId: channel.id, userId, at: world.clock.now() })
	const user = world.users.get(userId)
	const intents = isDirect(channel) ? GatewayIntentBits.DirectMessageTyping : GatewayIntentBits.GuildMessageTyping
	const payload = () => ({
		channel_id: channel.id,
		user_id: userId,
		timestamp: Math.floor(world.clock.now() / 1_000),
		...(user &&
			channel.guildId !== null && { guild_id: channel.guildId, member: { user: userPayload(user), roles: [] } }),
	})
	publishIn(world, channel, 'TYPING_START', payload, intents)
}

const typingShownMs = 10_000

/** Who is shown to be typing: for ten seconds, or until they have written something. */
export function typingIn({ typings, clock, messages }: World, channelId: string): readonly string[] {
	const written = messages.list(channelId)
	const isShown = ({ userId, at, ...typing }: Typing) =>
		typing.channelId === channelId &&
		clock.now() - at < typingShownMs &&
		!written.some(({ id, authorId }) => authorId === userId && madeAt(id) >= at)
	return [...new Set(typings.filter(isShown).map(({ userId }) => userId))]
}
