/** What is to go wrong with the next calls of a local platform, by what they ask for. */
export type PlannedFaults<Call, Fault> = {
	/** Adds faults of the next calls. */
	add(call: Call, fault: Fault, times?: number): void
	/** What goes wrong with this call; null if nothing does. */
	take(call: Call): Fault | null
	/** Removes the faults of a call, or all. */
	clear(call?: Call): void
}

export function createPlannedFaults<Call, Fault>(): PlannedFaults<Call, Fault> {
	const planned = new Map<Call, Fault[]>()
	return {
		add: (call, fault, times = 1) => {
			const faults = planned.get(call) ?? []
			for (let count = 0; count < times; count += 1) faults.push(fault)
			planned.set(call, faults)
		},
		take: (call) => planned.get(call)?.shift() ?? null,
		clear: (call) => {
			if (call === undefined) planned.clear()
			else planned.delete(call)
		},
	}
}
