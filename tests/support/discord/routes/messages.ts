import { MessageType } from 'discord.js'
import type { DiscordChannel } from '../guilds.ts'
import { isLater, madeAt } from '../identifiers.ts'
import type { DiscordMessage } from '../messages.ts'
import { messagePayload } from '../payloads/messages.ts'
import { includes } from '../permissions.ts'
import { permissionsIn } from '../places.ts'
import { DiscordRefusal, wrongField } from '../refusal.ts'
import { changedFlags, checkAllowedMentions, checkFlags, checkShown } from '../rules/content.ts'
import {
	attachmentsOf,
	checkModeration,
	checkNotArchived,
	checkWritable,
	countOldEdit,
	demand,
	existingMessage,
	visibleChannel,
} from '../rules/messages.ts'
import { enterThread } from '../threads.ts'
import type { MessageBody } from '../wire.ts'
import { addMessage, changeMessage, removeMessage } from '../writing.ts'
import { defineRoute, found, nothing, type ReadRequest, type Route } from './route.ts'

/** What discord.js users usually observe; Discord doesn't document it. */
const writingRate = { requests: 5, windowMs: 5_000 }
const nonceLifeMs = 5 * 60_000

type Request = ReadRequest<MessageBody, unknown>

const createMessage = defineRoute<MessageBody>({
	name: 'POST /channels/{channel_id}/messages',
	rate: writingRate,
	run: (request) => {
		const { world, bot, body, files } = request
		const channel = visibleChannel(world, bot.user.id, request.parameter('channel_id'))
		checkWritable(world, bot.user.id, channel)
		const shown = {
			content: (body.content ?? '').trim(),
			embeds: body.embeds ?? [],
			components: body.components ?? [],
			attachments: attachmentsOf(world, body, files),
		}
		const flags = checkFlags(body.flags ?? 0, false)
		checkAllowedMentions(body.allowed_mentions)
		checkShown(shown, flags)
		if (shown.attachments.length > 0) demand(world, bot.user.id, channel, 'AttachFiles')
		if (shown.embeds.length > 0) demand(world, bot.user.id, channel, 'EmbedLinks')
		const replyTo = repliedTo(request, channel)
		const existing = sameNonce(request, channel)
		if (existing !== null) return found(messagePayload(world, existing, bot))
		checkModeration(world, channel.id, shown)
		enterThread(world, channel, bot.user.id)
		const message = addMessage(world, channel, {
			...shown,
			authorId: bot.user.id,
			applicationId: bot.applicationId,
			type: replyTo === null ? MessageType.Default : MessageType.Reply,
			flags,
			replyTo,
			nonce: body.nonce ?? null,
			allowedMentions: body.allowed_mentions ?? null,
		})
		return found(messagePayload(world, message, bot))
	},
})

function repliedTo({ world, bot, body }: Request, channel: DiscordChannel): string | null {
	const reference = body.message_reference ?? null
	if (reference === null) return null
	if (!includes(permissionsIn(world, bot.user.id, channel), 'ReadMessageHistory')) {
		throw new DiscordRefusal('replyWithoutHistory')
	}
	if (world.messages.find(channel.id, reference.message_id) !== null) return reference.message_id
	if (reference.fail_if_not_exists === false) return null
	throw wrongField('message_reference', 'REPLIES_UNKNOWN_MESSAGE', 'Unknown message')
}

/** The message that the same bot has sent there with the same nonce a short time ago, where that is asked for. */
function sameNonce({ world, bot, body }: Request, channel: DiscordChannel): DiscordMessage | null {
	const { nonce = null, enforce_nonce: isEnforced } = body
	if (nonce === null || isEnforced !== true) return null
	const earliest = world.clock.now() - nonceLifeMs
	const isSame = (each: DiscordMessage) =>
		each.authorId === bot.user.id && String(each.nonce) === String(nonce) && madeAt(each.id) > earliest
	return world.messages.list(channel.id).findLast(isSame) ?? null
}

const editMessage = defineRoute<MessageBody>({
	name: 'PATCH /channels/{channel_id}/messages/{message_id}',
	rate: writingRate,
	run: ({ world, bot, body, files, parameter }) => {
		const channel = visibleChannel(world, bot.user.id, parameter('channel_id'))
		const message = existingMessage(world, channel, parameter('message_id'))
		if (message.authorId !== bot.user.id) throw new DiscordRefusal('cannotEditOthers')
		checkNotArchived(channel)
		const change = changeBy(world, message, body, files)
		countOldEdit(world, message)
		changeMessage(world, message, change)
		return found(messagePayload(world, message, bot))
	},
})

/** What a message becomes by an edit: what isn't named stays as it is. */
export function changeBy(world: Request['world'], message: DiscordMessage, body: MessageBody, files: Request['files']) {
	const shown = {
		content: body.content === undefined ? message.content : (body.content ?? '').trim(),
		embeds: body.embeds === undefined ? message.embeds : (body.embeds ?? []),
		components: body.components === undefined ? message.components : (body.components ?? []),
		attachments: attachmentsOf(world, body, files, message.attachments),
	}
	const flags = changedFlags(message.flags, body.flags)
	checkAllowedMentions(body.allowed_mentions)
	checkShown(shown, flags)
	checkModeration(world, message.channelId, shown)
	return { ...shown, flags, allowedMentions: body.allowed_mentions ?? null }
}

const deleteMessage = defineRoute({
	name: 'DELETE /channels/{channel_id}/messages/{message_id}',
	rate: { requests: 5, windowMs: 1_000 },
	run: ({ world, bot, parameter }) => {
		const channel = visibleChannel(world, bot.user.id, parameter('channel_id'))
		const message = existingMessage(world, channel, parameter('message_id'))
		if (message.authorId !== bot.user.id) demand(world, bot.user.id, channel, 'ManageMessages')
		checkNotArchived(channel)
		removeMessage(world, message)
		return nothing
	},
})

const getMessage = defineRoute({
	name: 'GET /channels/{channel_id}/messages/{message_id}',
	run: ({ world, bot, parameter }) => {
		const channel = visibleChannel(world, bot.user.id, parameter('channel_id'))
		demand(world, bot.user.id, channel, 'ReadMessageHistory')
		return found(messagePayload(world, existingMessage(world, channel, parameter('message_id')), bot))
	},
})

type ListQuery = {
	readonly limit?: number
	readonly before?: string
	readonly after?: string
	readonly around?: string
}

const listMessages = defineRoute<unknown, ListQuery>({
	name: 'GET /channels/{channel_id}/messages',
	rate: { requests: 5, windowMs: 1_000 },
	run: ({ world, bot, query, parameter }) => {
		const channel = visibleChannel(world, bot.user.id, parameter('channel_id'))
		const mayRead = includes(permissionsIn(world, bot.user.id, channel), 'ReadMessageHistory')
		const messages = mayRead ? selected(world.messages.list(channel.id), query) : []
		// Discord lists the newest first.
		return found(messages.toReversed().map((each) => messagePayload(world, each, bot)))
	},
})

function selected(messages: readonly DiscordMessage[], { limit = 50, before, after, around }: ListQuery) {
	if (around !== undefined) {
		const half = Math.floor(limit / 2)
		const earlier = messages.filter(({ id }) => !isLater(id, around)).slice(-(half + 1))
		return [...earlier, ...messages.filter(({ id }) => isLater(id, around)).slice(0, half)]
	}
	if (after !== undefined) return messages.filter(({ id }) => isLater(id, after)).slice(0, limit)
	return messages.filter(({ id }) => before === undefined || isLater(before, id)).slice(-limit)
}

export const messageRoutes: readonly Route[] = [createMessage, editMessage, deleteMessage, getMessage, listMessages]
