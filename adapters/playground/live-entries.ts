import type { Conversation } from '../../src/core/conversation.ts'
import type { ConversationReader, RunEntry } from '../../src/core/conversation-reader.ts'

/** The runs of one conversation, as long as somebody looks at it. Nothing is read but when it is refreshed. */
export type LiveEntries = Disposable & {
	readonly conversation: Conversation
	/** In the order in which they were asked, as far as they are known. */
	entries(): readonly RunEntry[]
	/** Looks for what has changed. Resolves when everything that had changed before the call is known. */
	refresh(): Promise<void>
	/** Calls the listener whenever something has changed, until the returned function is called. */
	onChange(listener: () => void): () => void
}

export function openLiveEntries(conversation: Conversation, reader: Pick<ConversationReader, 'runs'>): LiveEntries {
	const listeners = new Set<() => void>()
	let isLeft = false
	let entries: readonly RunEntry[] = []
	const look = async () => {
		const next = await reader.runs(conversation)
		if (isLeft || JSON.stringify(next) === JSON.stringify(entries)) return
		entries = next
		for (const listener of listeners) listener()
	}
	return {
		conversation,
		entries: () => entries,
		refresh: neverTwiceAtOnce(look),
		onChange: (listener) => {
			listeners.add(listener)
			return () => void listeners.delete(listener)
		},
		[Symbol.dispose]: () => {
			isLeft = true
			listeners.clear()
		},
	}
}

/** Whoever calls while the work is under way shares the next round: the one under way may have looked too early. */
function neverTwiceAtOnce(work: () => Promise<void>): () => Promise<void> {
	let running: Promise<void> | null = null
	let next: Promise<void> | null = null
	const begin = () => {
		const round = work().finally(() => {
			if (running === round) running = null
		})
		running = round
		return round
	}
	return () => {
		if (running === null) return begin()
		next ??= running
			.catch(() => {})
			.then(() => {
				next = null
				return begin()
			})
		return next
	}
}
