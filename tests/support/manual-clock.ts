import type { Clock } from '../../adapters/slack/clock.ts'

/** A clock that stands still until it is moved. */
export type ManualClock = Clock & {
	/** Moves on, and does whatever is due on the way, in its order. */
	advance(ms: number): void
	/** How much is still to be done. */
	waiting(): number
}

type Due = { readonly at: number; readonly act: () => void }

export function createManualClock(): ManualClock {
	let now = 0
	const due = new Set<Due>()
	const next = (until: number) => [...due].filter(({ at }) => at <= until).toSorted((a, b) => a.at - b.at)[0]
	return {
		now: () => now,
		after: (ms, act) => {
			const later = { at: now + ms, act }
			due.add(later)
			return () => due.delete(later)
		},
		advance: (ms) => {
			const until = now + ms
			for (let later = next(until); later !== undefined; later = next(until)) {
				now = later.at
				due.delete(later)
				later.act()
			}
			now = until
		},
		waiting: () => due.size,
	}
}
