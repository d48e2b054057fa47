/** Discord's time: rates can run faster than the tests', and everything can jump. */
export type DiscordClock = {
	/** Milliseconds since 1970 at the tests' own pace, but with all jumps: ages of messages, the life of tokens. */
	now(): number
	/** Milliseconds by which rates are counted. */
	rateNow(): number
	/** How long something that takes so long by `rateNow` takes here. */
	scaled(milliseconds: number): number
	/** Makes Discord's time jump forward. */
	advance(milliseconds: number): void
}

export function createDiscordClock(speed: number): DiscordClock {
	const startedAt = performance.now()
	let jumped = 0
	return {
		now: () => Date.now() + jumped,
		rateNow: () => (performance.now() - startedAt) * speed + jumped,
		scaled: (milliseconds) => milliseconds / speed,
		advance: (milliseconds) => {
			jumped += milliseconds
		},
	}
}
