const discordEpochMs = 1_420_070_400_000n
const timeShift = 22n

/** When something with this id came to be, in milliseconds since 1970. */
export function madeAtMs(id: string): number {
	return Number((BigInt(id) >> timeShift) + discordEpochMs)
}

/** The same in ISO 8601. */
export function sentAtOf(id: string): string {
	return new Date(madeAtMs(id)).toISOString()
}

/** An id that is older than everything since then, to ask for what is newer. */
export function idBefore(timeMs: number): string {
	const sinceEpoch = BigInt(Math.floor(timeMs)) - discordEpochMs
	return String((sinceEpoch < 0n ? 0n : sinceEpoch) << timeShift)
}

export function isNewer(id: string, than: string): boolean {
	return BigInt(id) > BigInt(than)
}
