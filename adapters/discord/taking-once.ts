import { setTimeout as sleep } from 'node:timers/promises'
import { type Backoff, backoffMs } from '../../src/core/backoff.ts'

/** Takes something up once, however often Discord tells of it. */
export type TakeOnce = (id: string, take: () => Promise<void>) => Promise<void>

const backoff: Backoff = { firstMs: 200, longestMs: 15_000, fixedPart: 0.5 }
const longestMs = 15 * 60_000
const mostKnown = 5_000

export function createTakeOnce(): TakeOnce {
	const taken = new Map<string, Promise<void>>()
	return (id, take) => {
		const before = taken.get(id)
		if (before !== undefined) return before
		const taking = take()
		taken.set(id, taking)
		const [oldest] = taken.keys()
		if (taken.size > mostKnown && oldest !== undefined) taken.delete(oldest)
		return taking
	}
}

/**
 * Takes something up again until that succeeds: Discord tells nobody a second time. After a quarter of an hour it is given up, with the
 * last failure.
 */
export async function untilTaken(take: () => Promise<void>, signal: AbortSignal): Promise<void> {
	const until = performance.now() + longestMs
	for (let failures = 1; ; failures += 1) {
		try {
			return await take()
		} catch (error) {
			const delayMs = backoffMs(backoff, failures, Math.random)
			if (performance.now() + delayMs > until) throw error
			await sleep(delayMs, undefined, { signal }).catch(() => {})
			if (signal.aborted) throw error
		}
	}
}
