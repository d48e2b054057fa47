import { textOf } from '../../src/core/content.ts'
import type { Conversation } from '../../src/core/conversation.ts'
import type { DiscordClient } from './client.ts'
import type { DiscordOptions } from './config.ts'
import type { Guilds } from './connection.ts'
import { isRefusal } from './refusals.ts'

/** Where messages are posted; `replyTo` is the message that the first of them replies to. */
export type Destination = { readonly channelId: string; readonly replyTo: string | null }

export type Destinations = {
	/** Where a run of this conversation is answered; a thread that isn't there yet is opened. */
	of(conversation: Conversation, runId: string): Promise<Destination>
	/** The next best place after one in which nothing can be posted; null where there is none. */
	instead(conversation: Conversation, refused: Destination): Destination | null
	/** Where it may have been answered before, without opening anything. */
	known(conversation: Conversation): readonly Destination[]
}

type DestinationParts = Pick<DiscordOptions, 'runs'> & {
	readonly client: DiscordClient
	readonly guilds: Pick<Guilds, 'channel'>
}

const longestThreadName = 100
const mostKnown = 5_000
const insteadForMs = 60_000

export function createDestinations({ client, guilds, runs }: DestinationParts): Destinations {
	const known = new Map<string, Destination & { readonly until: number }>()
	/** Where a thread could not be used, it may be possible again soon: somebody has allowed it, or archived others. */
	const keep = (conversation: Conversation, destination: Destination): Destination => {
		const isUsual = destination.channelId === (conversation.threadId || conversation.channelId)
		if (known.size >= mostKnown) known.clear()
		known.set(keyOf(conversation), { ...destination, until: isUsual ? Infinity : Date.now() + insteadForMs })
		return destination
	}
	const open = async ({ channelId, threadId }: Conversation, runId: string): Promise<Destination> => {
		const thread = { channelId: threadId, replyTo: null }
		try {
			const run = await runs.find(runId)
			await client.startThread(channelId, threadId, threadName(run === null ? '' : textOf(run.question)))
			return thread
		} catch (error) {
			if (isRefusal(error, 'threadExists')) return thread
			// No message of the channel: one that is gone, or a thread that somebody else has begun, archived by now.
			if (isRefusal(error, 'unknownMessage') && (await client.channel(threadId)) !== null) return thread
			if (isRefusal(error, ...noThreads)) return { channelId, replyTo: threadId }
			throw error
		}
	}
	const find = async (conversation: Conversation, runId: string): Promise<Destination> => {
		const { channelId, threadId } = conversation
		if (threadId === '') return { channelId, replyTo: null }
		return guilds.channel(threadId) === null ? open(conversation, runId) : { channelId: threadId, replyTo: null }
	}
	return {
		of: async (conversation, runId) => {
			const before = known.get(keyOf(conversation))
			if (before !== undefined && Date.now() < before.until) return before
			return keep(conversation, await find(conversation, runId))
		},
		instead: (conversation, refused) => {
			const { channelId, threadId } = conversation
			if (refused.channelId !== threadId) return null
			return keep(conversation, { channelId, replyTo: threadId })
		},
		known: ({ channelId, threadId }) => {
			if (threadId === '') return [{ channelId, replyTo: null }]
			// Where no thread was begun, reading it says so, and nobody has to ask before.
			return [
				{ channelId: threadId, replyTo: null },
				{ channelId, replyTo: threadId },
			]
		},
	}
}

/** Where no thread can be begun, the answer is a reply in the channel. */
const noThreads = [
	...(['missingPermissions', 'missingAccess', 'wrongChannelType', 'tooManyThreads'] as const),
	...(['unknownMessage', 'titleBlockedByAutoMod', 'invalidForm'] as const),
] as const

function keyOf({ channelId, threadId }: Conversation): string {
	return `${channelId} ${threadId}`
}

function threadName(question: string): string {
	const line = question.replaceAll(/\s+/g, ' ').trim()
	if (line === '') return 'Threadwise'
	const letters = [...new Intl.Segmenter('en').segment(line)].map(({ segment }) => segment)
	let name = ''
	for (const letter of letters) {
		if (name.length + letter.length > longestThreadName - 1) return `${name.trimEnd()}…`
		name += letter
	}
	return name
}
