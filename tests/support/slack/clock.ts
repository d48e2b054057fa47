/** Slack's time: it can run faster than the tests', and jump. */
export type SlackClock = {
	/** Milliseconds of Slack's time: rates, the life of streams and of response addresses. */
	now(): number
	/** Milliseconds at the tests' own pace, but with all jumps: what a bot has to do in time, such as using a trigger. */
	unhurriedNow(): number
	/** How long something that takes so long in Slack's time takes here. */
	scaled(milliseconds: number): number
	/** Makes Slack's time jump forward. */
	advance(milliseconds: number): void
}

export function createSlackClock(speed: number): SlackClock {
	const startedAt = performance.now()
	let jumped = 0
	return {
		now: () => (performance.now() - startedAt) * speed + jumped,
		unhurriedNow: () => performance.now() - startedAt + jumped,
		scaled: (milliseconds) => milliseconds / speed,
		advance: (milliseconds) => {
			jumped += milliseconds
		},
	}
}
