/** Makes Slack's identifiers: a letter and digits, no two alike. */
export type Identifiers = {
	/** Such as `C00000001`. */
	next(prefix: string): string
	/** A message's timestamp; each is later than the one before. */
	timestamp(): string
}

export function createIdentifiers(): Identifiers {
	let last = 0
	let lastMicroseconds = 0
	return {
		next: (prefix) => {
			last += 1
			return `${prefix}${last.toString(36).toUpperCase().padStart(8, '0')}`
		},
		timestamp: () => {
			lastMicroseconds = Math.max(lastMicroseconds + 1, Date.now() * 1_000)
			const seconds = Math.floor(lastMicroseconds / 1_000_000)
			return `${seconds}.${String(lastMicroseconds % 1_000_000).padStart(6, '0')}`
		},
	}
}
