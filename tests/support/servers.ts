import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, copyFile, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'

/** Where a server is, or why there is none. */
export type ServerAddress = { readonly url: string } | { readonly missing: string }
export type ServerAddresses = { readonly postgres: ServerAddress; readonly redis: ServerAddress }

declare module 'vitest' {
	export interface ProvidedContext {
		servers: ServerAddresses
	}
}

type Stop = () => Promise<void>
type StartedServer = { readonly address: ServerAddress; readonly stop: Stop }

/** What keeps strangers out of a server; without it, whoever is on this machine may come in. */
export type Secured = {
	readonly password: string
	/** Files with a certificate for 127.0.0.1 and its key. */
	readonly certificate: string
	readonly key: string
	/** The port of Redis on which TLS is spoken; PostgreSQL speaks it on its only one. */
	readonly tlsPort: number
}

const run = promisify(execFile)
const startTimeoutMs = 30_000

/**
 * The servers that the contract suites run on: those that TEST_DATABASE_URL and TEST_REDIS_URL name, else our own in temporary
 * folders if the machine has the programs, else none. Tests create their own databases on the PostgreSQL server, and empty the
 * first databases of the Redis server.
 * @throws Error if one is missing where CI is set: nothing may be skipped there.
 */
export async function startServers(env: NodeJS.ProcessEnv = process.env): Promise<{
	readonly addresses: ServerAddresses
	readonly stop: Stop
}> {
	const started = await Promise.allSettled([
		given(env.TEST_DATABASE_URL) ?? startPostgres(env),
		given(env.TEST_REDIS_URL) ?? startRedis(env),
	])
	const stop = async () => {
		await Promise.all(started.map((server) => (server.status === 'fulfilled' ? server.value.stop() : undefined)))
	}
	try {
		const [postgres, redis] = started.map(addressOf)
		if (postgres === undefined || redis === undefined) throw new Error('two servers were to be started')
		refuseMissing([postgres, redis], env)
		return { addresses: { postgres, redis }, stop }
	} catch (error) {
		await stop()
		throw error
	}
}

function addressOf(started: PromiseSettledResult<StartedServer>): ServerAddress {
	if (started.status === 'rejected') throw started.reason
	return started.value.address
}

function refuseMissing(addresses: readonly ServerAddress[], env: NodeJS.ProcessEnv): void {
	const reasons = addresses.flatMap((address) => ('missing' in address ? [address.missing] : []))
	if (reasons.length === 0) return
	if (env.CI) throw new Error(`CI is set, so nothing may be skipped: ${reasons.join(' ')}`)
	for (const reason of reasons) console.warn(`Some contracts are skipped: ${reason}`)
}

function given(url: string | undefined): Promise<StartedServer> | null {
	return url ? Promise.resolve({ address: { url }, stop: async () => {} }) : null
}

function missing(reason: string): StartedServer {
	return { address: { missing: reason }, stop: async () => {} }
}

/** A PostgreSQL server of one's own. A secured one speaks TLS too, and only TLS where the database is called `sealed`. */
export async function startPostgres(
	env: NodeJS.ProcessEnv,
	secured: Secured | null = null,
	durability: readonly string[] = forgetful,
): Promise<StartedServer> {
	const binaries = await findFolderOf('postgres', [...(await debianPostgresFolders()), ...pathFolders(env)])
	if (binaries === null) {
		return missing('no PostgreSQL server: install it (apt-get install postgresql) or set TEST_DATABASE_URL.')
	}
	const user = await postgresUser()
	const folder = await ownedFolder('threadwise-postgres-', user)
	const data = join(folder, 'data')
	const initdb = ['-D', data, '-U', 'postgres', '--auth=trust', '--encoding=UTF8', '--no-locale', '--no-sync']
	await run(join(binaries, 'initdb'), initdb, { cwd: folder, ...user })
	const security = secured === null ? [] : await securePostgres(binaries, data, user, secured)
	const port = await freePort()
	const network = ['-p', String(port), '-k', '']
	const settings = [...postgresSettings, ...durability].flatMap((setting) => ['-c', setting])
	const server = spawn(join(binaries, 'postgres'), ['-D', data, ...network, ...settings, ...security], {
		cwd: folder,
		stdio: 'ignore',
		...user,
	})
	// SIGINT is PostgreSQL's fast shutdown: it doesn't wait for clients.
	const stop = () => stopProcess(server, 'SIGINT', folder)
	const password = secured === null ? '' : `:${encodeURIComponent(secured.password)}`
	const url = `postgres://postgres${password}@127.0.0.1:${port}/postgres`
	await whenUp(() => answersQueries(url), stop, 'PostgreSQL')
	return { address: { url }, stop }
}

/** Gives the first user a password, asks everybody for one, and speaks TLS. Returns the server's settings for it. */
async function securePostgres(binaries: string, data: string, user: SystemUser, secured: Secured) {
	const rules = ['hostnossl sealed all 127.0.0.1/32 reject', 'host all all 127.0.0.1/32 scram-sha-256']
	const [certificate, key] = [join(data, 'server.crt'), join(data, 'server.key')]
	await copyFile(secured.certificate, certificate)
	await copyFile(secured.key, key)
	await chmod(key, 0o600)
	if (user.uid !== undefined && user.gid !== undefined) await chown(key, user.uid, user.gid)
	const alter = run(join(binaries, 'postgres'), ['--single', '-D', data, 'postgres'], { cwd: data, ...user })
	alter.child.stdin?.end(`ALTER USER postgres PASSWORD ${pg.escapeLiteral(secured.password)}\n`)
	await alter
	await writeFile(join(data, 'pg_hba.conf'), `${rules.join('\n')}\n`)
	return ['ssl=on', `ssl_cert_file=${certificate}`, `ssl_key_file=${key}`].flatMap((setting) => ['-c', setting])
}

const postgresSettings = ['listen_addresses=127.0.0.1', 'max_connections=200']

/** What is written may be gone when the machine fails: a test's database isn't missed. */
const forgetful = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off']

/** What is written stays, as in production: for figures that shall be worth something. */
export const durable = ['fsync=on', 'synchronous_commit=on', 'full_page_writes=on']

/** Database numbers are given out by the vitest worker's number, so there must be enough of them. */
const redisDatabases = '1024'

/** A Redis server of one's own. A secured one speaks TLS on a second port. */
export async function startRedis(env: NodeJS.ProcessEnv, secured: Secured | null = null): Promise<StartedServer> {
	const binaries = await findFolderOf('redis-server', pathFolders(env))
	if (binaries === null) {
		return missing('no Redis server: install it (apt-get install redis-server) or set TEST_REDIS_URL.')
	}
	const folder = await ownedFolder('threadwise-redis-', {})
	const port = await freePort()
	const network = ['--port', String(port), '--bind', '127.0.0.1', '--databases', redisDatabases]
	const storage = ['--dir', folder, '--save', '', '--appendonly', 'no']
	const security = secured === null ? [] : redisSecurity(secured)
	const server = spawn(join(binaries, 'redis-server'), [...network, ...storage, ...security], { stdio: 'ignore' })
	const stop = () => stopProcess(server, 'SIGTERM', folder)
	await whenUp(() => acceptsConnections(port), stop, 'Redis')
	const password = secured === null ? '' : `:${encodeURIComponent(secured.password)}@`
	return { address: { url: `redis://${password}127.0.0.1:${port}` }, stop }
}

function redisSecurity({ password, certificate, key, tlsPort }: Secured): readonly string[] {
	const tls = ['--tls-port', String(tlsPort), '--tls-cert-file', certificate, '--tls-key-file', key]
	return ['--requirepass', password, ...tls, '--tls-ca-cert-file', certificate, '--tls-auth-clients', 'no']
}

async function debianPostgresFolders(): Promise<readonly string[]> {
	const versions = await readdir('/usr/lib/postgresql').catch((): string[] => [])
	const newestFirst = versions.toSorted((left, right) => Number(right) - Number(left))
	return newestFirst.map((version) => `/usr/lib/postgresql/${version}/bin`)
}

function pathFolders(env: NodeJS.ProcessEnv): readonly string[] {
	return (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
}

async function findFolderOf(program: string, folders: readonly string[]): Promise<string | null> {
	for (const folder of folders) {
		const files = await readdir(folder).catch((): string[] => [])
		if (files.includes(program)) return folder
	}
	return null
}

type SystemUser = { readonly uid?: number; readonly gid?: number }

/** PostgreSQL refuses to run as root: there it runs as the user that its package has made, or as nobody. */
async function postgresUser(): Promise<SystemUser> {
	if (process.getuid?.() !== 0) return {}
	const name = await run('id', ['-u', 'postgres']).then(
		() => 'postgres',
		() => 'nobody',
	)
	const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])])
	return { uid: Number(uid.stdout), gid: Number(gid.stdout) }
}

async function ownedFolder(prefix: string, { uid, gid }: SystemUser): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), prefix))
	if (uid !== undefined && gid !== undefined) await chown(folder, uid, gid)
	return folder
}

/** A port of loopback on which nobody listens. */
export async function freePort(): Promise<number> {
	const server = createServer().listen(0, '127.0.0.1')
	await once(server, 'listening')
	const address = server.address()
	server.close()
	await once(server, 'close')
	if (address === null || typeof address === 'string') throw new Error('the server has no port')
	return address.port
}

async function whenUp(isUp: () => Promise<boolean>, stop: Stop, name: string): Promise<void> {
	const givenUpAt = Date.now() + startTimeoutMs
	while (!(await isUp())) {
		if (Date.now() > givenUpAt) {
			await stop()
			throw new Error(`The ${name} server of the tests didn't start within ${startTimeoutMs} ms.`)
		}
		await sleep(20)
	}
}

async function answersQueries(url: string): Promise<boolean> {
	const client = new pg.Client({ connectionString: url })
	client.on('error', () => {})
	try {
		await client.connect()
		await client.query('select 1')
		return true
	} catch {
		return false
	} finally {
		await client.end().catch(() => {})
	}
}

function acceptsConnections(port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = connect(port, '127.0.0.1')
		socket.once('connect', () => resolve(true))
		socket.once('error', () => resolve(false))
		socket.once('connect', () => socket.destroy())
	})
}

async function stopProcess(server: ReturnType<typeof spawn>, signal: NodeJS.Signals, folder: string): Promise<void> {
	const running = server.exitCode === null && server.signalCode === null && server.pid !== undefined
	if (running) {
		const exited = once(server, 'exit')
		server.kill(signal)
		await exited
	}
	await rm(folder, { recursive: true, force: true })
}
