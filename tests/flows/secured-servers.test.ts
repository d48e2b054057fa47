import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import { parseAskOutput } from '../support/ask-output.ts'
import { makeCertificate } from '../support/certificate.ts'
import { threadwise } from '../support/command-line.ts'
import { temporaryFolder } from '../support/data-folder.ts'
import { freePort, startPostgres, startRedis } from '../support/servers.ts'

// Every step here is a process of its own.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

const password = 'p@ss/w:rd?#%&+ [ü]'
const inUrl = encodeURIComponent(password)
const { postgres, redis } = inject('servers')
const missing = 'missing' in postgres ? postgres.missing : 'missing' in redis ? redis.missing : null
const opened = new AsyncDisposableStack()

let databaseUrl: URL
let redisUrl: URL
let tlsPort: number
let certificate: string

beforeAll(async () => {
	if (missing !== null) return
	const folder = opened.use(await temporaryFolder())
	const made = await makeCertificate(folder.path)
	certificate = made.certificate
	tlsPort = await freePort()
	const secured = { ...made, password, tlsPort }
	const servers = [await startPostgres(process.env, secured), await startRedis(process.env, secured)]
	for (const { stop } of servers) opened.defer(stop)
	const [database, queue] = servers.map(({ address }) => new URL('url' in address ? address.url : ''))
	if (database === undefined || queue === undefined) throw new Error('two servers were to be started')
	databaseUrl = database
	redisUrl = queue
	const client = new pg.Client({ connectionString: databaseUrl.href })
	await client.connect()
	for (const name of ['plain', 'sealed']) await client.query(`CREATE DATABASE ${name}`)
	await client.end()
})

afterAll(() => opened.disposeAsync())

type Change = { readonly password?: string; readonly path?: string; readonly search?: string }

function changed(url: URL, { password: other, path, search }: Change): string {
	const copy = new URL(url)
	if (other !== undefined) copy.password = other
	if (path !== undefined) copy.pathname = path
	if (search !== undefined) copy.search = search
	return copy.href
}

async function ask(variables: Readonly<Record<string, string>>) {
	const { stdout, stderr, exitCode } = await threadwise(['ask', '--json', 'What is 17 * 23?'], variables)
	return { exitCode, output: parseAskOutput(stdout), text: `${stdout}${stderr}` }
}

describe.skipIf(missing !== null)(`secured servers${missing === null ? '' : `, skipped: ${missing}`}`, () => {
	test('passwords with special characters open PostgreSQL and Redis', async () => {
		const { output } = await ask({
			DATABASE_URL: changed(databaseUrl, { path: '/plain' }),
			REDIS_URL: redisUrl.href,
		})
		expect(output.answer).toContain('391')
	})

	test.each(['require', 'verify-full'])('TLS to both, sslmode=%s', async (mode) => {
		const sealed = new URL(changed(databaseUrl, { path: '/sealed', search: `?sslmode=${mode}` }))
		const secure = `rediss://:${inUrl}@127.0.0.1:${tlsPort}`
		const { output } = await ask({
			DATABASE_URL: sealed.href,
			REDIS_URL: secure,
			NODE_EXTRA_CA_CERTS: certificate,
		})
		expect(output.answer).toContain('391')
	})

	test('a server whose certificate nobody vouches for is refused, in words that say so', async () => {
		const sealed = changed(databaseUrl, { path: '/sealed', search: '?sslmode=verify-full' })
		const { exitCode, output } = await ask({ DATABASE_URL: sealed })
		expect(exitCode).toBe(1)
		expect(output.error?.code).toBe('store-unavailable')
		expect(output.error?.message).toMatch(/certificate/)
	})

	test.each<[string, () => Readonly<Record<string, string>>]>([
		['database password', () => ({ DATABASE_URL: changed(databaseUrl, { path: '/plain', password: 'cAnArY-1' }) })],
		['database name', () => ({ DATABASE_URL: changed(databaseUrl, { path: '/cAnArY-none' }) })],
		['database port', () => ({ DATABASE_URL: `postgres://postgres:${inUrl}@127.0.0.1:1/plain` })],
		[
			'Redis password',
			() => ({
				DATABASE_URL: changed(databaseUrl, { path: '/plain' }),
				REDIS_URL: changed(redisUrl, { password: 'cAnArY-2' }),
			}),
		],
		[
			'Redis port',
			() => ({ DATABASE_URL: changed(databaseUrl, { path: '/plain' }), REDIS_URL: `redis://:${inUrl}@127.0.0.1:1` }),
		],
	])('with a wrong %s, a failure names the fix and no password', async (_, variables) => {
		const worker = await threadwise(['worker'], variables())
		const said = `${worker.stdout}${worker.stderr}`
		expect(worker.exitCode).toBe(1)
		expect(said).toMatch(/DATABASE_URL|REDIS_URL/)
		for (const secret of [password, inUrl, 'cAnArY-1', 'cAnArY-2']) expect(said).not.toContain(secret)
	})
})
