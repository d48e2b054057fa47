/** At most so many requests in any such time. */
export type Rate = { readonly requests: number; readonly perMs: number }

/** Takes a request. Returns null, or how long to wait before it would be let in. */
export type RateLimit = () => number | null

export function createRateLimit(rate: Rate | null): RateLimit {
	const taken: number[] = []
	return () => {
		if (rate === null) return null
		const now = performance.now()
		while (taken[0] !== undefined && taken[0] <= now - rate.perMs) taken.shift()
		const [oldest] = taken
		if (oldest !== undefined && taken.length >= rate.requests) return oldest + rate.perMs - now
		taken.push(now)
		return null
	}
}
