/** Time as this process has it; tests have their own. */
export type Clock = {
	/** Milliseconds since some moment. */
	now(): number
	/** Does something later. Returns how to have it left undone. */
	after(ms: number, act: () => void): () => void
}

export const processClock: Clock = {
	now: () => performance.now(),
	after: (ms, act) => {
		const timer = setTimeout(act, ms)
		timer.unref()
		return () => clearTimeout(timer)
	},
}
