import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { ThreadwiseError } from '../../../src/core/errors.ts'
import type { JobQueue } from '../../../src/core/job-queue.ts'
import type { RunStore } from '../../../src/core/run-store.ts'
import { createJobQueue, type QueueLocation } from '../../../src/queue/index.ts'
import { createRunStore, openEmbeddedDatabase, openServerDatabase } from '../../../src/store/index.ts'
import { temporaryFolder } from '../../support/data-folder.ts'
import { durable, type ServerAddress, startPostgres, startRedis } from '../../support/servers.ts'

/** Where store and queue are. */
export const backendNames = ['embedded', 'postgres', 'postgres-redis'] as const
export type BackendName = (typeof backendNames)[number]

/** The servers of a benchmark, started for it alone. */
export type BenchServers = AsyncDisposable & {
	readonly postgresUrl: string
	readonly redisUrl: string
	/** The settings that figures depend on, as the server tells them. */
	readonly settings: Readonly<Record<string, string>>
}

/**
 * Starts a PostgreSQL that loses nothing when the power fails, as one in production, and a Redis.
 * @throws ThreadwiseError that says what to install where one is missing.
 */
export async function startBenchServers(): Promise<BenchServers> {
	await using started = new AsyncDisposableStack()
	const postgres = await startPostgres(process.env, null, durable)
	started.defer(postgres.stop)
	const redis = await startRedis(process.env)
	started.defer(redis.stop)
	const postgresUrl = urlOf(postgres.address)
	const servers = {
		postgresUrl,
		redisUrl: urlOf(redis.address),
		settings: { ...(await readSettings(postgresUrl)), redisAppendOnlyFile: 'no' },
	}
	const stopping = started.move()
	return { ...servers, [Symbol.asyncDispose]: () => stopping.disposeAsync() }
}

function urlOf(address: ServerAddress): string {
	if ('url' in address) return address.url
	throw new ThreadwiseError('config', `This benchmark needs a server that isn't here: ${address.missing}`, {
		fix: 'Then run it again.',
	})
}

async function readSettings(url: string): Promise<Readonly<Record<string, string>>> {
	const client = new pg.Client({ connectionString: url })
	await client.connect()
	try {
		const { rows } = await client.query(
			`select current_setting('server_version') as postgres, current_setting('fsync') as "postgresFsync",
				current_setting('synchronous_commit') as "postgresSynchronousCommit"`,
		)
		return rows[0]
	} finally {
		await client.end()
	}
}

/** Store and queue on one kind of backend, empty. */
export type Backend = AsyncDisposable & {
	readonly name: BackendName
	readonly store: RunStore
	readonly queue: JobQueue
	/** The variables with which another process uses the same; none where no other can. */
	readonly variables: Readonly<Record<string, string>>
	/** Runs a statement and returns its rows. */
	query(statement: string): Promise<readonly unknown[]>
}

/** Opens an empty backend. */
export async function openBackend(name: BackendName, servers: BenchServers): Promise<Backend> {
	await using opened = new AsyncDisposableStack()
	const url = name === 'embedded' ? null : await createDatabase(servers.postgresUrl)
	const database =
		url === null
			? await openEmbeddedDatabase({ folder: opened.use(await temporaryFolder()).path })
			: await openServerDatabase(url)
	opened.defer(() => database.close())
	const store = await createRunStore(database)
	opened.defer(() => store.close())
	const location: QueueLocation =
		name === 'postgres-redis' ? { kind: 'redis', url: servers.redisUrl } : { kind: 'postgres', pool: database.pool }
	const queue = await createJobQueue(location, { onTrouble: rethrow, onRelief: () => {} })
	opened.defer(() => queue.close())
	const closing = opened.move()
	return {
		name,
		store,
		queue,
		variables: {
			...(url === null ? {} : { DATABASE_URL: url }),
			...(location.kind === 'redis' ? { REDIS_URL: location.url } : {}),
		},
		query: async (statement) => (await database.pool.query(statement)).rows,
		[Symbol.asyncDispose]: () => closing.disposeAsync(),
	}
}

/** A database of one's own, which ends with its server. */
async function createDatabase(serverUrl: string): Promise<string> {
	const name = `bench_${randomBytes(6).toString('hex')}`
	const client = new pg.Client({ connectionString: serverUrl })
	await client.connect()
	try {
		await client.query(`CREATE DATABASE ${name}`)
	} finally {
		await client.end()
	}
	const url = new URL(serverUrl)
	url.pathname = `/${name}`
	return url.href
}

function rethrow(error: unknown): never {
	throw error
}
