import { AbortedError } from '../core/abort.ts'
import type { Claim } from '../core/run.ts'
import type { RunStore } from '../core/run-store.ts'

/** How long a worker that vanished keeps its run, and so how long people may wait for another to take over. */
export const leaseMs = 10_000
const extendEveryMs = 1_000

/** A claim that is kept alive. */
export type Lease = AsyncDisposable & {
	/** Aborts when the lease is lost or somebody asked to stop the run. */
	readonly signal: AbortSignal
	/** Aborts when somebody wants the answer now. */
	readonly answerNow: AbortSignal
}

/**
 * Extends a claim until it is disposed. `askedAt` is when it was asked for (`performance.now()`): the database begins to count
 * somewhere between that and its answer, so whoever counts from the question never believes in a lease that has ended.
 */
export function keepLease(store: Pick<RunStore, 'extend'>, claim: Claim, askedAt: number): Lease {
	const controller = new AbortController()
	const answerNow = new AbortController()
	let expiresAt = askedAt + leaseMs
	const extend = async () => {
		const extendedAt = performance.now()
		const result = await store.extend(claim, leaseMs)
		if (result.outcome === 'lease-lost') return controller.abort(new AbortedError('lease-lost'))
		expiresAt = extendedAt + leaseMs
		if (result.stopRequested !== null) controller.abort(new AbortedError(result.stopRequested))
		if (result.answerNow) answerNow.abort(new AbortedError('answer-now'))
	}
	let extending: Promise<void> | null = null
	const timer = setInterval(() => {
		// A database that is away may come back before the lease ends; when it doesn't, another worker may have the run. One that
		// stays silent neither extends nor refuses, so the clock alone decides.
		if (performance.now() > expiresAt) controller.abort(new AbortedError('lease-lost'))
		extending ??= extend()
			.catch(() => {})
			.finally(() => {
				extending = null
			})
	}, extendEveryMs)
	return {
		signal: controller.signal,
		answerNow: answerNow.signal,
		[Symbol.asyncDispose]: async () => {
			clearInterval(timer)
			await extending
		},
	}
}
