import { AbortedError } from '../core/abort.ts'
import { type Backoff, backoffMs } from '../core/backoff.ts'
import { ThreadwiseError } from '../core/errors.ts'

const backoff: Backoff = { firstMs: 500, longestMs: 15_000, fixedPart: 0.5 }

/**
 * How long to wait before what couldn't be shown is tried again: what the platform asks for, else longer with every failure. Null
 * where another try can't help. There is no last try: an answer that is there is shown, however long a platform is away.
 */
export function showAgainInMs(error: unknown, failures: number): number | null {
	if (error instanceof AbortedError) return null
	if (error instanceof ThreadwiseError) {
		if (error.retry === 'never') return null
		if (error.retry.afterMs !== null) return error.retry.afterMs
	}
	return backoffMs(backoff, failures, Math.random)
}
