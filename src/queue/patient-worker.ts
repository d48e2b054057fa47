import { setTimeout as sleep } from 'node:timers/promises'
import { type IQueueBackend, type Job, type JobProgress, Worker } from 'bullmq'

/** How long a backend that is away, or that refuses to give a job, is left alone. */
export const fetchAgainAfterMs = 1_000

/** BullMQ's worker for backends that may be away or refuse. */
export class PatientWorker<Backend extends IQueueBackend, Connection> extends Worker<
	unknown,
	unknown,
	string,
	Backend,
	JobProgress,
	Connection
> {
	/** Lets go of a backend that doesn't come back while the worker closes; without it, `close` waits for ever. */
	abandon(): void {
		this.lockManager.close().catch(() => {})
		this.disconnect().catch(() => {})
	}

	/** With a pause after a refusal: BullMQ itself asks a database that is read-only again and again without one. */
	protected override async moveToActive(token: string, name?: string): Promise<Job> {
		try {
			return await super.moveToActive(token, name)
		} catch (error) {
			await sleep(fetchAgainAfterMs)
			throw error
		}
	}
}
