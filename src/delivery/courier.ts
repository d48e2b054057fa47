import { setTimeout as sleep } from 'node:timers/promises'
import { AbortedError, mergeSignals } from '../core/abort.ts'
import type { PendingDelivery } from '../core/delivery-store.ts'
import { ThreadwiseError } from '../core/errors.ts'
import type { JournalRecord } from '../core/journal.ts'
import { isFinal } from '../core/reply-view.ts'
import { type DeliveringRun, deliverRun, type Follow } from './deliver-run.ts'
import { createKeptReply, type ReplyKeeper } from './kept-reply.ts'
import type { Pace } from './pace.ts'
import { showAgainInMs } from './retry-delay.ts'

/** Shows one run until its outcome is shown, or another process does it. */
export type Courier = {
	readonly run: PendingDelivery
	/** Of its channel. */
	readonly pace: Pace
	setPlaceInQueue(place: number | null): void
	/** Resolves when there is nothing that a later answer would have to wait for any more. */
	readonly rested: Promise<void>
	/** Never rejects. */
	readonly ended: Promise<void>
	/** Stops showing it: another process does. */
	leave(): void
}

export type CourierOptions = ReplyKeeper & {
	readonly follow: Follow
	readonly read: (runId: string) => Promise<readonly JournalRecord[]>
	readonly pace: Pace
	/** Those who show earlier runs of the same conversation. */
	readonly earlier: readonly Pick<Courier, 'rested'>[]
	readonly onTrouble: (error: unknown) => void
	readonly shutdown: AbortSignal
}

/** A run that can't be followed now is left alone for a moment. */
const beginAgainAfterMs = 2_000
/** How long an answer waits for the one before it in its conversation. */
const longestHoldBackMs = 60_000

/** Starts to show a run that is ours to show. */
export function startCourier(run: PendingDelivery, options: CourierOptions): Courier {
	const leaving = new AbortController()
	const rested = Promise.withResolvers<void>()
	const signal = mergeSignals(leaving.signal, options.shutdown)
	const delivering = begin(run, options, rested.resolve, signal)
	return {
		run,
		pace: options.pace,
		setPlaceInQueue: (place) => void delivering.then((begun) => begun.setPlaceInQueue(place)).catch(() => {}),
		rested: rested.promise,
		ended: finish(run, delivering, signal, options).finally(rested.resolve),
		leave: () => leaving.abort(new AbortedError('lease-lost')),
	}
}

/** A reply that was begun before goes on where it stands. */
async function begin(
	run: PendingDelivery,
	options: CourierOptions,
	onRest: () => void,
	signal: AbortSignal,
): Promise<DeliveringRun> {
	const { store, read, follow, pace, earlier } = options
	const kept = await store.findReply(run.runId)
	const wasBegun = kept.messageIds.length > 0 || kept.isUncertain
	return deliverRun({
		...run,
		known: wasBegun ? await read(run.runId) : [],
		show: createKeptReply(run, kept, options),
		follow,
		pace,
		until: 'outcome',
		holdBack: (record) => holdBack(record, earlier, signal),
		onRest,
		retryDelayMs: showAgainInMs,
		signal,
	})
}

/** Answers come in the order of the questions, unless one takes too long. */
async function holdBack(record: JournalRecord, earlier: CourierOptions['earlier'], signal: AbortSignal): Promise<void> {
	const heldForMs = Math.max(0, Date.now() - Date.parse(record.at))
	const enough = new AbortController()
	const late = sleep(Math.max(0, longestHoldBackMs - heldForMs), undefined, {
		signal: mergeSignals(signal, enough.signal),
	}).catch(() => {})
	await Promise.race([Promise.all(earlier.map(({ rested }) => rested)), late])
	enough.abort()
}

async function finish(
	{ runId }: PendingDelivery,
	delivering: Promise<DeliveringRun>,
	signal: AbortSignal,
	{ store, owner, onTrouble }: CourierOptions,
): Promise<void> {
	try {
		const { ended } = await delivering
		if (isFinal(await ended)) await store.markDelivered(runId, owner)
	} catch (error) {
		if (signal.aborted || error instanceof AbortedError) return
		onTrouble(error)
		// Nobody will ever be able to show it, or one of the next rounds begins it again.
		if (isHopeless(error)) await store.markDelivered(runId, owner).catch(onTrouble)
		else await sleep(beginAgainAfterMs, undefined, { signal }).catch(() => {})
	}
}

function isHopeless(error: unknown): boolean {
	return error instanceof ThreadwiseError && error.retry === 'never'
}
