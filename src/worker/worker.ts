import { AbortedError, mergeSignals } from '../core/abort.ts'
import { startTakingOver } from './take-over.ts'
import { type WorkerDependencies, workOnRun } from './work-on-run.ts'

/** A process that works on runs. Disposing it hands back what it was working on and waits until that is done. */
export type RunningWorker = AsyncDisposable

export type WorkerOptions = {
	/** How many runs are worked on side by side; more where other workers vanish. */
	readonly concurrency: number
	/** Told of an error that ended a delivery, which the queue repeats, and of a bug that made a run fail. */
	readonly onTrouble: (error: unknown, runId?: string) => void
	/** Told when runs can be taken over from workers that vanished, after they could not. */
	readonly onRelief: () => void
}

/** Takes deliveries from the queue, and the runs of workers that vanished, until it is disposed. */
export async function startWorker(dependencies: WorkerDependencies, options: WorkerOptions): Promise<RunningWorker> {
	const { concurrency, onTrouble, onRelief } = options
	const shutdown = new AbortController()
	const deliveries = await dependencies.queue.work(
		async (job, signal, delivery) => {
			// The store may choose another run than the one that was delivered.
			let { runId } = job
			const worksOn = (chosen: string) => {
				runId = chosen
				delivery.worksOn(chosen)
			}
			try {
				const merged = mergeSignals(signal, shutdown.signal)
				return await workOnRun(job.runId, merged, { ...dependencies, onTrouble }, { ...delivery, worksOn })
			} catch (error) {
				onTrouble(error, runId)
				throw error
			}
		},
		{ concurrency },
	)
	const takingOver = startTakingOver(deliveries, { ...dependencies, onTrouble, onRelief }, shutdown.signal)
	return {
		[Symbol.asyncDispose]: async () => {
			shutdown.abort(new AbortedError('shutdown'))
			await takingOver[Symbol.asyncDispose]()
			await deliveries[Symbol.asyncDispose]()
		},
	}
}
