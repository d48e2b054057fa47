/**
 * Does for many at once what is asked for one at a time: while one group is under way, the next one gathers. For what costs as much
 * for a hundred as for one, and may be repeated.
 */
export function inGroups<Item>(work: (items: readonly Item[]) => Promise<void>): (item: Item) => Promise<void> {
	let underWay: Promise<unknown> = Promise.resolve()
	let next: { readonly items: Item[]; readonly done: Promise<void> } | null = null
	const begin = (items: readonly Item[]) => {
		next = null
		return work(items)
	}
	return (item) => {
		if (next === null) {
			const items: Item[] = []
			const done = underWay.then(() => begin(items))
			next = { items, done }
			underWay = done.catch(() => {})
		}
		next.items.push(item)
		return next.done
	}
}
