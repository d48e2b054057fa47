import { seededRandom } from '../seeded-random.ts'

/** Where a request's connection is dropped: nothing was done by then, or everything was. */
export type Drop = 'before' | 'after'

export type FaultOptions = {
	readonly seed: number
	/** Shares of the posts whose connection is dropped before or after they are accepted. */
	readonly dropBefore: number
	readonly dropAfter: number
}

/** Decides what becomes of posts. */
export type Faults = {
	/** What becomes of the next post; null if nothing goes wrong. */
	next(): Drop | null
	/** Has the next post accepted without an answer, whatever was to become of it. */
	loseNextAnswer(): void
}

export function createFaults({ seed, dropBefore, dropAfter }: FaultOptions): Faults {
	const random = seededRandom(seed)
	let losesNext = false
	return {
		next: () => {
			const drawn = random()
			if (losesNext) {
				losesNext = false
				return 'after'
			}
			if (drawn < dropBefore) return 'before'
			return drawn < dropBefore + dropAfter ? 'after' : null
		},
		loseNextAnswer: () => {
			losesNext = true
		},
	}
}
