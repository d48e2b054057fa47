import { setTimeout as sleep } from 'node:timers/promises'
import { isFinal, type ReplyView } from '../../src/core/reply-view.ts'
import type { RunStore } from '../../src/core/run-store.ts'
import { emptyReplyView, foldJournal, foldRecord } from '../../src/rendering/index.ts'

/** The newest view of one run, as long as somebody looks at it. */
export type LiveRun = Disposable & {
	/** Resolves when the journal has been read as far as it went at the beginning. */
	readonly known: Promise<void>
	view(): ReplyView
	/** When the newest thing in its journal happened, ISO 8601; null where nothing has. */
	changedAt(): string | null
	/** Calls the listener with every newer view, until the returned function is called. */
	onView(listener: () => void): () => void
	/** Takes a view that came by another way than the journal. */
	offer(view: ReplyView): void
}

export type LiveRunDependencies = {
	readonly runs: Pick<RunStore, 'read' | 'follow'>
	/** When a journal that couldn't be followed is tried again. */
	readonly retryMs: number
	readonly onTrouble: (error: unknown) => void
}

/** Follows the journal of a run until its outcome. Which process works on the run, and which delivers it, doesn't matter. */
export function openLiveRun(runId: string, { runs, retryMs, onTrouble }: LiveRunDependencies): LiveRun {
	const listeners = new Set<() => void>()
	const left = new AbortController()
	const known = Promise.withResolvers<void>()
	/** What the journal says, and what came with delivery and says more. */
	let folded = emptyReplyView
	let view = emptyReplyView
	let changedAt: string | null = null
	const offer = (next: ReplyView) => {
		if (!isNewer(next, view)) return
		view = next
		for (const listener of listeners) listener()
	}
	const follow = async () => {
		if (folded.lastSeq === 0) {
			const records = await runs.read(runId)
			folded = foldJournal(records)
			changedAt = records.at(-1)?.at ?? null
		}
		offer(folded)
		known.resolve()
		if (isFinal(folded)) return
		for await (const record of runs.follow(runId, folded.lastSeq, left.signal)) {
			folded = foldRecord(folded, record)
			changedAt = record.at
			offer(folded)
		}
	}
	const followToEnd = async () => {
		while (!left.signal.aborted && !isFinal(folded)) {
			try {
				await follow()
			} catch (error) {
				if (!left.signal.aborted) onTrouble(error)
			}
			if (!isFinal(folded)) await sleep(retryMs, undefined, { signal: left.signal }).catch(() => {})
		}
	}
	void followToEnd()
	return {
		known: known.promise,
		view: () => view,
		changedAt: () => changedAt,
		onView: (listener) => {
			listeners.add(listener)
			return () => void listeners.delete(listener)
		},
		offer,
		[Symbol.dispose]: () => {
			left.abort()
			listeners.clear()
			known.resolve()
		},
	}
}

/** A place in the queue changes without a word in the journal, which knows none. */
function isNewer(next: ReplyView, shown: ReplyView): boolean {
	if (next.lastSeq !== shown.lastSeq) return next.lastSeq > shown.lastSeq
	return next.placeInQueue !== null && next.placeInQueue !== shown.placeInQueue
}
