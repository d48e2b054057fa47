import type { JournalRecord } from '../core/journal.ts'
import { isFinal, type ReplyView, rests } from '../core/reply-view.ts'
import type { RunStore } from '../core/run-store.ts'
import { emptyReplyView, foldJournal, foldRecord } from '../rendering/index.ts'
import { createEditLoop } from './edit-loop.ts'
import type { Pace } from './pace.ts'

/** Delivery needs no more of the runs than to follow a journal, so it works across processes too. */
export type Follow = RunStore['follow']

export type RunDelivery = {
	readonly runId: string
	/** The journal as far as it was shown before, so that nobody sees the run begin again. */
	readonly known: readonly JournalRecord[]
	/** How many runs are ahead of it, counted from 1 for the next one; null where nobody knows, or it was begun. */
	readonly placeInQueue: number | null
	/** Shows a view, in as many messages as it takes. */
	readonly show: (view: ReplyView) => Promise<void>
	readonly follow: Follow
	readonly pace: Pace
	/** Whether to leave the run when it waits for its asker, or to stay until its outcome. */
	readonly until: 'rest' | 'outcome'
	/** Waits until a view that rests may be shown: answers come in the order of the questions. */
	readonly holdBack: (record: JournalRecord) => Promise<void>
	/** Called when a view that rests is shown. */
	readonly onRest: () => void
	/** How long to wait before what couldn't be shown is tried again, or null to give it up. */
	readonly retryDelayMs: (error: unknown, failures: number) => number | null
	/** Ends it early; the run goes on without being shown. On a shutdown, what is newest is still shown. */
	readonly signal: AbortSignal
}

export type DeliveringRun = {
	/** Tells how many runs are ahead of one that no worker has begun. */
	setPlaceInQueue(place: number | null): void
	/** The last view shown. Rejects if that couldn't be shown, or if the run can't be followed any more. */
	readonly ended: Promise<ReplyView>
}

/** Shows a run from its first sign of life to its outcome, or until it waits for its asker. */
export function deliverRun(delivery: RunDelivery): DeliveringRun {
	const { runId, known, follow, until, holdBack, onRest, signal } = delivery
	let folded: ReplyView = { ...foldJournal(known), placeInQueue: delivery.placeInQueue }
	/** Of what was shown before, nobody knows whether it was shown to its end. */
	let shown = emptyReplyView
	const loop = createEditLoop({ ...delivery, send: delivery.show, isRest: rests })
	const show = (view: ReplyView) => {
		shown = view
		loop.show(view)
	}
	const ends = until === 'rest' ? rests : isFinal
	/** Shows what the run has come to with this record. Returns whether that is all. */
	const take = async (view: ReplyView, record: JournalRecord): Promise<boolean> => {
		folded = view
		if (rests(view)) await holdBack(record)
		if (signal.aborted) return true
		show(view)
		if (!rests(view)) return false
		await loop.settled()
		onRest()
		return ends(view)
	}
	const followToEnd = async () => {
		const newest = known.at(-1)
		if (newest === undefined) show(folded)
		else if (await take(folded, newest)) return shown
		for await (const record of follow(runId, folded.lastSeq, signal)) {
			if (await take(foldRecord(folded, record), record)) break
		}
		await loop.settled()
		return shown
	}
	return {
		setPlaceInQueue: (placeInQueue) => {
			if (folded.status === 'queued' && placeInQueue !== folded.placeInQueue) {
				folded = { ...folded, placeInQueue }
				show(folded)
			}
		},
		ended: followToEnd(),
	}
}
