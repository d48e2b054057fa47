import { type Backoff, backoffMs } from '../core/backoff.ts'
import { ThreadwiseError } from '../core/errors.ts'

export type RetryPolicy = Backoff & {
	/** How often something is tried in all, the first time included. */
	readonly attempts: number
}

export const defaultRetryPolicy: RetryPolicy = { attempts: 3, firstMs: 500, longestMs: 10_000, fixedPart: 0 }

/** The longest wait that a server may ask for; whoever waits for an answer has gone by then. */
export const longestServerDelayMs = 30_000

/**
 * How many milliseconds to wait before trying again after the attempt of this number (1 for the first), or null to give
 * up: when the error says that a retry can't help, isn't one of ours, or the attempts are used up.
 *
 * What the server asked for is honoured up to 30 s. Otherwise the wait grows with every attempt.
 */
export function retryDelayMs(
	error: unknown,
	attempt: number,
	random: () => number,
	policy: RetryPolicy = defaultRetryPolicy,
): number | null {
	if (!(error instanceof ThreadwiseError) || error.retry === 'never' || attempt >= policy.attempts) return null
	if (error.retry.afterMs !== null) return Math.min(error.retry.afterMs, longestServerDelayMs)
	return backoffMs(policy, attempt, random)
}
