import { randomFillSync } from 'node:crypto'
import { v7 } from 'uuid'

const idBytes = 16
const pool = new Uint8Array(256 * idBytes)
let used = pool.length

/**
 * The id of a new content. A run makes dozens of them, and asking the system for random bytes costs much more than the rest of an id,
 * so they are asked for many at a time.
 */
export function newContentId(): string {
	if (used === pool.length) {
		randomFillSync(pool)
		used = 0
	}
	const random = pool.subarray(used, used + idBytes)
	used += idBytes
	return v7({ random })
}
