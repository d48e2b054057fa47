/** How long a count is good enough: what is recorded meanwhile is added to it. */
const countedForMs = 250

/** Counting those that wait before each question of a burst would cost as much as recording it. Each call stands for one more. */
export function countOnceInAWhile(count: () => Promise<number>): () => Promise<number> {
	let counted: Promise<number> = Promise.resolve(0)
	let until = Number.NEGATIVE_INFINITY
	let since = 0
	return async () => {
		if (performance.now() >= until) {
			until = performance.now() + countedForMs
			since = 0
			counted = count()
			counted.catch(() => {
				until = Number.NEGATIVE_INFINITY
			})
		}
		const before = since
		since += 1
		return (await counted) + before
	}
}
