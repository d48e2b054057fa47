/** Lets so many work at a time; the others wait their turn. */
export type Slots = {
	use<Event, Result>(work: AsyncGenerator<Event, Result, void>): AsyncGenerator<Event, Result, void>
}

/** So many slots, given out in the order in which they are asked for. */
export function createSlots(count: number): Slots {
	let free = count
	const waiting: (() => void)[] = []
	const take = async () => {
		if (free > 0) free -= 1
		else await new Promise<void>((resolve) => waiting.push(resolve))
	}
	const give = () => {
		const next = waiting.shift()
		if (next === undefined) free += 1
		else next()
	}
	return {
		use: async function* (work) {
			await take()
			try {
				return yield* work
			} finally {
				give()
			}
		},
	}
}
