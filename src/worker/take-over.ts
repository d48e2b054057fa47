import { mergeSignals } from '../core/abort.ts'
import type { Deliveries } from '../core/job-queue.ts'
import { leaseMs } from './lease.ts'
import { type ClaimedRun, type RunDependencies, workOnClaimed } from './work-on-run.ts'

/** With the lease of the worker that vanished, its runs are taken over within 15 s. */
const lookEveryMs = 1_000

export type TakeOverOptions = {
	/** How many runs may be taken over at a time beyond those that the queue delivers. */
	readonly atMost: number
	/** Aborts the work on what was taken over. */
	readonly signal: AbortSignal
}

/**
 * Takes over the runs of workers that vanished, again and again until it is disposed. The queue would deliver them too, but not before
 * a hand is free, and where many wait all hands are busy.
 */
export function startTakingOver(
	deliveries: Deliveries,
	dependencies: RunDependencies,
	{ atMost, signal }: TakeOverOptions,
): AsyncDisposable {
	const { store, owner, onTrouble } = dependencies
	let takenOver = 0
	const workOn = async (claimed: ClaimedRun) => {
		takenOver += 1
		try {
			await deliveries.handleNow({ version: 1, runId: claimed.run.id }, (_, stopped, delivery) =>
				workOnClaimed(claimed, mergeSignals(stopped, signal), dependencies, delivery),
			)
		} catch (error) {
			onTrouble(error)
		} finally {
			takenOver -= 1
		}
	}
	const look = async () => {
		while (takenOver < atMost && !signal.aborted) {
			const askedAt = performance.now()
			const vanished = await store.claimVanished(owner, leaseMs)
			if (vanished === null) return
			void workOn({ ...vanished, askedAt })
		}
	}
	let looking: Promise<void> | null = null
	const timer = setInterval(() => {
		// One that waits for a database that is away is enough.
		looking ??= look()
			.catch(onTrouble)
			.finally(() => {
				looking = null
			})
	}, lookEveryMs)
	return {
		[Symbol.asyncDispose]: async () => {
			clearInterval(timer)
			await looking
		},
	}
}
