/** What goes wrong with one call. */
export type Fault =
	/** Nothing is done, the connection is dropped. */
	| { readonly kind: 'drop-before' }
	/** Everything is done, but the connection is dropped instead of an answer. */
	| { readonly kind: 'drop-after' }
	/** Nothing is done, Slack answers with this code. */
	| { readonly kind: 'refuse'; readonly error: string; readonly retryAfter: number | null }
	/** Nothing is done, Slack answers with this HTTP status. */
	| { readonly kind: 'status'; readonly status: number }
	/** Everything is done, but only after this time. */
	| { readonly kind: 'slow'; readonly milliseconds: number }
	/** Everything is done, but the answer comes only when this resolves. */
	| { readonly kind: 'held'; readonly until: Promise<unknown> }

export type Faults = {
	/** Adds faults of a method's next calls. */
	add(method: string, fault: Fault, times?: number): void
	/** What goes wrong with this call; null if nothing does. */
	take(method: string): Fault | null
	/** Removes the faults of a method, or all. */
	clear(method?: string): void
}

export function createFaults(): Faults {
	const planned = new Map<string, Fault[]>()
	return {
		add: (method, fault, times = 1) => {
			const faults = planned.get(method) ?? []
			for (let count = 0; count < times; count += 1) faults.push(fault)
			planned.set(method, faults)
		},
		take: (method) => planned.get(method)?.shift() ?? null,
		clear: (method) => (method === undefined ? planned.clear() : planned.delete(method)),
	}
}
