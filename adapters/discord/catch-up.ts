import type { Channel } from './channels.ts'
import type { DiscordClient } from './client.ts'
import type { Guilds } from './connection.ts'
import { patiently } from './patience.ts'
import { readWritten } from './receive.ts'
import { isRefusal } from './refusals.ts'
import type { SeenBefore } from './seen.ts'
import { idBefore, isNewer } from './snowflakes.ts'

type CatchUpParts = {
	readonly client: Pick<DiscordClient, 'messages'>
	readonly guilds: Pick<Guilds, 'spokenIn' | 'channel'>
	readonly take: (message: unknown, channel: Channel) => Promise<void>
	readonly onTrouble: (error: unknown) => void
	readonly signal: AbortSignal
}

/** Whoever has asked before that has asked again by now, or given up. */
const longestMs = 15 * 60_000
const pageSize = 100

/** Reads what was said while nobody listened, in channels in which something was said since. */
export function createCatchUp({ client, guilds, take, onTrouble, signal }: CatchUpParts) {
	const page = async (channelId: string, after: string): Promise<readonly unknown[]> => {
		try {
			return await patiently(() => client.messages(channelId, { after, limit: pageSize }), signal)
		} catch (error) {
			if (isRefusal(error, 'missingAccess', 'missingPermissions', 'unknownChannel')) return []
			throw error
		}
	}
	const readChannel = async (channel: Channel, seen: string): Promise<void> => {
		let after = seen
		for (;;) {
			const messages = await page(channel.id, after)
			for (const message of messages) await take(message, channel)
			const last = readWritten(messages.at(-1))?.id
			if (messages.length < pageSize || last === undefined || !isNewer(last, after)) return
			after = last
		}
	}
	return async ({ guilds: inGuilds, direct }: SeenBefore): Promise<void> => {
		const earliest = idBefore(Date.now() - longestMs)
		const later = (seen: string | undefined) => (seen === undefined || isNewer(earliest, seen) ? earliest : seen)
		const channels = guilds.spokenIn().flatMap(({ channelId, lastMessageId }) => {
			const after = later(inGuilds.get(channelId))
			const channel = isNewer(lastMessageId, after) ? guilds.channel(channelId) : null
			return channel === null ? [] : [{ channel, after }]
		})
		const own = [...direct].map(([id, seen]) => ({
			channel: { kind: 'direct', id, guildId: null } as const,
			after: later(seen),
		}))
		for (const { channel, after } of [...channels, ...own]) {
			if (signal.aborted) return
			await readChannel(channel, after).catch((error: unknown) => {
				if (!signal.aborted) onTrouble(error)
			})
		}
	}
}
