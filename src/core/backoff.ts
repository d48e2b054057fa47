export type Backoff = {
	/** The longest wait after a first failure; it doubles with every further one. */
	readonly firstMs: number
	readonly longestMs: number
	/** Which part of the wait isn't left to chance, from 0 to 1. */
	readonly fixedPart: number
}

/**
 * How many milliseconds to wait after so many failures, 1 for the first. Part of it is drawn by chance (`random` gives 0 up to 1), so
 * that much that failed together doesn't come back together.
 */
export function backoffMs({ firstMs, longestMs, fixedPart }: Backoff, failures: number, random: () => number): number {
	const limitMs = Math.min(longestMs, firstMs * 2 ** (failures - 1))
	return Math.round(limitMs * (fixedPart + (1 - fixedPart) * random()))
}
