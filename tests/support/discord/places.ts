import type { DiscordChannel, DiscordGuild, ThreadState } from './guilds.ts'
import { channelPermissions, directPermissions, ordinaryPermissions } from './permissions.ts'
import type { World } from './world.ts'

export function addGuild(world: World, name: string, ownerId: string): DiscordGuild {
	const id = world.identifiers.snowflake()
	const everybody = { id, name: '@everyone', permissions: ordinaryPermissions, isMentionable: false }
	const guild: DiscordGuild = { id, name, ownerId, roles: [everybody], members: new Map() }
	world.guilds.set(id, guild)
	join(world, guild, ownerId)
	return guild
}

export function join(world: World, guild: DiscordGuild, userId: string): void {
	if (guild.members.has(userId)) return
	guild.members.set(userId, { userId, roles: new Set(), joinedAt: world.clock.now() })
}

export function addRole(world: World, guild: DiscordGuild, name: string, permissions: bigint) {
	const role = { id: world.identifiers.snowflake(), name, permissions, isMentionable: true }
	guild.roles.push(role)
	return role
}

export type ChannelDraft = Pick<DiscordChannel, 'name' | 'kind'> &
	Partial<Pick<DiscordChannel, 'id' | 'guildId' | 'parentId' | 'recipients' | 'overwrites' | 'thread'>>

export function addChannel(world: World, draft: ChannelDraft): DiscordChannel {
	const channel: DiscordChannel = {
		id: world.identifiers.snowflake(),
		guildId: null,
		parentId: null,
		recipients: new Set(),
		overwrites: [],
		thread: null,
		lastMessageId: null,
		isDeleted: false,
		...draft,
	}
	world.channels.set(channel.id, channel)
	return channel
}

/** The direct conversation of exactly these people; opened if there is none. */
export function directChannel(world: World, recipients: readonly string[]): DiscordChannel {
	const existing = world.channels
		.values()
		.find(
			({ kind, recipients: those }) =>
				(kind === 'direct' || kind === 'group') &&
				those.size === recipients.length &&
				recipients.every((id) => those.has(id)),
		)
	if (existing !== undefined) return existing
	return addChannel(world, {
		name: '',
		kind: recipients.length === 2 ? 'direct' : 'group',
		recipients: new Set(recipients),
	})
}

/** What somebody may do in a channel; nothing where they can't see it. */
export function permissionsIn(world: World, userId: string, channel: DiscordChannel): bigint {
	if (channel.guildId === null) return channel.recipients.has(userId) ? directPermissions : 0n
	const guild = world.guilds.get(channel.guildId)
	const member = guild?.members.get(userId)
	if (guild === undefined || member === undefined) return 0n
	return channelPermissions(guild, member, parentOf(world, channel))
}

/** The channel whose overwrites count. */
function parentOf(world: World, channel: DiscordChannel): DiscordChannel {
	return channel.parentId === null ? channel : (world.channels.get(channel.parentId) ?? channel)
}

export function threadStarted(world: World, ownerId: string, starterId: string | null, minutes = 4_320): ThreadState {
	return {
		ownerId,
		isArchived: false,
		isLocked: false,
		archiveAfterMinutes: minutes,
		changedAt: world.clock.now(),
		members: new Set([ownerId]),
		starterId,
	}
}
