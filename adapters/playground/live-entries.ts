import { setTimeout as sleep } from 'node:timers/promises'
import type { RunEntry } from '../../src/core/conversation-reader.ts'

/** The runs of one conversation, as long as somebody looks at it. */
export type LiveEntries = Disposable & {
	/** In the order in which they were asked, as far as they are known. */
	entries(): readonly RunEntry[]
	/** Looks for what has changed. Resolves when everything that had changed before the call is known. */
	refresh(): Promise<void>
	/** Calls the listener whenever something has changed, until the returned function is called. */
	onChange(listener: () => void): () => void
}

export type LiveEntriesDependencies = {
	readonly read: () => Promise<readonly RunEntry[]>
	/** How often to look without being told to: another process may have recorded a question. */
	readonly pollMs: number
	readonly onTrouble: (error: unknown) => void
}

export function openLiveEntries({ read, pollMs, onTrouble }: LiveEntriesDependencies): LiveEntries {
	const listeners = new Set<() => void>()
	const left = new AbortController()
	let entries: readonly RunEntry[] = []
	const look = async () => {
		const next = await read()
		if (left.signal.aborted || JSON.stringify(next) === JSON.stringify(entries)) return
		entries = next
		for (const listener of listeners) listener()
	}
	const refresh = neverTwiceAtOnce(look)
	const poll = async () => {
		while (!left.signal.aborted) {
			await refresh().catch(onTrouble)
			await sleep(pollMs, undefined, { signal: left.signal }).catch(() => {})
		}
	}
	void poll()
	return {
		entries: () => entries,
		refresh,
		onChange: (listener) => {
			listeners.add(listener)
			return () => void listeners.delete(listener)
		},
		[Symbol.dispose]: () => {
			left.abort()
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
