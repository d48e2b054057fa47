import { join } from 'node:path'
import { Ajv2019 } from 'ajv/dist/2019.js'
import { execa } from 'execa'
import pg from 'pg'
import { describe, expect, inject, onTestFinished, test, vi } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { parseAskOutput } from '../support/ask-output.ts'
import { makeCertificate } from '../support/certificate.ts'
import { startPractice, threadwise } from '../support/command-line.ts'
import { temporaryFolder } from '../support/data-folder.ts'
import { startedProcess } from '../support/running-process.ts'
import { freePort, startPostgres } from '../support/servers.ts'
import { readText } from '../support/source-files.ts'

// Every step here is a process of its own.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

const serviceSchema = z.looseObject({
	command: z.array(z.string()).default([]),
	environment: z.record(z.string(), z.coerce.string()).default({}),
	restart: z.string(),
	volumes: z.array(z.string()).default([]),
	depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
	healthcheck: z.object({ test: z.array(z.string()) }),
})
const composeSchema = z.object({
	services: z.object({ bot: serviceSchema, worker: serviceSchema, postgres: serviceSchema, redis: serviceSchema }),
	volumes: z.record(z.string(), z.unknown()),
})
type Service = z.infer<typeof serviceSchema>

const composeText = readText('docker-compose.yml')
const dockerfile = readText('Dockerfile')
const { services, volumes } = composeSchema.parse(parse(composeText, { merge: true }))

/** What Compose makes of variables in a value. Throws the message of one that is required and missing. */
function interpolate(text: string, variables: Readonly<Record<string, string>>): string {
	return text.replaceAll(/\$\$|\$\{(\w+)(:[?-])([^}]*)\}/g, (all, name = '', operator = '', rest = '') => {
		if (all === '$$') return '$'
		const value = variables[name] ?? ''
		if (value === '' && operator === ':?') throw new Error(rest)
		return value === '' ? rest : value
	})
}

/** A service as Compose would run it, on loopback. */
function rendered(service: Service, env: Readonly<Record<string, string>>, ports: Readonly<Record<string, number>>) {
	const resolve = (text: string) =>
		interpolate(text, env).replace(/@(postgres|redis):\d+/, (_, host) => `@127.0.0.1:${ports[host]}`)
	return {
		command: service.command.map(resolve),
		health: service.healthcheck.test.map(resolve),
		environment: Object.fromEntries(Object.entries(service.environment).map(([name, value]) => [name, resolve(value)])),
	}
}

describe('docker-compose.yml', () => {
	test('fits the schema of the Compose Specification', () => {
		const isText = (value: unknown) => typeof value === 'string'
		const schema: unknown = JSON.parse(readText('tests/fixtures/compose/compose-spec.json'), (key, value) =>
			// What earlier drafts of JSON Schema called $id; nothing refers to it.
			(key === 'id' || key === '$schema') && isText(value) ? undefined : value,
		)
		const duration = /^(?:\d+(?:ms|s|m|h))+$/
		const formats = { duration, ports: true, expose: true, subnet_ip_address: true } as const
		const validate = new Ajv2019({ strict: false, allErrors: true, formats }).compile(
			z.record(z.string(), z.unknown()).parse(schema),
		)
		validate(parse(composeText, { merge: true }))
		expect(validate.errors).toBeNull()
		validate({ services: { bot: { comand: ['bot'] } } })
		expect(validate.errors).not.toBeNull()
	})

	test('nothing is lost by a restart, and whatever dies comes back', () => {
		expect(services.redis.command.join(' ')).toMatch(/--maxmemory-policy noeviction .*--appendonly yes/)
		expect(services.postgres.volumes).toEqual(['postgres:/var/lib/postgresql/data'])
		expect(services.redis.volumes).toEqual(['redis:/data'])
		expect(Object.keys(volumes)).toEqual(['postgres', 'redis'])
		expect(new Set(Object.values(services).map(({ restart }) => restart))).toEqual(new Set(['unless-stopped']))
	})

	test('bot and worker wait for healthy servers, and there can be many workers', () => {
		const healthy = { condition: 'service_healthy' }
		for (const half of [services.bot, services.worker]) {
			expect(half.depends_on).toEqual({ postgres: healthy, redis: healthy })
			expect(half).not.toHaveProperty('container_name')
			expect(half).not.toHaveProperty('ports')
			expect(half).toMatchObject({ init: true, stop_grace_period: '15s' })
		}
	})

	test('holds no secret, and says what to do where a password is missing', () => {
		for (const name of ['POSTGRES_PASSWORD', 'REDIS_PASSWORD']) {
			const others = { POSTGRES_PASSWORD: 'x', REDIS_PASSWORD: 'x', [name]: '' }
			expect(() => rendered(services.worker, others, {})).toThrow(`Put ${name} into .env`)
		}
		const literal = Object.values(services).flatMap(({ environment }) => Object.entries(environment))
		const secrets = literal.filter(([name]) => /PASSWORD|KEY|TOKEN|AUTH/.test(name))
		expect(secrets.filter(([, value]) => !/^\$\{\w+:[?-][^}]*\}$/.test(value))).toEqual([])
	})

	test('the bot has no key of a model', () => {
		expect(Object.keys(services.bot.environment).filter((name) => /KEY|OPENAI/.test(name))).toEqual([])
	})
})

test('the image is small, unprivileged, on the Node that we test with, and asks itself for its health', () => {
	const { devDependencies } = z
		.object({ devDependencies: z.record(z.string(), z.string()) })
		.parse(JSON.parse(readText('package.json')))
	const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base)
	expect(new Set(bases)).toEqual(new Set([`node:${devDependencies.node}-slim`]))
	for (const line of ['USER node', 'VOLUME /data', 'STOPSIGNAL SIGTERM', 'HEALTHCHECK ']) {
		expect(dockerfile).toContain(`\n${line}`)
	}
	expect(dockerfile).toContain('--omit=dev')
	expect(readText('.dockerignore').split('\n')).toContain('*')
	expect(entrypoint()).toEqual(['node', 'src/cli/main.ts'])
})

function entrypoint(): unknown {
	return JSON.parse(/^ENTRYPOINT (.+)$/m.exec(dockerfile)?.[1] ?? 'null')
}

const servers = inject('servers')
const missing = Object.values(servers).flatMap((server) => ('missing' in server ? [server.missing] : []))

test.skipIf(missing.length > 0)(
	`its commands, variables and health checks work against real servers ${missing.join(' ')}`,
	async () => {
		await using folder = await temporaryFolder()
		await using practice = await startPractice()
		const env = { POSTGRES_PASSWORD: 'a1b2c3', REDIS_PASSWORD: 'd4e5f6', OPENAI_BASE_URL: practice.baseUrl }
		const ports = { postgres: await postgresLike(services.postgres, env, folder.path), redis: await freePort() }

		const redis = rendered(services.redis, env, ports)
		await startRedisWith(redis.command, ports.redis, folder.path)
		const redisHealth = redis.health.map((part) => part.replace('redis-cli', `redis-cli -p ${ports.redis}`))
		await expect.poll(() => exitCodeOf(redisHealth, redis.environment)).toBe(0)
		expect(await exitCodeOf(redisHealth, { REDISCLI_AUTH: 'wrong' })).not.toBe(0)
		const postgresHealth = [...rendered(services.postgres, env, ports).health, `--port=${ports.postgres}`]
		expect(await exitCodeOf(postgresHealth, {})).toBe(0)

		const halves = [services.bot, services.worker, services.worker].map((half) => rendered(half, env, ports))
		for (const { command, environment, health } of halves) {
			const own = { ...environment, THREADWISE_HOST: '127.0.0.1', THREADWISE_PORT: String(await freePort()) }
			expect(await exitCodeOf(health, own)).toBe(1)
			const running = await startedProcess(command[0] ?? '', own)
			onTestFinished(() => running[Symbol.asyncDispose]())
			expect(await exitCodeOf(health, own)).toBe(0)
		}
		const { DATABASE_URL = '', REDIS_URL = '' } = halves[0]?.environment ?? {}
		const { stdout } = await threadwise(['ask', '--json', 'What is 17 * 23?'], { DATABASE_URL, REDIS_URL })
		const output = parseAskOutput(stdout)
		expect(output.answer).toContain('391')
		expect(output.disclosure).toBeUndefined()
	},
)

/** What the PostgreSQL image makes of its variables: a user and a database with a password. Returns the port. */
async function postgresLike(service: Service, env: Readonly<Record<string, string>>, folder: string): Promise<number> {
	const { POSTGRES_USER = '', POSTGRES_DB = '', POSTGRES_PASSWORD = '' } = rendered(service, env, {}).environment
	const secured = { ...(await makeCertificate(folder)), password: 'only-for-setup', tlsPort: 0 }
	const { address, stop } = await startPostgres(process.env, secured)
	onTestFinished(stop)
	const url = 'url' in address ? address.url : ''
	const client = new pg.Client({ connectionString: url })
	await client.connect()
	await client.query(`CREATE USER ${POSTGRES_USER} PASSWORD ${pg.escapeLiteral(POSTGRES_PASSWORD)}`)
	await client.query(`CREATE DATABASE ${POSTGRES_DB} OWNER ${POSTGRES_USER}`)
	await client.end()
	return Number(new URL(url).port)
}

async function startRedisWith(command: readonly string[], port: number, folder: string): Promise<void> {
	const [program = '', ...args] = command
	const child = execa(program, [...args, '--port', String(port), '--bind', '127.0.0.1', '--dir', folder], {
		reject: false,
		stdio: 'ignore',
	})
	onTestFinished(async () => {
		child.kill('SIGKILL')
		await child
	})
}

/** Runs a health check as a container engine does. */
async function exitCodeOf(health: readonly string[], environment: Readonly<Record<string, string>>): Promise<number> {
	const [kind, ...rest] = health
	const [program = '', ...args] = kind === 'CMD-SHELL' ? ['sh', '-c', ...rest] : rest
	const env = { PATH: `${join(process.execPath, '..')}:${process.env.PATH}`, ...environment }
	const { exitCode = -1 } = await execa(program, args, { reject: false, extendEnv: false, env })
	return exitCode
}
