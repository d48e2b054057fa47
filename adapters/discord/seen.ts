import type { PlatformNotes } from '../../src/core/platform-notes.ts'
import type { Channel } from './channels.ts'
import { isNewer } from './snowflakes.ts'

export type Seen = AsyncDisposable & {
	/** Begins with a message of a channel; what it returns is called when nothing has to be done about it any more. */
	begin(channel: Channel, messageId: string): () => void
	/** The last message of each channel up to which everything was seen, by any process before this one. */
	before(): Promise<SeenBefore>
}

export type SeenBefore = {
	readonly guilds: ReadonlyMap<string, string>
	/** The direct messages that were ever written to the bot: the gateway doesn't tell of those. */
	readonly direct: ReadonlyMap<string, string>
}

/** With what the keys of channels begin, and for how long they are of use. */
const kinds = {
	guilds: { beginning: 'seen:guild:', keptForMs: 30 * 60_000 },
	direct: { beginning: 'seen:direct:', keptForMs: 30 * 86_400_000 },
} as const
const keptEveryMs = 1_000

type ChannelSeen = {
	readonly kind: keyof typeof kinds
	newest: string
	readonly open: Set<string>
	isKept: boolean
}

/**
 * Keeps up to which message everything was seen in each channel. What is still being taken up counts as unseen: after a crash it is
 * read again.
 */
export function createSeen(notes: PlatformNotes, onTrouble: (error: unknown) => void): Seen {
	const channels = new Map<string, ChannelSeen>()
	const channelOf = ({ id, kind }: Channel): ChannelSeen => {
		const fresh: ChannelSeen = {
			kind: kind === 'direct' ? 'direct' : 'guilds',
			newest: '0',
			open: new Set<string>(),
			isKept: true,
		}
		const channel = channels.get(id) ?? fresh
		channels.set(id, channel)
		return channel
	}
	const keepKind = async (kind: keyof typeof kinds) => {
		const { beginning, keptForMs } = kinds[kind]
		const changed = [...channels].filter(([, each]) => each.kind === kind && !each.isKept && each.open.size === 0)
		for (const [, channel] of changed) channel.isKept = true
		const kept = changed.map(([id, { newest }]) => ({ key: `${beginning}${id}`, text: newest }))
		await notes.keep(kept, keptForMs).catch((error: unknown) => {
			for (const [, channel] of changed) channel.isKept = false
			onTrouble(error)
		})
	}
	const keep = async () => {
		await keepKind('guilds')
		await keepKind('direct')
	}
	const read = async ({ beginning }: (typeof kinds)[keyof typeof kinds]) =>
		new Map((await notes.list(beginning)).map(({ key, text }) => [key.slice(beginning.length), text]))
	const timer = setInterval(() => void keep(), keptEveryMs).unref()
	return {
		begin: (where, messageId) => {
			const channel = channelOf(where)
			channel.open.add(messageId)
			return () => {
				channel.open.delete(messageId)
				channel.isKept = false
				if (isNewer(messageId, channel.newest)) channel.newest = messageId
			}
		},
		before: async () => ({ guilds: await read(kinds.guilds), direct: await read(kinds.direct) }),
		[Symbol.asyncDispose]: async () => {
			clearInterval(timer)
			await keep()
		},
	}
}
