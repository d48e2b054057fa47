export type DiscordUser = { readonly id: string; readonly name: string; readonly isBot: boolean }

export type DiscordRole = {
	readonly id: string
	readonly name: string
	permissions: bigint
	readonly isMentionable: boolean
}

export type DiscordMember = { readonly userId: string; readonly roles: Set<string>; readonly joinedAt: number }

export type DiscordGuild = {
	readonly id: string
	readonly name: string
	readonly ownerId: string
	/** The first is everybody's; its id is the guild's. */
	readonly roles: DiscordRole[]
	readonly members: Map<string, DiscordMember>
}

/** What a channel grants and takes away from a role or a member. */
export type Overwrite = {
	readonly id: string
	readonly type: 'role' | 'member'
	readonly allow: bigint
	readonly deny: bigint
}

export type ChannelKind = 'text' | 'announcement' | 'voice' | 'direct' | 'group' | 'thread'

export type ThreadState = {
	readonly ownerId: string
	isArchived: boolean
	isLocked: boolean
	archiveAfterMinutes: number
	changedAt: number
	readonly members: Set<string>
	/** The message that it was opened from, in the parent channel; null if it was opened from none. */
	readonly starterId: string | null
}

export type DiscordChannel = {
	readonly id: string
	name: string
	readonly kind: ChannelKind
	readonly guildId: string | null
	readonly parentId: string | null
	/** Who takes part in a direct conversation; empty in guilds. */
	readonly recipients: ReadonlySet<string>
	overwrites: readonly Overwrite[]
	/** Null for all but threads. */
	readonly thread: ThreadState | null
	lastMessageId: string | null
	isDeleted: boolean
}
