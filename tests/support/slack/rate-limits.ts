import type { SlackClock } from './clock.ts'

/**
 * Slack's tiers, in calls a minute of one method. `per-channel`: one a second in a channel, with a small burst. `reading`: the third, or
 * the first for an app that is sold outside of the marketplace.
 */
export type Tier = 1 | 2 | 3 | 4 | 'per-channel' | 'reading' | 'none'

const callsAMinute = { 1: 1, 2: 20, 3: 50, 4: 100 } as const
const channelBurst = 4
const minuteMs = 60_000

/** Takes a call, or says how many seconds to wait before it would be taken: at the tests' own pace, as that is how an app waits. */
export type RateLimits = (method: string, tier: Tier, channel: string) => number | null

type RatedApp = { readonly isSoldElsewhere: boolean }

function readingTier(isSoldElsewhere: boolean): 1 | 3 {
	return isSoldElsewhere ? 1 : 3
}

/** The documented rates, by Slack's clock. */
export function createRateLimits(clock: SlackClock, { isSoldElsewhere }: RatedApp): RateLimits {
	const calls = new Map<string, number[]>()
	const ratedAs = (tier: Tier) => (tier === 'reading' ? readingTier(isSoldElsewhere) : tier)
	return (method, given, channel) => {
		const tier = ratedAs(given)
		if (tier === 'none') return null
		const perChannel = tier === 'per-channel'
		const allowed = perChannel ? channelBurst : callsAMinute[tier]
		const windowMs = perChannel ? channelBurst * 1_000 : minuteMs
		const key = perChannel ? `${method}:${channel}` : method
		const now = clock.now()
		const recent = (calls.get(key) ?? []).filter((at) => at > now - windowMs)
		calls.set(key, recent)
		const [oldest] = recent
		if (oldest !== undefined && recent.length >= allowed)
			return Math.ceil(clock.scaled(oldest + windowMs - now) / 1_000)
		recent.push(now)
		return null
	}
}
