import { createHash } from 'node:crypto'

/** A number from 0 up to 1 that depends on nothing but what it is drawn for, so that no order of requests can change it. */
export function draw(...purpose: readonly (string | number)[]): number {
	const digest = createHash('sha256').update(JSON.stringify(purpose)).digest('hex')
	return Number.parseInt(digest.slice(0, 12), 16) / 16 ** 12
}
