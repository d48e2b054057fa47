import { createHash } from 'node:crypto'
import type { ChatRequest } from './protocol.ts'

/** Names everything of a request that the reply depends on. Equal requests have equal digests, however they were written. */
export function digestOf(request: ChatRequest): string {
	const { model, messages, temperature, seed, response_format } = request
	return sha256(canonical({ model, messages, temperature, seed, response_format }))
}

/** A number from 0 up to 1 that depends on nothing but its arguments. */
export function chance(seed: number, digest: string, purpose: string): number {
	return Number.parseInt(sha256(`${seed}:${digest}:${purpose}`).slice(0, 12), 16) / 16 ** 12
}

/** One of the items, chosen by `chance`. */
export function choose<Item>(items: readonly Item[], seed: number, digest: string, purpose: string): Item | undefined {
	return items[Math.floor(chance(seed, digest, purpose) * items.length)]
}

function sha256(text: string): string {
	return createHash('sha256').update(text).digest('hex')
}

/** JSON with sorted keys, and without what is null or undefined: a field that was left out equals one that is null. */
function canonical(value: unknown): string {
	if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
	if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
	const entries = Object.entries(value).filter(([, each]) => each !== undefined && each !== null)
	const sorted = entries.toSorted(([a], [b]) => (a < b ? -1 : 1))
	return `{${sorted.map(([key, each]) => `${JSON.stringify(key)}:${canonical(each)}`).join(',')}}`
}
