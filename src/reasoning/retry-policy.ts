import { ThreadwiseError } from '../core/errors.ts'

export type RetryPolicy = {
	/** How often something is tried in all, the first time included. */
	readonly attempts: number
	/** The most that is waited before the second attempt; it doubles with every further one. */
	readonly baseDelayMs: number
	readonly maxDelayMs: number
}

export const defaultRetryPolicy: RetryPolicy = { attempts: 3, baseDelayMs: 500, maxDelayMs: 10_000 }

/** The longest wait that a server may ask for; whoever waits for an answer has gone by then. */
export const longestServerDelayMs = 30_000

/**
 * How many milliseconds to wait before trying again after the attempt of this number (1 for the first), or null to give
 * up: when the error says that a retry can't help, isn't one of ours, or the attempts are used up.
 *
 * What the server asked for is honoured up to 30 s. Otherwise the wait is a random part (`random` gives 0 up to 1) of an
 * exponentially growing limit, so that many failed calls don't come back together.
 */
export function retryDelayMs(
	error: unknown,
	attempt: number,
	random: () => number,
	policy: RetryPolicy = defaultRetryPolicy,
): number | null {
	if (!(error instanceof ThreadwiseError) || error.retry === 'never' || attempt >= policy.attempts) return null
	if (error.retry.afterMs !== null) return Math.min(error.retry.afterMs, longestServerDelayMs)
	const limitMs = Math.min(policy.maxDelayMs, policy.baseDelayMs * 2 ** (attempt - 1))
	return Math.round(random() * limitMs)
}
