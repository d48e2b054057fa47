import { hash } from 'node:crypto'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { PGlite as Pglite } from '@electric-sql/pglite'
import { isPgPool, type PgPool, runMigrations } from 'bullmq'
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core'
import pg from 'pg'
import { drizzlePg, drizzlePglite, migratePg, migratePglite, PGlite } from './drizzle.ts'
import { createPglitePool } from './pglite-pool.ts'
import { keepAliveMs, type Listen, listenOnServer } from './server-notifications.ts'
import { unusableServer } from './unusable-server.ts'

/** Queries and transactions, the same on a server and on the embedded database. */
export type Orm = PgDatabase<PgQueryResultHKT>

/** One PostgreSQL, embedded or on a server, with our tables and BullMQ's in it. */
export type Database = {
	readonly orm: Orm
	/** For BullMQ, whose tables are found through the sessions' search path. */
	readonly pool: PgPool
	readonly listen: Listen
	close(): Promise<void>
}

export const migrationsFolder = fileURLToPath(new URL('./migrations', import.meta.url))
const searchPath = 'bullmq, public'
const migrationLock = 7_453_219

/** How long connecting or a statement may take: a server that is silent would otherwise keep everybody waiting. None of ours takes long. */
const longestSilenceMs = 10_000

/** Where the embedded database lives: a folder, or nowhere, started from a dump if there is one (for tests). */
export type EmbeddedLocation = { readonly folder: string } | { readonly dump: Blob | null }

/**
 * Opens the PostgreSQL that is embedded in this process. Whoever opens a folder must hold its lock: two processes on one
 * folder lose data silently.
 */
export async function openEmbeddedDatabase(location: EmbeddedLocation): Promise<Database> {
	const pglite = await createPglite(location)
	const pool = createPglitePool(pglite)
	const orm = drizzlePglite(pglite)
	await migratePglite(orm, { migrationsFolder })
	await runMigrations(pool, 'bullmq')
	await pglite.exec(`SET search_path TO ${searchPath}`)
	return {
		orm,
		pool,
		listen: async (channel, onPayload) => {
			const unlisten = await pglite.listen(channel, onPayload)
			return { [Symbol.asyncDispose]: async () => unlisten() }
		},
		close: () => pglite.close(),
	}
}

/** Where in a data folder the embedded database is. */
export function embeddedFolder(dataFolder: string): string {
	return join(dataFolder, 'database')
}

function createPglite(location: EmbeddedLocation): Promise<Pglite> {
	if ('folder' in location) return PGlite.create({ dataDir: embeddedFolder(location.folder) })
	return PGlite.create(location.dump === null ? {} : { loadDataDir: location.dump })
}

/** A fresh embedded database with all tables, as a dump that opens five times faster than creating one. */
export async function dumpFreshDatabase(): Promise<Blob> {
	const pglite = await PGlite.create()
	await migratePglite(drizzlePglite(pglite), { migrationsFolder })
	await runMigrations(createPglitePool(pglite), 'bullmq')
	const dump = await pglite.dumpDataDir('none')
	await pglite.close()
	return dump
}

/**
 * Opens a PostgreSQL server and brings its tables up to date.
 * @throws ThreadwiseError `store-unavailable` if it can't be reached, naming host and cause but never the password.
 */
export async function openServerDatabase(url: string, silenceMs = longestSilenceMs): Promise<Database> {
	const connection = connectionTo(url, silenceMs)
	try {
		await migrateServer(new pg.Client(connection))
	} catch (error) {
		throw unusableServer(url, error)
	}
	const pool = new pg.Pool({ ...connection, query_timeout: silenceMs })
	// A dropped connection is replaced at the next query; without these listeners it would end the process.
	pool.on('error', () => {})
	pool.on('connect', (client) => void client.on('error', () => {}))
	// Each of BullMQ's connections listens to the pool.
	pool.setMaxListeners(0)
	const orm = Object.assign(drizzlePg(planningOnce(pool)), { transaction: transactionsOn(pool) })
	return {
		orm,
		pool: asQueuePool(pool),
		listen: listenOnServer(url, silenceMs),
		close: () => pool.end(),
	}
}

/** How Threadwise connects to a server. */
export function connectionTo(url: string, silenceMs: number) {
	return {
		connectionString: url,
		options: `-c search_path=${searchPath.replaceAll(' ', '')}`,
		keepAlive: true,
		keepAliveInitialDelayMillis: keepAliveMs,
		connectionTimeoutMillis: silenceMs,
	}
}

/**
 * Transactions whose connection is thrown away when anything in them has failed. The query builder's own keep the connection for
 * ever when the transaction can't even begin, and give one back that the server has made read-only or that waits for an answer
 * that never comes.
 */
function transactionsOn(pool: pg.Pool): Orm['transaction'] {
	return async (work, config) => {
		const client = await pool.connect()
		let failed = true
		try {
			const result = await drizzlePg(client).transaction(work, config)
			failed = false
			return result
		} finally {
			client.release(failed)
		}
	}
}

/**
 * The same pool, with statements that each connection plans once, by a name that follows from their text: planning the largest ones costs
 * more than running them. All texts come from the code, so there are only so many. Those within transactions aren't worth it, and BullMQ's are
 * its own.
 */
function planningOnce(pool: pg.Pool): pg.Pool {
	const names = new Map<string, string>()
	const nameOf = (text: string) => {
		const name = names.get(text) ?? hash('sha1', text)
		names.set(text, name)
		return name
	}
	const query = (statement: pg.QueryConfig, values?: readonly unknown[]) =>
		pool.query({ ...statement, name: nameOf(statement.text), values: [...(values ?? [])] })
	return new Proxy(pool, { get: (target, key) => (key === 'query' ? query : Reflect.get(target, key, target)) })
}

/** A `pg.Pool` is what BullMQ asks for; only the two type declarations of its events don't fit each other. */
function asQueuePool(pool: unknown): PgPool {
	if (!isPgPool(pool)) throw new TypeError('The PostgreSQL driver has no pool that BullMQ can use.')
	return pool
}

/** Several processes may start at once: one migrates, however long that takes, and the others wait for it. */
async function migrateServer(client: pg.Client): Promise<void> {
	client.on('error', () => {})
	try {
		await client.connect()
		await client.query('SELECT pg_advisory_lock($1)', [migrationLock])
		await migratePg(drizzlePg(client), { migrationsFolder })
		await runMigrations(client, 'bullmq')
	} finally {
		// Closing the connection also releases the lock.
		await client.end()
	}
}
