import { AbortedError, mergeSignals } from '../core/abort.ts'
import { type WorkerDependencies, workOnRun } from './work-on-run.ts'

/** A process that works on runs. Disposing it hands back what it was working on and waits until that is done. */
export type RunningWorker = AsyncDisposable

export type WorkerOptions = {
	/** How many runs are worked on side by side. */
	readonly concurrency: number
	/** Told of an error that ended a delivery, which the queue repeats, and of a bug that made a run fail. */
	readonly onTrouble: (error: unknown, runId: string) => void
}

/** Takes deliveries from the queue until it is disposed. */
export async function startWorker(dependencies: WorkerDependencies, options: WorkerOptions): Promise<RunningWorker> {
	const { concurrency, onTrouble } = options
	const shutdown = new AbortController()
	const deliveries = await dependencies.queue.work(
		async (job, signal, worksOn) => {
			let { runId } = job
			try {
				const merged = mergeSignals(signal, shutdown.signal)
				return await workOnRun(job.runId, merged, { ...dependencies, onTrouble }, (chosen) => {
					runId = chosen
					worksOn(chosen)
				})
			} catch (error) {
				onTrouble(error, runId)
				throw error
			}
		},
		{ concurrency },
	)
	return {
		[Symbol.asyncDispose]: async () => {
			shutdown.abort(new AbortedError('shutdown'))
			await deliveries[Symbol.asyncDispose]()
		},
	}
}
