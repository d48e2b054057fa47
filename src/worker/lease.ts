import { AbortedError } from '../core/abort.ts'
import type { Claim } from '../core/run.ts'
import type { RunStore } from '../core/run-store.ts'

/** How long a worker that vanished keeps its run, and so how long people may wait for another to take over. */
export const leaseMs = 10_000
const extendEveryMs = 1_000

/** A claim that is kept alive. Its signal aborts when the lease is lost or somebody asked to stop the run. */
export type Lease = AsyncDisposable & { readonly signal: AbortSignal }

/** Extends a claim until it is disposed. */
export function keepLease(store: RunStore, claim: Claim): Lease {
	const controller = new AbortController()
	let expiresAt = performance.now() + leaseMs
	const extend = async () => {
		const result = await store.extend(claim, leaseMs)
		if (result.outcome === 'lease-lost') return controller.abort(new AbortedError('lease-lost'))
		expiresAt = performance.now() + leaseMs
		if (result.stopRequested !== null) controller.abort(new AbortedError(result.stopRequested))
	}
	let extending = Promise.resolve()
	const timer = setInterval(() => {
		extending = extend().catch(() => {
			// The database may come back before the lease ends; when it doesn't, another worker may have the run.
			if (performance.now() > expiresAt) controller.abort(new AbortedError('lease-lost'))
		})
	}, extendEveryMs)
	return {
		signal: controller.signal,
		[Symbol.asyncDispose]: async () => {
			clearInterval(timer)
			await extending
		},
	}
}
