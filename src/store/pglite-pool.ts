import { EventEmitter } from 'node:events'
import type { PGlite } from '@electric-sql/pglite'
import type { PgPool, PgPoolClient, PgQueryResult } from 'bullmq'

const leadingComments = /^(?:\s*--[^\n]*\n|\s+)*/
const listenStatement = /^LISTEN\s+"?(\w+)"?\s*;?\s*$/i

/**
 * One client of the embedded database in the shape of a `pg` client. All clients share one session, but each has listeners of
 * its own: BullMQ removes all listeners of a client that it gives back.
 */
class PgliteClient extends EventEmitter {
	readonly #pglite: PGlite
	readonly #listening = new Map<string, Promise<() => Promise<void>>>()

	constructor(pglite: PGlite) {
		super()
		this.setMaxListeners(0)
		this.#pglite = pglite
	}

	async query(text: string, params?: readonly unknown[]): Promise<PgQueryResult> {
		const channel = listenStatement.exec(text.replace(leadingComments, ''))?.[1]
		if (channel !== undefined) return this.#listen(channel)
		if (params !== undefined && params.length > 0) return toPgResult(await this.#pglite.query(text, [...params]))
		const results = await this.#pglite.exec(text)
		return toPgResult(results.at(-1) ?? { rows: [] })
	}

	release(): void {
		// The database may be closing, which ends every subscription as well.
		for (const unlisten of this.#listening.values()) unlisten.then((end) => end()).catch(() => {})
		this.#listening.clear()
	}

	async #listen(channel: string): Promise<PgQueryResult> {
		const listening =
			this.#listening.get(channel) ??
			this.#pglite.listen(channel, (payload) => this.emit('notification', { channel, payload }))
		this.#listening.set(channel, listening)
		await listening
		return { rows: [], rowCount: 0 }
	}
}

/**
 * Gives the embedded database the shape of a `pg` pool, so that BullMQ's PostgreSQL backend runs on it.
 *
 * There is one session behind all clients. BullMQ keeps to single statements except in migrations, which run before
 * anything else uses the database.
 */
class PglitePool extends EventEmitter {
	readonly #pglite: PGlite
	readonly #client: PgliteClient
	/** PGlite has no socket that could die silently; saying so lets BullMQ's workers block for as long as they like. */
	readonly options = { keepAlive: true }

	constructor(pglite: PGlite) {
		super()
		this.setMaxListeners(0)
		this.#pglite = pglite
		this.#client = new PgliteClient(pglite)
	}

	query(text: string, params?: readonly unknown[]): Promise<PgQueryResult> {
		return this.#client.query(text, params)
	}

	async connect(): Promise<PgPoolClient> {
		return new PgliteClient(this.#pglite)
	}

	async end(): Promise<void> {}
}

function toPgResult(result: { rows: unknown[]; affectedRows?: number }): PgQueryResult {
	return { rows: result.rows, rowCount: result.affectedRows ?? result.rows.length }
}

/** The pool, typed as BullMQ wants it. */
export function createPglitePool(pglite: PGlite): PgPool {
	return new PglitePool(pglite)
}
