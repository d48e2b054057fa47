import type { CancelReason } from './abort.ts'

/** Delivery only: the run itself is in the store. */
export type ReasoningJob = { readonly version: 1; readonly runId: string }

/** What a handler made of a delivery. `delay`: somebody else holds the run, deliver again later. */
export type JobOutcome = { readonly kind: 'done' } | { readonly kind: 'delay'; readonly ms: number }

/** A delivery that is being handled. */
export type JobDelivery = {
	/**
	 * Says which run is worked on: the store may give a delivery another one than it was made for. So a cancellation of that run
	 * reaches the signals.
	 */
	worksOn(runId: string): void
	/** Aborts, with the cause `answer-now`, when somebody wants the answer of that run now; the handler's signal doesn't. */
	readonly answerNow: AbortSignal
}

/** Handles one delivery. The signal aborts when the work on it must end. */
export type JobHandler = (job: ReasoningJob, signal: AbortSignal, delivery: JobDelivery) => Promise<JobOutcome>

/** The deliveries that this process handles. */
export interface Deliveries extends AsyncDisposable {
	/**
	 * Has a handler do now, beyond the concurrency, what can't wait for a free hand. Cancellations reach it and disposing waits for it
	 * as for any delivery, but nothing delivers it again.
	 * @throws what the handler throws.
	 */
	handleNow(job: ReasoningJob, handle: JobHandler): Promise<JobOutcome>
}

/**
 * Delivers runs to workers, at least once each. It knows nothing about what a run is: a claim in the store is the judge of
 * who works on it, so a doubled delivery is harmless.
 */
export interface JobQueue {
	/**
	 * Enqueues a delivery. `attempt` is the number that the delivery's claim will have; adding the same attempt again while it
	 * is queued changes nothing. Never call it inside a database transaction.
	 */
	add(job: ReasoningJob, attempt: number): Promise<void>
	/** Starts handling deliveries. A handler that throws is given the job again later. Dispose to stop: no new jobs, running ones are waited for. */
	work(handle: JobHandler, options: { readonly concurrency: number }): Promise<Deliveries>
	/**
	 * Aborts the signal of the handler that works on the run with the reason, in whichever process that is; with `answer-now`, the
	 * delivery's own signal for that. Reaches nobody if the run isn't being worked on.
	 */
	cancel(runId: string, reason: CancelReason): Promise<void>
	/** How many deliveries wait or are under way. */
	size(): Promise<number>
	close(): Promise<void>
}
