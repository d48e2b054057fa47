import { setTimeout as sleep } from 'node:timers/promises'

/** How the runs of one round are made. */
export type RoundPlan = {
	/** How many runs are under way at any time. */
	readonly inFlight: number
	/** How many runs each of these places makes, one after the other. */
	readonly runsEach: number
	/** Over how long the first runs are spread, so that they don't all want the processor in the same moment. */
	readonly spreadMs: number
	readonly signal: AbortSignal
}

/** What one round cost. */
export type Round = {
	readonly runs: number
	/** The processor time of this process, in all its threads. */
	readonly cpuMsPerRun: number
	/** The median. */
	readonly wallMsPerRun: number
	readonly runsPerSecond: number
}

/** Makes runs side by side and measures them. */
export async function measureRound(answer: () => Promise<unknown>, plan: RoundPlan): Promise<Round> {
	const { inFlight, runsEach, spreadMs, signal } = plan
	const wallMs: number[] = []
	// What was left behind by whatever came before shall not be cleaned up at this round's expense.
	globalThis.gc?.()
	const cpuBefore = process.cpuUsage()
	const startedAt = performance.now()
	await Promise.all(
		Array.from({ length: inFlight }, async (_, place) => {
			await sleep((place * spreadMs) / inFlight, undefined, { signal })
			for (let run = 0; run < runsEach; run++) {
				signal.throwIfAborted()
				const runStartedAt = performance.now()
				await answer()
				wallMs.push(performance.now() - runStartedAt)
			}
		}),
	)
	const elapsedMs = performance.now() - startedAt
	const { user, system } = process.cpuUsage(cpuBefore)
	const runs = wallMs.length
	return {
		runs,
		cpuMsPerRun: (user + system) / 1_000 / runs,
		wallMsPerRun: median(wallMs),
		runsPerSecond: (runs * 1_000) / elapsedMs,
	}
}

export function median(values: readonly number[]): number {
	const sorted = values.toSorted((left, right) => left - right)
	const middle = sorted.length / 2
	const [low = Number.NaN, high = low] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]]
	return (low + high) / 2
}

/** To so many decimal places. */
export function rounded(value: number, places: number): number {
	return Number(value.toFixed(places))
}
