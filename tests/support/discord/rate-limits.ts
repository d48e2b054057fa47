import type { DiscordClock } from './clock.ts'

/** How many requests a route takes within a time, per channel, guild or token. */
export type Rate = { readonly requests: number; readonly windowMs: number }

export type RateOutcome = {
	readonly headers: Readonly<Record<string, string>>
	/** Seconds to wait, at the tests' own pace; null: the request is taken. */
	readonly retryAfter: number | null
	readonly isGlobal: boolean
}

export type RateRequest = {
	/** Whose rate it is: the bot, or the token of an interaction. */
	readonly owner: string
	readonly bucket: string
	/** The channel, guild or webhook. */
	readonly place: string
	readonly rate: Rate
	/** Interactions' answers don't count among all requests of a bot. */
	readonly isGloballyCounted: boolean
}

/** Takes a request, or says how long to wait before it would be taken. */
export type RateLimits = (request: RateRequest) => RateOutcome

type Window = { remaining: number; endsAt: number }

const globalRate: Rate = { requests: 50, windowMs: 1_000 }

/** Rates as Discord keeps them: so many requests in a window, which begins with the first. */
export function createRateLimits(clock: DiscordClock): RateLimits {
	const windows = new Map<string, Window>()
	const windowOf = (key: string, { requests, windowMs }: Rate): Window => {
		const now = clock.rateNow()
		const existing = windows.get(key)
		if (existing !== undefined && existing.endsAt > now) return existing
		const window = { remaining: requests, endsAt: now + windowMs }
		windows.set(key, window)
		return window
	}
	const secondsUntil = (at: number) => Math.max(0.001, clock.scaled(at - clock.rateNow()) / 1_000)
	return ({ owner, bucket, place, rate, isGloballyCounted }) => {
		if (isGloballyCounted) {
			const all = windowOf(`all:${owner}`, globalRate)
			if (all.remaining === 0) return { headers: {}, retryAfter: secondsUntil(all.endsAt), isGlobal: true }
			all.remaining -= 1
		}
		const window = windowOf(`${owner}:${bucket}:${place}`, rate)
		const isTaken = window.remaining > 0
		if (isTaken) window.remaining -= 1
		const seconds = secondsUntil(window.endsAt)
		const headers = {
			'x-ratelimit-limit': String(rate.requests),
			'x-ratelimit-remaining': String(window.remaining),
			'x-ratelimit-reset': ((Date.now() + seconds * 1_000) / 1_000).toFixed(3),
			'x-ratelimit-reset-after': seconds.toFixed(3),
			'x-ratelimit-bucket': bucket,
		}
		return { headers, retryAfter: isTaken ? null : seconds, isGlobal: false }
	}
}
