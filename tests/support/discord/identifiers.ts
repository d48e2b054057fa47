import type { DiscordClock } from './clock.ts'

const discordEpochMs = 1_420_070_400_000n
const timeShift = 22n

/** Makes Discord's identifiers: snowflakes, which carry the time of their making, and tokens. */
export type Identifiers = {
	/** Each is greater than the one before. */
	snowflake(): string
	token(prefix: string): string
}

export function createIdentifiers(clock: DiscordClock): Identifiers {
	let last = 0n
	let tokens = 0
	return {
		snowflake: () => {
			const earliest = (BigInt(Math.floor(clock.now())) - discordEpochMs) << timeShift
			last = earliest > last ? earliest : last + 1n
			return String(last)
		},
		token: (prefix) => {
			tokens += 1
			return `${prefix}${tokens.toString(36).padStart(8, '0')}`
		},
	}
}

/** When a snowflake was made, in milliseconds since 1970. */
export function madeAt(snowflake: string): number {
	return Number((BigInt(snowflake) >> timeShift) + discordEpochMs)
}

export function isLater(one: string, other: string): boolean {
	return BigInt(one) > BigInt(other)
}
