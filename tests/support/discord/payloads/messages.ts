import { GatewayIntentBits, MessageFlags, MessageType } from 'discord.js'
import type { DiscordBot } from '../bots.ts'
import { madeAt } from '../identifiers.ts'
import type { DiscordAttachment, DiscordMessage, Origin } from '../messages.ts'
import type { Embed } from '../wire.ts'
import type { World } from '../world.ts'
import { channelPayload, memberPayload, userPayload } from './guilds.ts'

/** Whether a bot is shown what a message says: with the intent, its own ones, those that mention it, and direct messages. */
function isReadable(world: World, message: DiscordMessage, bot: DiscordBot, hasContent: boolean): boolean {
	const isDirect = world.channels.get(message.channelId)?.guildId === null
	return hasContent || isDirect || message.authorId === bot.user.id || message.mentions.includes(bot.user.id)
}

/** A message as a bot is shown it. */
export function messagePayload(
	world: World,
	message: DiscordMessage,
	bot: DiscordBot,
	hasContent: boolean = bot.hasMessageContent,
): Readonly<Record<string, unknown>> {
	const { id, channelId, authorId, type, flags, editedAt, applicationId } = message
	const isShown = isReadable(world, message, bot, hasContent)
	const author = world.users.get(authorId)
	const replied = repliedMessage(world, message)
	return {
		id,
		channel_id: channelId,
		type,
		author: author && userPayload(author),
		content: isShown ? message.content : '',
		embeds: isShown ? message.embeds.map(embedPayload) : [],
		components: isShown ? message.components : [],
		attachments: isShown ? message.attachments.map((each) => attachmentPayload(world, channelId, each)) : [],
		flags,
		timestamp: new Date(madeAt(id)).toISOString(),
		edited_timestamp: editedAt === null ? null : new Date(editedAt).toISOString(),
		mentions: mentionedUsers(world, message),
		mention_roles: message.mentions.filter((each) => each.startsWith('&')).map((each) => each.slice(1)),
		mention_everyone: message.mentions.some((each) => each.startsWith('@')),
		pinned: false,
		tts: false,
		...(message.nonce !== null && authorId === bot.user.id && { nonce: message.nonce }),
		...(applicationId !== null &&
			message.origin !== null && { application_id: applicationId, webhook_id: applicationId }),
		...(message.origin !== null && { interaction_metadata: originPayload(world, message.origin) }),
		...threadOf(world, message),
		...(message.replyTo !== null && {
			message_reference: referencePayload(world, message, message.replyTo),
			referenced_message: replied === null ? null : messagePayload(world, replied, bot, hasContent),
		}),
		...(message.reactions.size > 0 && { reactions: reactionsPayload(message, bot) }),
	}
}

/** The same, as the gateway tells it: with where it stands. */
export function gatewayMessagePayload(world: World, message: DiscordMessage, bot: DiscordBot, intents: number) {
	const channel = world.channels.get(message.channelId)
	const hasContent = (intents & GatewayIntentBits.MessageContent) !== 0
	const payload = messagePayload(world, message, bot, hasContent)
	if (channel?.guildId === null || channel === undefined) return { ...payload, channel_type: 1 }
	const member = world.guilds.get(channel.guildId)?.members.get(message.authorId)
	return { ...payload, guild_id: channel.guildId, ...(member && { member: memberPayload(member) }) }
}

function mentionedUsers(world: World, { mentions }: DiscordMessage) {
	return mentions.flatMap((each) => world.users.get(each) ?? []).map(userPayload)
}

/** The message that this one refers to; a thread begins with a message that stands for one in the parent channel. */
function repliedMessage(world: World, message: DiscordMessage): DiscordMessage | null {
	return message.replyTo === null ? null : world.messages.find(referredChannel(world, message), message.replyTo)
}

function referredChannel({ channels }: World, { channelId, type }: DiscordMessage): string {
	if (type !== MessageType.ThreadStarterMessage) return channelId
	return channels.get(channelId)?.parentId ?? channelId
}

function referencePayload(world: World, message: DiscordMessage, messageId: string) {
	const { guildId } = world.channels.get(message.channelId) ?? { guildId: null }
	const place = { message_id: messageId, channel_id: referredChannel(world, message) }
	return { type: 0, ...place, ...(guildId !== null && { guild_id: guildId }) }
}

function threadOf(world: World, { id, flags }: DiscordMessage) {
	const thread = (flags & MessageFlags.HasThread) === 0 ? undefined : world.channels.get(id)
	return thread === undefined ? {} : { thread: channelPayload(world, thread) }
}

function embedPayload({ fields, ...embed }: Embed) {
	const shown = Array.isArray(fields) ? { fields: fields.map((field) => ({ inline: false, ...field })) } : {}
	return { type: 'rich', ...embed, ...shown }
}

function originPayload(world: World, origin: Origin): Readonly<Record<string, unknown>> {
	const { interactionId, interactionType, userId, owners, commandName, interactedMessageId, triggeredBy } = origin
	const user = world.users.get(userId)
	return {
		id: interactionId,
		type: interactionType,
		user: user && userPayload(user),
		authorizing_integration_owners: owners,
		...(commandName !== null && { name: commandName }),
		...(interactedMessageId !== null && { interacted_message_id: interactedMessageId }),
		...(triggeredBy !== null && { triggering_interaction_metadata: originPayload(world, triggeredBy) }),
	}
}

function attachmentPayload(world: World, channelId: string, attachment: DiscordAttachment) {
	const { id, filename, description, contentType, content } = attachment
	const url = `${world.origin}/attachments/${channelId}/${id}/${encodeURIComponent(filename)}`
	return {
		id,
		filename,
		size: content.length,
		url,
		proxy_url: url,
		content_type: contentType,
		...(description !== null && { description }),
	}
}

function reactionsPayload({ reactions }: DiscordMessage, bot: DiscordBot) {
	return [...reactions].map(([name, users]) => ({
		emoji: { id: null, name },
		count: users.size,
		count_details: { burst: 0, normal: users.size },
		me: users.has(bot.user.id),
		me_burst: false,
		burst_me: false,
		burst_count: 0,
		burst_colors: [],
	}))
}
