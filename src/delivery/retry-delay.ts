import { AbortedError } from '../core/abort.ts'
import { ThreadwiseError } from '../core/errors.ts'

const firstDelayMs = 500
const longestDelayMs = 15_000

/**
 * How long to wait before what couldn't be shown is tried again: what the platform asks for, else a random part of a growing
 * limit, so that many replies that failed together don't come back together. Null where another try can't help. There is no last
 * try: an answer that is there is shown, however long a platform is away.
 */
export function showAgainInMs(error: unknown, failures: number): number | null {
	if (error instanceof AbortedError) return null
	if (error instanceof ThreadwiseError) {
		if (error.retry === 'never') return null
		if (error.retry.afterMs !== null) return error.retry.afterMs
	}
	const longest = Math.min(longestDelayMs, firstDelayMs * 2 ** (failures - 1))
	return Math.round(longest / 2 + Math.random() * (longest / 2))
}
