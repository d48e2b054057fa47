const discordEpochMs = 1_420_070_400_000n
const timeShift = 22n

/** When something with this id came to be, in milliseconds since 1970. */
export function madeAtMs(id: string): number {
	return Number((BigInt(id) >> timeShift) + discordEpochMs)
}

/** An id's last bits count what was made within the same millisecond. https://docs.discord.com/developers/reference#snowflakes */
const countBits = 12
const mostMicroseconds = 999

/** The same in ISO 8601; what was made within one millisecond stays in its order. */
export function sentAtOf(id: string): string {
	const count = Math.min(Number(BigInt.asUintN(countBits, BigInt(id))), mostMicroseconds)
	return new Date(madeAtMs(id)).toISOString().replace('Z', `${String(count).padStart(3, '0')}Z`)
}

/** An id that is older than everything since then, to ask for what is newer. */
export function idBefore(timeMs: number): string {
	const sinceEpoch = BigInt(Math.floor(timeMs)) - discordEpochMs
	return String((sinceEpoch < 0n ? 0n : sinceEpoch) << timeShift)
}

export function isNewer(id: string, than: string): boolean {
	return BigInt(id) > BigInt(than)
}
