import { randomBytes } from 'node:crypto'
import { Redis } from 'ioredis'
import pg from 'pg'
import { inject } from 'vitest'
import type { QueueLocation } from '../../src/queue/index.ts'
import { type Database, openEmbeddedDatabase, openServerDatabase } from '../../src/store/index.ts'
import { loadDatabaseDump } from './database-dump.ts'

/** An empty database of one's own. */
export type TestDatabase = AsyncDisposable & {
	/** The database as one process opens it. */
	readonly database: Database
	/** The same database as another process would open it; the embedded one has a single process, so it is the same object. */
	readonly sameFromElsewhere: Database
	/** What another process opens it with; null where there can be none. */
	readonly url: string | null
}

/** An empty queue backend of one's own. */
export type TestQueueBackend = AsyncDisposable & {
	readonly location: QueueLocation
	readonly sameFromElsewhere: QueueLocation
	readonly url: string | null
}

/** One kind of place that a contract suite runs on. */
export type Place<Opened> = {
	readonly name: string
	/** Why it isn't to be had on this machine, and what to install; null where it is. */
	readonly missing: string | null
	/** Whether more than one process can use it. */
	readonly shared: boolean
	open(): Promise<Opened>
}

const { postgres, redis } = inject('servers')

/** Every kind of database that Threadwise runs on. */
export const databases: readonly Place<TestDatabase>[] = [
	{ name: 'embedded database', missing: null, shared: false, open: openEmbedded },
	{ name: 'PostgreSQL server', missing: whyMissing(postgres), shared: true, open: openOnServer },
]

/** Every kind of queue backend that Threadwise runs on. */
export const queueBackends: readonly Place<TestQueueBackend>[] = [
	...databases.map((place) => ({ ...place, name: `queue on the ${place.name}`, open: () => queueOn(place) })),
	{ name: 'queue on Redis', missing: whyMissing(redis), shared: true, open: openRedis },
]

/** What to install for the journeys that need both servers; nothing where they are there. */
export const missingServers: readonly string[] = [postgres, redis].flatMap((address) => whyMissing(address) ?? [])

function whyMissing(address: typeof postgres): string | null {
	return 'missing' in address ? address.missing : null
}

/** The name of a suite with the reason for which it is skipped, if it is. */
export function titleOf({ name, missing }: Pick<Place<unknown>, 'name' | 'missing'>): string {
	return missing === null ? name : `${name}, skipped: ${missing}`
}

async function openEmbedded(): Promise<TestDatabase> {
	const database = await openEmbeddedDatabase({ dump: await loadDatabaseDump(inject('databaseDump')) })
	return { database, sameFromElsewhere: database, url: null, [Symbol.asyncDispose]: () => database.close() }
}

async function openOnServer(): Promise<TestDatabase> {
	const fresh = await createServerDatabase()
	const database = await openServerDatabase(fresh.url)
	const sameFromElsewhere = await openServerDatabase(fresh.url)
	return {
		database,
		sameFromElsewhere,
		url: fresh.url,
		[Symbol.asyncDispose]: async () => {
			await Promise.all([database.close(), sameFromElsewhere.close()])
			await fresh[Symbol.asyncDispose]()
		},
	}
}

/** Creates an empty database on the tests' PostgreSQL server. */
export async function createServerDatabase(): Promise<AsyncDisposable & { readonly url: string }> {
	if ('missing' in postgres) throw new Error(postgres.missing)
	const name = `threadwise_test_${randomBytes(8).toString('hex')}`
	await administrate(postgres.url, `CREATE DATABASE ${name}`)
	const url = new URL(postgres.url)
	url.pathname = `/${name}`
	return {
		url: url.href,
		[Symbol.asyncDispose]: () => administrate(postgres.url, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
	}
}

async function administrate(url: string, statement: string): Promise<void> {
	const client = new pg.Client({ connectionString: url })
	await client.connect()
	try {
		await client.query(statement)
	} finally {
		await client.end()
	}
}

async function queueOn(place: Place<TestDatabase>): Promise<TestQueueBackend> {
	const opened = await place.open()
	return {
		location: { kind: 'postgres', pool: opened.database.pool },
		sameFromElsewhere: { kind: 'postgres', pool: opened.sameFromElsewhere.pool },
		url: opened.url,
		[Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
	}
}

async function openRedis(): Promise<TestQueueBackend> {
	if ('missing' in redis) throw new Error(redis.missing)
	const url = new URL(redis.url)
	// Vitest runs one file at a time in each of its workers, which it counts from 1.
	url.pathname = `/${process.env.VITEST_POOL_ID ?? '1'}`
	const client = new Redis(url.href)
	await client.flushdb()
	await client.quit()
	const location: QueueLocation = { kind: 'redis', url: url.href }
	return { location, sameFromElsewhere: location, url: url.href, [Symbol.asyncDispose]: async () => {} }
}
