/** The pace of one channel, which all messages in it share. */
export type Pace = {
	/** Takes the next place in the channel's pace. Returns how long to wait for it, in milliseconds. */
	next(): number
	/** Tells that something was sent, in its turn or out of it. */
	sent(): void
}

/** Keeps sends apart by `paceMs`, which is what the platform allows. */
export function createPace(paceMs: number): Pace {
	let freeAt = Number.NEGATIVE_INFINITY
	return {
		next: () => {
			const now = performance.now()
			const at = Math.max(now, freeAt)
			freeAt = at + paceMs
			return at - now
		},
		sent: () => {
			freeAt = Math.max(freeAt, performance.now() + paceMs)
		},
	}
}
