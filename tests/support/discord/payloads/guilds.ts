import { ChannelType } from 'discord.js'
import type { DiscordChannel, DiscordGuild, DiscordMember, DiscordRole, DiscordUser } from '../guilds.ts'
import { permissionsIn } from '../places.ts'
import type { World } from '../world.ts'

const channelTypes = {
	text: ChannelType.GuildText,
	announcement: ChannelType.GuildAnnouncement,
	voice: ChannelType.GuildVoice,
	direct: ChannelType.DM,
	group: ChannelType.GroupDM,
	thread: ChannelType.PublicThread,
} as const

export function userPayload({ id, name, isBot }: DiscordUser) {
	return {
		id,
		username: name,
		global_name: isBot ? null : name,
		discriminator: '0',
		avatar: null,
		primary_guild: null,
		bot: isBot,
		public_flags: 0,
		flags: 0,
	}
}

export function memberPayload({ roles, joinedAt }: DiscordMember) {
	return {
		roles: [...roles],
		nick: null,
		avatar: null,
		banner: null,
		premium_since: null,
		joined_at: new Date(joinedAt).toISOString(),
		pending: false,
		deaf: false,
		mute: false,
		flags: 0,
		communication_disabled_until: null,
	}
}

export function rolePayload({ id, name, permissions, isMentionable }: DiscordRole, position: number) {
	return {
		id,
		name,
		permissions: String(permissions),
		mentionable: isMentionable,
		position,
		color: 0,
		colors: { primary_color: 0, secondary_color: null, tertiary_color: null },
		hoist: false,
		managed: false,
		icon: null,
		unicode_emoji: null,
		flags: 0,
	}
}

export function channelPayload(world: World, channel: DiscordChannel): Readonly<Record<string, unknown>> {
	const { id, name, kind, lastMessageId } = channel
	const common = { id, type: channelTypes[kind], last_message_id: lastMessageId, flags: 0 }
	if (channel.guildId === null) return { ...common, ...recipientsOf(world, channel) }
	const placed = { ...common, name, guild_id: channel.guildId, parent_id: channel.parentId, rate_limit_per_user: 0 }
	if (channel.thread !== null) return { ...placed, ...threadFields(world, channel) }
	return {
		...placed,
		position: 0,
		topic: null,
		nsfw: false,
		permission_overwrites: channel.overwrites.map((each) => ({
			id: each.id,
			type: each.type === 'role' ? 0 : 1,
			allow: String(each.allow),
			deny: String(each.deny),
		})),
	}
}

/** In direct messages the bot itself isn't named. */
function recipientsOf(world: World, { kind, recipients }: DiscordChannel) {
	const people = [...recipients].flatMap((id) => world.users.get(id) ?? []).filter(({ isBot }) => !isBot)
	return { recipients: people.map(userPayload), ...(kind === 'group' && { name: null, icon: null }) }
}

function threadFields(world: World, { id, thread }: DiscordChannel) {
	if (thread === null) return {}
	const count = world.messages.list(id).length
	return {
		owner_id: thread.ownerId,
		message_count: count,
		total_message_sent: count,
		member_count: thread.members.size,
		thread_metadata: {
			archived: thread.isArchived,
			locked: thread.isLocked,
			auto_archive_duration: thread.archiveAfterMinutes,
			archive_timestamp: new Date(thread.changedAt).toISOString(),
			create_timestamp: new Date(thread.changedAt).toISOString(),
		},
	}
}

export function guildPayload(guild: DiscordGuild) {
	return {
		id: guild.id,
		name: guild.name,
		owner_id: guild.ownerId,
		icon: null,
		splash: null,
		discovery_splash: null,
		description: null,
		banner: null,
		features: [],
		afk_channel_id: null,
		afk_timeout: 300,
		system_channel_id: null,
		system_channel_flags: 0,
		rules_channel_id: null,
		public_updates_channel_id: null,
		safety_alerts_channel_id: null,
		application_id: null,
		widget_enabled: false,
		widget_channel_id: null,
		verification_level: 0,
		default_message_notifications: 1,
		explicit_content_filter: 0,
		mfa_level: 0,
		nsfw: false,
		nsfw_level: 0,
		premium_tier: 0,
		premium_subscription_count: 0,
		premium_progress_bar_enabled: false,
		preferred_locale: 'en-US',
		vanity_url_code: null,
		max_members: 500_000,
		max_presences: null,
		max_video_channel_users: 25,
		max_stage_video_channel_users: 50,
		hub_type: null,
		incidents_data: null,
		home_header: null,
		region: 'us-west',
		inventory_settings: null,
		emojis: [],
		stickers: [],
		roles: guild.roles.map(rolePayload),
	}
}

/** What a bot is told when it comes to know a guild: itself alone of the members, and the channels that it can see. */
export function guildCreatePayload(world: World, guild: DiscordGuild, botUserId: string) {
	const isSeen = (channel: DiscordChannel) =>
		channel.guildId === guild.id && !channel.isDeleted && permissionsIn(world, botUserId, channel) !== 0n
	const channels = [...world.channels.values()].filter(isSeen)
	const own = guild.members.get(botUserId)
	const ownUser = world.users.get(botUserId)
	const joinedAt = new Date(own?.joinedAt ?? world.clock.now()).toISOString()
	return {
		...guildPayload(guild),
		joined_at: joinedAt,
		large: guild.members.size > 250,
		unavailable: false,
		member_count: guild.members.size,
		voice_states: [],
		members: own && ownUser ? [{ ...memberPayload(own), user: userPayload(ownUser) }] : [],
		channels: channels.filter(({ thread }) => thread === null).map((each) => channelPayload(world, each)),
		threads: channels
			.filter(({ thread }) => thread !== null && !thread.isArchived)
			.map((each) => ({ ...channelPayload(world, each), ...threadMembership(each, botUserId) })),
		presences: [],
		stage_instances: [],
		guild_scheduled_events: [],
		soundboard_sounds: [],
	}
}

export function threadMembership({ id, thread }: DiscordChannel, userId: string) {
	if (thread === null || !thread.members.has(userId)) return {}
	return { member: { id, user_id: userId, flags: 0, join_timestamp: new Date(thread.changedAt).toISOString() } }
}
