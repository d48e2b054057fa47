import type { RouteName } from './routes/route-names.ts'

/** What goes wrong with one request. */
export type Fault =
	/** Nothing is done, the connection is dropped. */
	| { readonly kind: 'drop-before' }
	/** Everything is done, but the connection is dropped instead of an answer. */
	| { readonly kind: 'drop-after' }
	/** Nothing is done, Discord answers with this HTTP status and, if there is one, this code. */
	| { readonly kind: 'refuse'; readonly status: number; readonly code?: number; readonly message?: string }
	/** Nothing is done, Discord asks to wait for so many seconds. */
	| { readonly kind: 'limit'; readonly retryAfter: number; readonly scope: 'user' | 'global' | 'shared' }
	/** Everything is done, but answered only after this time. */
	| { readonly kind: 'slow'; readonly milliseconds: number }

export type Faults = {
	/** Adds faults of a route's next requests. */
	add(route: RouteName, fault: Fault, times?: number): void
	/** What goes wrong with this request; null if nothing does. */
	take(route: RouteName): Fault | null
	/** Removes the faults of a route, or all. */
	clear(route?: RouteName): void
}

export function createFaults(): Faults {
	const planned = new Map<RouteName, Fault[]>()
	return {
		add: (route, fault, times = 1) => {
			const faults = planned.get(route) ?? []
			for (let count = 0; count < times; count += 1) faults.push(fault)
			planned.set(route, faults)
		},
		take: (route) => planned.get(route)?.shift() ?? null,
		clear: (route) => {
			if (route === undefined) planned.clear()
			else planned.delete(route)
		},
	}
}
