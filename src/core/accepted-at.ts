/** The ids of runs are UUIDs of version 7, which begin with the time at which they were made. */
const version7 = /^([\da-f]{8})-([\da-f]{4})-7/i

/** When a run was accepted, in milliseconds since the epoch, by the clock of whoever took it; null for an id that doesn't say. */
export function acceptedAtMs(runId: string): number | null {
	const [, high, low] = version7.exec(runId) ?? []
	return high === undefined || low === undefined ? null : Number.parseInt(high + low, 16)
}

/** How long ago that was. Two clocks may differ, but nothing happens before it was asked for. */
export function sinceAcceptedMs(runId: string): number | null {
	const acceptedAt = acceptedAtMs(runId)
	return acceptedAt === null ? null : Math.max(0, Date.now() - acceptedAt)
}
