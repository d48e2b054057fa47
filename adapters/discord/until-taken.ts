import { setTimeout as sleep } from 'node:timers/promises'
import { type Backoff, backoffMs } from '../../src/core/backoff.ts'

const backoff: Backoff = { firstMs: 200, longestMs: 15_000, fixedPart: 0.5 }
const longestMs = 15 * 60_000

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
