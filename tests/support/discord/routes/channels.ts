import type { DiscordChannel } from '../guilds.ts'
import { channelPayload, threadMembership } from '../payloads/guilds.ts'
import { includes } from '../permissions.ts'
import { directChannel, permissionsIn } from '../places.ts'
import { DiscordRefusal } from '../refusal.ts'
import { checkNotArchived, checkWritable, demand, existingMessage, visibleChannel } from '../rules/messages.ts'
import { changeThread, startThread } from '../threads.ts'
import type { World } from '../world.ts'
import { startTyping } from '../writing.ts'
import { defineRoute, found, nothing, type Route } from './route.ts'

const getChannel = defineRoute({
	name: 'GET /channels/{channel_id}',
	run: ({ world, bot, parameter }) =>
		found(channelPayload(world, visibleChannel(world, bot.user.id, parameter('channel_id')))),
})

const type = defineRoute({
	name: 'POST /channels/{channel_id}/typing',
	rate: { requests: 5, windowMs: 5_000 },
	run: ({ world, bot, parameter }) => {
		const channel = visibleChannel(world, bot.user.id, parameter('channel_id'))
		checkWritable(world, bot.user.id, channel)
		startTyping(world, channel, bot.user.id)
		return nothing
	},
})

type ThreadBody = {
	readonly name: string
	readonly auto_archive_duration?: number | null
	readonly type?: number | null
}

const threadRate = { requests: 50, windowMs: 300_000 }

const startThreadFromMessage = defineRoute<ThreadBody>({
	name: 'POST /channels/{channel_id}/messages/{message_id}/threads',
	rate: threadRate,
	run: ({ world, bot, body, parameter }) => {
		const parent = threadParent(world, bot.user.id, parameter('channel_id'))
		const starter = existingMessage(world, parent, parameter('message_id'))
		if (world.channels.has(starter.id)) throw new DiscordRefusal('threadExists')
		checkTitle(world, body.name)
		const archiveAfterMinutes = body.auto_archive_duration ?? 4_320
		const thread = startThread(world, { name: body.name, ownerId: bot.user.id, parent, starter, archiveAfterMinutes })
		return { status: 201, body: { ...channelPayload(world, thread), ...threadMembership(thread, bot.user.id) } }
	},
})

const startThreadAlone = defineRoute<ThreadBody>({
	name: 'POST /channels/{channel_id}/threads',
	rate: threadRate,
	run: ({ world, bot, body, parameter }) => {
		const parent = threadParent(world, bot.user.id, parameter('channel_id'))
		checkTitle(world, body.name)
		const archiveAfterMinutes = body.auto_archive_duration ?? 4_320
		const draft = { name: body.name, ownerId: bot.user.id, parent, starter: null, archiveAfterMinutes }
		const thread = startThread(world, draft)
		return { status: 201, body: { ...channelPayload(world, thread), ...threadMembership(thread, bot.user.id) } }
	},
})

/** A channel in which the bot may open a thread. */
function threadParent(world: World, userId: string, id: string): DiscordChannel {
	const parent = visibleChannel(world, userId, id)
	if (parent.kind !== 'text' && parent.kind !== 'announcement') throw new DiscordRefusal('wrongChannelType')
	demand(world, userId, parent, 'CreatePublicThreads')
	const isActive = ({ guildId, thread }: DiscordChannel) => guildId === parent.guildId && thread?.isArchived === false
	const active = [...world.channels.values()].filter(isActive)
	if (active.length >= world.options.activeThreads) throw new DiscordRefusal('tooManyThreads')
	return parent
}

function checkTitle({ blockedWords }: World, name: string): void {
	if ([...blockedWords].some((word) => name.toLowerCase().includes(word))) {
		throw new DiscordRefusal('titleBlockedByAutoMod')
	}
}

type ChannelChange = {
	readonly archived?: boolean | null
	readonly locked?: boolean | null
	readonly name?: string | null
}

const changeChannel = defineRoute<ChannelChange>({
	name: 'PATCH /channels/{channel_id}',
	run: ({ world, bot, body, parameter }) => {
		const channel = visibleChannel(world, bot.user.id, parameter('channel_id'))
		const { thread } = channel
		if (thread === null) {
			demand(world, bot.user.id, channel, 'ManageChannels')
			return found(channelPayload(world, channel))
		}
		const mayManage = includes(permissionsIn(world, bot.user.id, channel), 'ManageThreads')
		const onlyWakes = body.archived === false && typeof body.name !== 'string' && typeof body.locked !== 'boolean'
		// Anybody who may write there wakes a thread up; its owner may rename and archive it.
		if (!onlyWakes && thread.ownerId !== bot.user.id && !mayManage) throw new DiscordRefusal('missingPermissions')
		if ((thread.isLocked || typeof body.locked === 'boolean') && !mayManage)
			throw new DiscordRefusal('missingPermissions')
		if (thread.isArchived && body.archived !== false) throw new DiscordRefusal('threadArchived')
		if (typeof body.name === 'string') channel.name = body.name
		changeThread(world, channel, {
			...(typeof body.archived === 'boolean' && { isArchived: body.archived }),
			...(typeof body.locked === 'boolean' && { isLocked: body.locked }),
		})
		return found(channelPayload(world, channel))
	},
})

const joinThread = defineRoute({
	name: 'PUT /channels/{channel_id}/thread-members/@me',
	run: ({ world, bot, parameter }) => {
		const channel = visibleChannel(world, bot.user.id, parameter('channel_id'))
		if (channel.thread === null) throw new DiscordRefusal('wrongChannelType')
		checkNotArchived(channel)
		channel.thread.members.add(bot.user.id)
		return nothing
	},
})

const openDirectMessages = defineRoute<{ readonly recipient_id?: string | null }>({
	name: 'POST /users/@me/channels',
	run: ({ world, bot, body }) => {
		const person = world.users.get(body.recipient_id ?? '')
		if (person === undefined || person.isBot) throw new DiscordRefusal('cannotMessageUser')
		return found(channelPayload(world, directChannel(world, [bot.user.id, person.id])))
	},
})

const maximumReactions = 20
const reactionRate = { requests: 1, windowMs: 250 }

const react = defineRoute({
	name: 'PUT /channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}/@me',
	rate: reactionRate,
	run: ({ world, bot, parameter }) => {
		const channel = visibleChannel(world, bot.user.id, parameter('channel_id'))
		const { reactions } = existingMessage(world, channel, parameter('message_id'))
		demand(world, bot.user.id, channel, 'ReadMessageHistory')
		checkNotArchived(channel)
		const name = parameter('emoji_name')
		if (!reactions.has(name)) demand(world, bot.user.id, channel, 'AddReactions')
		if (!reactions.has(name) && reactions.size >= maximumReactions) throw new DiscordRefusal('tooManyReactions')
		reactions.set(name, new Set([...(reactions.get(name) ?? []), bot.user.id]))
		return nothing
	},
})

const takeReactionBack = defineRoute({
	name: 'DELETE /channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}/@me',
	rate: reactionRate,
	run: ({ world, bot, parameter }) => {
		const channel = visibleChannel(world, bot.user.id, parameter('channel_id'))
		const { reactions } = existingMessage(world, channel, parameter('message_id'))
		checkNotArchived(channel)
		const name = parameter('emoji_name')
		const users = reactions.get(name)
		users?.delete(bot.user.id)
		if (users?.size === 0) reactions.delete(name)
		return nothing
	},
})

export const channelRoutes: readonly Route[] = [
	getChannel,
	type,
	startThreadFromMessage,
	startThreadAlone,
	changeChannel,
	joinThread,
	openDirectMessages,
	react,
	takeReactionBack,
]
