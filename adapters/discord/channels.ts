import { z } from 'zod'

/** Where something is said. */
export type Channel =
	/** Nobody but one person and the bot is in it. */
	| { readonly kind: 'direct'; readonly id: string; readonly guildId: null }
	/** A thread, or a post of a forum. */
	| { readonly kind: 'thread'; readonly id: string; readonly guildId: string; readonly parentId: string }
	/** Any other channel of a guild, or several people's own; whether messages can begin threads there, Discord knows. */
	| { readonly kind: 'channel'; readonly id: string; readonly guildId: string | null }

const direct = 1
const threads: ReadonlySet<number> = new Set([10, 11, 12])

const channelSchema = z.object({
	id: z.string(),
	type: z.number(),
	guild_id: z.string().nullish(),
	parent_id: z.string().nullish(),
})

/** A channel as Discord tells of it; null for what isn't one. The guild of a channel in a guild's own list isn't named there. */
export function readChannel(channel: unknown, knownGuildId: string | null = null): Channel | null {
	const { data } = channelSchema.safeParse(channel)
	if (data === undefined) return null
	const { id, type, guild_id, parent_id: parentId } = data
	const guildId = guild_id ?? knownGuildId
	if (type === direct) return { kind: 'direct', id, guildId: null }
	if (threads.has(type) && guildId !== null && parentId) return { kind: 'thread', id, guildId, parentId }
	return { kind: 'channel', id, guildId }
}
