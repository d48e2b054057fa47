import { pingsOfBlocks, pingsOfNames, pingsOfText } from './pings.ts'
import type { SlackBlock } from './schemas/blocks.ts'
import type { SlackMetadata } from './schemas/message-limits.ts'
import type { SlackStream } from './streams.ts'

export type SlackFile = {
	readonly id: string
	readonly name: string
	title: string
	readonly size: number
	content: Buffer | null
}

/** What a message shows. */
export type Shown = {
	readonly text: string
	readonly blocks: readonly SlackBlock[]
	/** Whether Slack was asked to find names by itself. */
	readonly findsNames: boolean
}

/** One message and what has become of it. */
export type SlackMessage = {
	readonly channel: string
	readonly ts: string
	readonly threadTs: string | null
	readonly userId: string
	readonly isFromBot: boolean
	text: string
	blocks: readonly SlackBlock[]
	metadata: SlackMetadata | null
	files: readonly SlackFile[]
	edited: { readonly user: string; readonly ts: string } | null
	isDeleted: boolean
	readonly isBroadcast: boolean
	/** Null for messages that were never streamed. */
	stream: SlackStream | null
	readonly reactions: Map<string, Set<string>>
	/** All whom it has notified, at whatever time. */
	readonly pinged: Set<string>
	/** All that it has shown, oldest first. */
	readonly versions: Shown[]
}

/** A message that only one person sees. */
export type Ephemeral = {
	readonly ts: string
	readonly channel: string
	readonly threadTs: string | null
	readonly userId: string
	text: string
	blocks: readonly SlackBlock[]
	isDeleted: boolean
}

/** Has a message show something else. */
export function show(message: SlackMessage, shown: Shown): void {
	message.text = shown.text
	message.blocks = shown.blocks
	message.versions.push(shown)
	for (const ping of pingsOf(shown)) message.pinged.add(ping)
}

export function pingsOf({ text, blocks, findsNames }: Shown): readonly string[] {
	return [...pingsOfText(text), ...(findsNames ? pingsOfNames(text) : []), ...pingsOfBlocks(blocks)]
}

export type MessageDraft = Shown &
	Pick<SlackMessage, 'channel' | 'ts' | 'threadTs' | 'userId' | 'isFromBot'> & {
		readonly metadata?: SlackMetadata | undefined
		readonly files?: readonly SlackFile[]
		readonly isBroadcast?: boolean
		readonly stream?: SlackStream | null
	}

/** All messages of the workspace. */
export type Messages = {
	add(draft: MessageDraft): SlackMessage
	/** A message that hasn't been deleted. */
	find(channel: string, ts: string): SlackMessage | null
	/** Whether something can be written into the thread of that message. */
	hasThread(channel: string, threadTs: string): boolean
	/** The channel's own messages, oldest first, or those of a thread with its root. */
	list(channel: string, threadTs?: string): readonly SlackMessage[]
	/** Every message that has not been deleted. */
	all(): readonly SlackMessage[]
}

export function createMessages(): Messages {
	const all: SlackMessage[] = []
	const find = (channel: string, ts: string) =>
		all.find((each) => each.channel === channel && each.ts === ts && !each.isDeleted) ?? null
	return {
		add: ({ text, blocks, findsNames, ...draft }) => {
			const message: SlackMessage = {
				...draft,
				text,
				blocks,
				metadata: draft.metadata ?? null,
				files: draft.files ?? [],
				edited: null,
				isDeleted: false,
				isBroadcast: draft.isBroadcast ?? false,
				stream: draft.stream ?? null,
				reactions: new Map(),
				pinged: new Set(),
				versions: [],
			}
			show(message, { text, blocks, findsNames })
			all.push(message)
			return message
		},
		find,
		hasThread: (channel, threadTs) =>
			find(channel, threadTs) !== null ||
			all.some((each) => each.channel === channel && each.threadTs === threadTs && !each.isDeleted),
		list: (channel, threadTs) =>
			all.filter(
				(each) =>
					each.channel === channel &&
					!each.isDeleted &&
					(threadTs === undefined
						? each.threadTs === null || each.isBroadcast
						: each.threadTs === threadTs || each.ts === threadTs),
			),
		all: () => all.filter(({ isDeleted }) => !isDeleted),
	}
}
