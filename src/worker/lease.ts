import { AbortedError } from '../core/abort.ts'
import type { Claim } from '../core/run.ts'
import type { RunStore } from '../core/run-store.ts'

/** How long a worker that vanished keeps its run, and so how long people may wait for another to take over. */
export const leaseMs = 10_000
const extendEveryMs = 1_000

/** A claim that is kept alive. */
export type Lease = AsyncDisposable & {
	/** The store's, which extends the lease: whoever writes need not ask for that as well. */
	readonly append: RunStore['append']
	/** Aborts when the lease is lost or somebody asked to stop the run. */
	readonly signal: AbortSignal
	/** Aborts when somebody wants the answer now. */
	readonly answerNow: AbortSignal
}

/**
 * Extends a claim until it is disposed. `askedAt` is when it was asked for (`performance.now()`): the database begins to count
 * somewhere between that and its answer, so whoever counts from the question never believes in a lease that has ended.
 */
export function keepLease(store: Pick<RunStore, 'extend' | 'append'>, claim: Claim, askedAt: number): Lease {
	const controller = new AbortController()
	const answerNow = new AbortController()
	let extendedAt = askedAt
	const extend = async () => {
		const extendAskedAt = performance.now()
		const result = await store.extend(claim)
		if (result.outcome === 'lease-lost') return controller.abort(new AbortedError('lease-lost'))
		extendedAt = Math.max(extendedAt, extendAskedAt)
		if (result.stopRequested !== null) controller.abort(new AbortedError(result.stopRequested))
		if (result.answerNow) answerNow.abort(new AbortedError('answer-now'))
	}
	let extending: Promise<void> | null = null
	const look = () => {
		const agedMs = performance.now() - extendedAt
		// A database that is away may come back before the lease ends; when it doesn't, another worker may have the run. One that
		// stays silent neither extends nor refuses, so the clock alone decides.
		if (agedMs > claim.leaseMs) controller.abort(new AbortedError('lease-lost'))
		const isDue = agedMs >= extendEveryMs
		timer = setTimeout(look, isDue ? extendEveryMs : extendEveryMs - agedMs)
		if (!isDue) return
		extending ??= extend()
			.catch(() => {})
			.finally(() => {
				extending = null
			})
	}
	let timer = setTimeout(look, extendEveryMs)
	return {
		append: async (claimed, entries) => {
			const appendAskedAt = performance.now()
			const appended = await store.append(claimed, entries)
			if (appended.outcome === 'appended') extendedAt = Math.max(extendedAt, appendAskedAt)
			return appended
		},
		signal: controller.signal,
		answerNow: answerNow.signal,
		[Symbol.asyncDispose]: async () => {
			clearTimeout(timer)
			await extending
		},
	}
}
