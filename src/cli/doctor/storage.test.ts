import { once } from 'node:events'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test, vi } from 'vitest'
import { makeCertificate } from '../../../tests/support/certificate.ts'
import { threadwise } from '../../../tests/support/command-line.ts'
import { temporaryFolder } from '../../../tests/support/data-folder.ts'
import { changedRows, doctorRows, rowNamed } from '../../../tests/support/doctor.ts'
import { preparedFolder } from '../../../tests/support/prepared-folder.ts'
import { startedProcess } from '../../../tests/support/running-process.ts'
import { freePort, startPostgres, startRedis } from '../../../tests/support/servers.ts'
import { createServerDatabase } from '../../../tests/support/stores.ts'
import type { CheckRow } from '../../core/check.ts'
import { openServerDatabase } from '../../store/index.ts'
import { folderFinding } from './data-folder.ts'
import { databaseFinding } from './database.ts'
import { redisFinding } from './queue.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

describe('the embedded database', () => {
	let well: readonly CheckRow[]
	beforeAll(async () => {
		well = await doctorRows({})
	})

	test('is well before the first start, and looking makes nothing', async () => {
		await using folder = await temporaryFolder()
		const path = join(folder.path, 'not', 'yet')
		const rows = await doctorRows({ THREADWISE_DATA_DIR: path })
		expect(rows.filter(({ status }) => status === 'problem' || status === 'warning')).toEqual([])
		expect(rowNamed(rows, 'data folder').message).toContain('will be made by the first start')
		expect(await readdir(folder.path)).toEqual([])
	})

	test('a data folder that nobody can make', async () => {
		await using folder = await temporaryFolder()
		await writeFile(join(folder.path, 'file'), '')
		const rows = await doctorRows({ THREADWISE_DATA_DIR: join(folder.path, 'file', 'data') })
		expect(changedRows(well, rows)).toEqual(['data folder: problem', 'database: not-checked'])
		expect(rowNamed(rows, 'data folder').fix).toContain('THREADWISE_DATA_DIR')
	})

	test('a database that is broken', async () => {
		await using folder = await temporaryFolder()
		await mkdir(join(folder.path, 'database'))
		await writeFile(join(folder.path, 'database', 'PG_VERSION'), 'broken')
		const rows = await doctorRows({ THREADWISE_DATA_DIR: folder.path })
		expect(changedRows(well, rows)).toEqual(['database: problem'])
		expect(rowNamed(rows, 'database').message).toContain("can't be opened")
	})

	test('a database that another process has open, which also has the port', async () => {
		await using folder = await preparedFolder()
		const variables = { THREADWISE_DATA_DIR: folder.path, THREADWISE_PORT: String(await freePort()) }
		await using running = await startedProcess('start', variables)
		const rows = await doctorRows(variables)
		expect(changedRows(well, rows)).toEqual([])
		expect(rowNamed(rows, 'data folder').message).toContain(`in use by threadwise start (process ${running.pid}, since`)
		expect(rowNamed(rows, 'HTTP address').message).toContain('in use by Threadwise')
		running.kill('SIGTERM')
		await running.ended()
		expect(rowNamed(await doctorRows(variables), 'database').message).toMatch(
			/^embedded, PostgreSQL [\d.]+, tables of this version$/,
		)
	})

	test('a holder that does not answer', async () => {
		const control = { port: await freePort(), token: 'x' }
		const holder = { processId: 1, bootId: 'b', startedAt: '2026-01-01', command: 'start', control }
		const facts = { exists: true, freeBytes: 1e12 }
		expect(await folderFinding('x', { ...facts, holder })).toMatchObject({
			status: 'problem',
			message: expect.stringContaining('process 1'),
		})
		expect(await folderFinding('x', { ...facts, holder: { ...holder, control: null } })).toMatchObject({
			status: 'warning',
		})
		expect(await folderFinding('x', { ...facts, holder: 'unknown' })).toMatchObject({ status: 'warning' })
	})

	test('a disk that is full, and one that soon will be', async () => {
		const facts = { exists: true, holder: 'nobody' } as const
		expect((await folderFinding('x', { ...facts, freeBytes: 50e6 })).status).toBe('problem')
		expect((await folderFinding('x', { ...facts, freeBytes: 500e6 })).status).toBe('warning')
		expect((await folderFinding('x', { ...facts, freeBytes: 50e9 })).status).toBe('ok')
	})
})

const { postgres, redis } = inject('servers')
const missing = 'missing' in postgres ? postgres.missing : 'missing' in redis ? redis.missing : null
const skipped = missing === null ? '' : `, skipped: ${missing}`

async function run(url: string, ...statements: readonly string[]): Promise<void> {
	const client = new pg.Client({ connectionString: url })
	await client.connect()
	try {
		for (const statement of statements) await client.query(statement)
	} finally {
		await client.end()
	}
}

describe.skipIf(missing !== null)(`PostgreSQL${skipped}`, () => {
	let database: Awaited<ReturnType<typeof createServerDatabase>>
	let well: readonly CheckRow[]
	beforeAll(async () => {
		database = await createServerDatabase()
		well = await doctorRows({ DATABASE_URL: database.url })
	})
	afterAll(() => database[Symbol.asyncDispose]())

	/** The rows with another database, and which of them differ from those of one that is well. */
	async function visit(url: string) {
		const rows = await doctorRows({ DATABASE_URL: url })
		return { changed: changedRows(well, rows), row: rowNamed(rows, 'database'), rows }
	}

	function at(place: { readonly port?: string; readonly pathname?: string }): string {
		return Object.assign(new URL(database.url), place).href
	}

	test('is well when it is empty, and when it is in use', async () => {
		expect(rowNamed(well, 'database')).toMatchObject({ status: 'ok', message: expect.stringContaining('empty') })
		expect(rowNamed(well, 'queue')).toMatchObject({ status: 'ok', message: 'in the database; notifications arrive' })
		await using used = await createServerDatabase()
		await (await openServerDatabase(used.url)).close()
		const { changed: differing, row } = await visit(used.url)
		expect(differing).toEqual([])
		expect(row.message).toContain('tables of this version')
	})

	test('nobody listens there', async () => {
		const port = await freePort()
		const { changed: differing, row } = await visit(at({ port: String(port) }))
		expect(differing).toEqual(['database: problem', 'queue: not-checked'])
		expect(row.fix).toContain('nobody listens')
	})

	test('there is no such database', async () => {
		const { changed: differing, row } = await visit(at({ pathname: '/missing' }))
		expect(differing).toEqual(['database: problem', 'queue: not-checked'])
		expect(row.fix).toContain('createdb missing')
	})

	test('it can only be read', async () => {
		await using own = await createServerDatabase()
		const name = new URL(own.url).pathname.slice(1)
		await run(own.url, `ALTER DATABASE ${name} SET default_transaction_read_only = on`)
		const { changed: differing, row } = await visit(own.url)
		expect(differing).toEqual(['database: problem'])
		expect(row.message).toContain('only be read')
	})

	test('its tables are of a newer version', async () => {
		await using own = await createServerDatabase()
		await (await openServerDatabase(own.url)).close()
		await run(own.url, `INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES ('x', 9999999999999)`)
		const { changed: differing, row } = await visit(own.url)
		expect(differing).toEqual(['database: problem'])
		expect(row.message).toContain('newer version')
	})

	test('its tables are of an older version, which is well', async () => {
		await using own = await createServerDatabase()
		await (await openServerDatabase(own.url)).close()
		await run(
			own.url,
			'DELETE FROM drizzle.__drizzle_migrations WHERE created_at = (SELECT max(created_at) FROM drizzle.__drizzle_migrations)',
		)
		const { changed: differing, row } = await visit(own.url)
		expect(differing).toEqual([])
		expect(row.message).toContain('1 migration for the next start')
	})

	test("it is encoded in something that can't hold every text", async () => {
		const name = `ascii_${Date.now()}`
		await run(
			database.url,
			`CREATE DATABASE ${name} ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0`,
		)
		const { changed: differing, row } = await visit(at({ pathname: `/${name}` }))
		await run(database.url, `DROP DATABASE ${name} WITH (FORCE)`)
		expect(differing).toEqual(['database: problem'])
		expect(row.fix).toContain('UTF8')
	})

	test('its user may not create tables', async () => {
		await using own = await createServerDatabase()
		const role = `reader_${Date.now()}`
		await run(own.url, `CREATE ROLE ${role} LOGIN`, 'REVOKE CREATE ON SCHEMA public FROM PUBLIC')
		const url = new URL(own.url)
		url.username = role
		const { changed: differing, row } = await visit(url.href)
		await run(own.url, `DROP ROLE ${role}`)
		expect(differing).toEqual(['database: problem'])
		expect(row.fix).toContain('OWNER')
	})

	test('the password is wrong, and no row has it', async () => {
		await using folder = await temporaryFolder()
		const secured = { ...(await makeCertificate(folder.path)), password: 'right', tlsPort: await freePort() }
		const server = await startPostgres(process.env, secured)
		onTestFinished(server.stop)
		const url = new URL('url' in server.address ? server.address.url : '')
		url.password = 'canary-4711'
		const { changed: differing, row, rows } = await visit(url.href)
		expect(differing).toEqual(['database: problem', 'queue: not-checked'])
		expect(row.fix).toContain('password')
		expect(JSON.stringify(rows)).not.toContain('canary-4711')
	})

	test('a pooler in between lets no notifications through', async () => {
		await using pooler = await withoutNotifications(database.url)
		const { changed: differing, rows } = await visit(pooler.url)
		expect(differing).toEqual(['queue: problem'])
		expect(rowNamed(rows, 'queue').fix).toContain('pool_mode = session')
	})

	test('a server that is too old', () => {
		const migrations = { applied: 0, pending: 3, unknown: 0 }
		const facts = { encoding: 'UTF8', isReadOnly: false, mayCreateTables: true, migrations }
		expect(databaseFinding('x', { ...facts, version: '12.9', majorVersion: 12 }).status).toBe('problem')
		expect(databaseFinding('x', { ...facts, version: '13.1', majorVersion: 13 }).status).toBe('ok')
	})
})

/** A way to a PostgreSQL server on which its notifications get lost. */
async function withoutNotifications(target: string): Promise<AsyncDisposable & { readonly url: string }> {
	const { hostname, port } = new URL(target)
	const sockets = new Set<Socket>()
	const server = createServer((socket) => {
		const onward = connect(Number(port), hostname)
		for (const each of [socket, onward]) sockets.add(each.on('error', () => each.destroy()))
		socket.pipe(onward)
		let held = Buffer.alloc(0)
		onward.on('data', (piece) => {
			held = Buffer.concat([held, piece])
			while (held.length >= 5 && held.length >= 1 + held.readInt32BE(1)) {
				const message = held.subarray(0, 1 + held.readInt32BE(1))
				held = held.subarray(message.length)
				// NotificationResponse
				if (message.toString('latin1', 0, 1) !== 'A') socket.write(message)
			}
		})
		onward.on('end', () => socket.end())
	}).listen(0, '127.0.0.1')
	await once(server, 'listening')
	const address = server.address()
	const url = new URL(target)
	url.port = String(typeof address === 'object' ? address?.port : 0)
	return {
		url: url.href,
		[Symbol.asyncDispose]: async () => {
			server.close()
			for (const socket of sockets) socket.destroy()
		},
	}
}

describe.skipIf(missing !== null)(`Redis${skipped}`, () => {
	let databaseUrl: string
	let redisUrl: string
	let client: Redis
	let well: readonly CheckRow[]
	const opened = new AsyncDisposableStack()
	beforeAll(async () => {
		databaseUrl = opened.use(await createServerDatabase()).url
		const server = await startRedis(process.env)
		opened.defer(server.stop)
		redisUrl = 'url' in server.address ? server.address.url : ''
		client = new Redis(redisUrl)
		opened.defer(() => client.disconnect())
		await client.config('SET', 'appendonly', 'yes')
		well = await visit(redisUrl)
	})
	afterAll(() => opened.disposeAsync())

	function visit(url: string) {
		return doctorRows({ DATABASE_URL: databaseUrl, REDIS_URL: url })
	}

	/** What a visit says while a setting of the server is another one. */
	async function visitWith(setting: string, value: string, usual: string, url = redisUrl) {
		await client.config('SET', setting, value)
		try {
			const rows = await visit(url)
			return { changed: changedRows(well, rows), row: rowNamed(rows, 'queue'), rows }
		} finally {
			await client.config('SET', setting, usual)
		}
	}

	test('is well', () => {
		expect(rowNamed(well, 'queue')).toMatchObject({
			status: 'ok',
			message: expect.stringContaining('noeviction, append-only'),
		})
	})

	test('nobody listens there', async () => {
		const rows = await visit(`redis://127.0.0.1:${await freePort()}`)
		expect(changedRows(well, rows)).toEqual(['queue: problem'])
		expect(rowNamed(rows, 'queue').fix).toContain('nobody listens')
	})

	test('it may forget', async () => {
		const { changed, row } = await visitWith('maxmemory-policy', 'allkeys-lru', 'noeviction')
		expect(changed).toEqual(['queue: problem'])
		expect(row.fix).toContain('noeviction')
	})

	test('it writes nothing down', async () => {
		const { changed, row } = await visitWith('appendonly', 'no', 'yes')
		expect(changed).toEqual(['queue: warning'])
		expect(row.fix).toContain('appendonly yes')
	})

	test('it is full', async () => {
		const { changed, row } = await visitWith('maxmemory', '1', '0')
		expect(changed).toEqual(['queue: problem'])
		expect(row.fix).toContain('maxmemory')
	})

	test('it asks for a password, and none is given', async () => {
		const { changed, row } = await visitWith('requirepass', 'secret-4711', '')
		expect(changed).toEqual(['queue: problem'])
		expect(row.fix).toContain('password')
	})

	test('it asks for another password, and no row has the one that was given', async () => {
		const url = redisUrl.replace('redis://', 'redis://:canary-4711@')
		const { changed, row, rows } = await visitWith('requirepass', 'secret-4711', '', url)
		expect(changed).toEqual(['queue: problem'])
		expect(row.fix).toContain('password')
		expect(JSON.stringify(rows)).not.toContain('canary-4711')
	})

	test('it is a replica', async () => {
		await client.replicaof('127.0.0.1', await freePort())
		const rows = await visit(redisUrl)
		await client.replicaof('NO', 'ONE')
		expect(changedRows(well, rows)).toEqual(['queue: problem'])
		expect(rowNamed(rows, 'queue').message).toContain('replica')
	})

	test('it is old', () => {
		const facts = { evictionPolicy: 'noeviction', appendOnly: true, isReplica: false }
		expect(redisFinding('x', { ...facts, version: '4.0.9' }).status).toBe('problem')
		expect(redisFinding('x', { ...facts, version: '6.0.1' }).status).toBe('warning')
		expect(redisFinding('x', { ...facts, version: '6.2.0' }).status).toBe('ok')
		expect(redisFinding('x', { ...facts, evictionPolicy: null, appendOnly: null, version: '7.4' }).status).toBe('ok')
	})

	test('the command says it all at once: exit status, every problem, one JSON object', async () => {
		const variables = {
			DATABASE_URL: `postgres://x:canary-1@127.0.0.1:1/x`,
			REDIS_URL: 'redis://:canary-2@127.0.0.1:1',
		}
		const { exitCode, stdout, stderr } = await threadwise(['doctor', '--json'], variables)
		expect(stderr).toBe('')
		expect(exitCode).toBe(1)
		const told = JSON.parse(String(stdout))
		expect(told).toMatchObject({ ok: false })
		expect(told.rows.filter((row: CheckRow) => row.status === 'problem').map(({ name }: CheckRow) => name)).toEqual([
			'database',
			'queue',
		])
		expect(stdout).not.toContain('canary')
	})
})
