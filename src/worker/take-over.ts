import { mergeSignals } from '../core/abort.ts'
import type { Deliveries } from '../core/job-queue.ts'
import { createLastingTrouble, type TroubleListener } from '../core/lasting-trouble.ts'
import { leaseMs } from './lease.ts'
import { type ClaimedRun, type RunDependencies, workOnClaimed } from './work-on-run.ts'

/** With the lease of the worker that vanished, its runs are taken over within 15 s. */
const lookEveryMs = 1_000

/**
 * Takes over the runs of workers that vanished, again and again until it is disposed. The queue would deliver them too, but not before
 * a hand is free, and where many wait all hands are busy. There is no limit: whoever is left alone goes on with all that was begun,
 * which mostly waits for models. The signal aborts it.
 */
export function startTakingOver(
	deliveries: Deliveries,
	dependencies: RunDependencies & TroubleListener,
	signal: AbortSignal,
): AsyncDisposable {
	const { store, owner, onTrouble } = dependencies
	const trouble = createLastingTrouble(dependencies)
	const workOn = async (claimed: ClaimedRun) => {
		try {
			await deliveries.handleNow({ version: 1, runId: claimed.run.id }, (_, stopped, delivery) =>
				workOnClaimed(claimed, mergeSignals(stopped, signal), dependencies, delivery),
			)
		} catch (error) {
			onTrouble(error, claimed.run.id)
		}
	}
	const look = async () => {
		while (!signal.aborted) {
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
			.then(trouble.end, trouble.meet)
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
