/** Parts that are open as long as somebody uses them, one for each key however many do. */
export type Sharing<Part> = {
	/** Opens the part unless it is open. The part closes when everybody who has taken it has disposed of it. */
	take(key: string): Disposable & { readonly part: Part }
	/** The part, if it is open. */
	find(key: string): Part | null
	/** All that are open. */
	all(): readonly Part[]
	/** How many are open. */
	size(): number
}

export function createSharing<Part extends Disposable>(open: (key: string) => Part): Sharing<Part> {
	const shared = new Map<string, { readonly part: Part; users: number }>()
	return {
		take: (key) => {
			const entry = shared.get(key) ?? { part: open(key), users: 0 }
			shared.set(key, entry)
			entry.users += 1
			let isTaken = true
			return {
				part: entry.part,
				[Symbol.dispose]: () => {
					if (!isTaken) return
					isTaken = false
					entry.users -= 1
					if (entry.users > 0) return
					shared.delete(key)
					entry.part[Symbol.dispose]()
				},
			}
		},
		find: (key) => shared.get(key)?.part ?? null,
		all: () => [...shared.values()].map(({ part }) => part),
		size: () => shared.size,
	}
}
