import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import pg from 'pg'
import { describe, expect, inject, onTestFinished, test, vi } from 'vitest'
import { type Gate, openGate } from '../../tests/support/gate.ts'
import { queueBackends, titleOf } from '../../tests/support/stores.ts'
import { abortCauseOf } from '../core/abort.ts'
import type { JobHandler, JobQueue, ReasoningJob } from '../core/job-queue.ts'
import { openServerDatabase } from '../store/index.ts'
import { createJobQueue, type QueueLocation } from './index.ts'

// Every test waits for somebody to notice that a server is away or back.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 })

const done = { kind: 'done' } as const
const aJob = (): ReasoningJob => ({ version: 1, runId: randomUUID() })

type Scene = {
	readonly gate: Gate
	/** The address without the gate. */
	readonly url: string
	readonly queue: JobQueue
	/** What was told of its trouble and, as `null`, of the end of it. */
	readonly told: readonly unknown[]
	work(handle: JobHandler): Promise<{ dispose(): Promise<void> }>
}

async function locationAt(url: string): Promise<QueueLocation> {
	if (url.startsWith('redis:')) return { kind: 'redis', url }
	const database = await openServerDatabase(url, 2_000)
	onTestFinished(() => database.close())
	return { kind: 'postgres', pool: database.pool }
}

/** A queue on a server that one can shut away. */
async function opened(place: (typeof queueBackends)[number]): Promise<Scene> {
	const backend = await place.open()
	onTestFinished(() => backend[Symbol.asyncDispose]())
	const url = String(backend.url)
	const gate = await openGate(url)
	onTestFinished(() => gate[Symbol.asyncDispose]())
	const told: unknown[] = []
	const listener = { onTrouble: (error: unknown) => told.push(error), onRelief: () => told.push(null) }
	const queue = await createJobQueue(await locationAt(gate.url), listener)
	onTestFinished(() => queue.close())
	onTestFinished(() => gate.open())
	return {
		gate,
		url,
		queue,
		told,
		work: async (handle) => {
			const deliveries = await queue.work(handle, { concurrency: 2 })
			let disposing: Promise<void> | null = null
			const dispose = () => (disposing ??= Promise.resolve(deliveries[Symbol.asyncDispose]()))
			onTestFinished(dispose)
			return { dispose }
		},
	}
}

/** Works on jobs and tells which have come. */
async function collecting({ work }: Scene) {
	const handled: string[] = []
	const { dispose } = await work(async ({ runId }) => {
		handled.push(runId)
		return done
	})
	return { handled, dispose }
}

/** Adds a job as soon as the queue takes it, and waits until it has come. */
async function untilDelivered({ queue }: Scene, handled: readonly string[]): Promise<void> {
	const job = aJob()
	const isAdded = () =>
		queue.add(job, 1).then(
			() => true,
			() => false,
		)
	await expect.poll(isAdded, { timeout: 5_000 }).toBe(true)
	await expect.poll(() => handled, { timeout: 5_000 }).toContain(job.runId)
}

/** A handler at work until it is aborted or told to end. */
function longWork() {
	const started = Promise.withResolvers<AbortSignal>()
	const end = Promise.withResolvers<void>()
	const handle: JobHandler = async (_, signal) => {
		started.resolve(signal)
		const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
		await Promise.race([end.promise, aborted])
		return done
	}
	return { handle, started: started.promise, end: end.resolve }
}

for (const place of queueBackends.filter(({ shared }) => shared)) {
	describe.skipIf(place.missing !== null)(titleOf(place), () => {
		test('that was away delivers again within seconds of its return', async () => {
			const scene = await opened(place)
			const { handled } = await collecting(scene)
			await scene.gate.shut()
			await expect(scene.queue.add(aJob(), 1)).rejects.toThrow()
			// Long enough for every attempt to wait as long as it ever does.
			await sleep(4_000)
			await scene.gate.open()
			await untilDelivered(scene, handled)
		})

		test('that is away says so once in each way in which it is, and once more when it is back', async () => {
			const scene = await opened(place)
			const { handled } = await collecting(scene)
			await scene.gate.shut()
			// Long enough to fail in several rounds.
			await sleep(5_000)
			const troubles = scene.told.map(String)
			expect(troubles.length).toBeGreaterThan(0)
			expect(new Set(troubles).size).toBe(troubles.length)
			expect(scene.told).not.toContain(null)
			await scene.gate.open()
			await untilDelivered(scene, handled)
			await expect.poll(() => scene.told.filter((told) => told === null), { timeout: 15_000 }).toHaveLength(1)
			expect(scene.told.at(-1)).toBeNull()
		})

		test.each(['is', 'was'])('that %s away keeps nobody from ending', async (tense) => {
			const scene = await opened(place)
			const { handle, started, end } = longWork()
			const { dispose } = await scene.work(handle)
			await scene.queue.add(aJob(), 1)
			await started
			await scene.gate.shut()
			await sleep(2_000)
			if (tense === 'was') await scene.gate.open()
			const before = performance.now()
			end()
			await dispose()
			await scene.queue.close()
			expect(performance.now() - before).toBeLessThan(6_000)
		})

		test('that was away when somebody began to work lets cancellations through when it is back', async () => {
			const scene = await opened(place)
			const job = aJob()
			await scene.queue.add(job, 1)
			const { handle, started } = longWork()
			await scene.gate.shut()
			const working = scene.work(handle)
			await sleep(1_000)
			await scene.gate.open()
			await working
			const signal = await started
			await expect
				.poll(
					async () => {
						await scene.queue.cancel(job.runId, 'user').catch(() => {})
						return abortCauseOf(signal)
					},
					{ timeout: 10_000 },
				)
				.toBe('user')
		})

		test('that is silent keeps nobody waiting who adds a job or cancels one', async () => {
			const scene = await opened(place)
			await scene.queue.cancel(randomUUID(), 'user')
			scene.gate.hang()
			const before = performance.now()
			const outcomes = await Promise.allSettled([scene.queue.add(aJob(), 1), scene.queue.cancel(randomUUID(), 'user')])
			expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
			expect(performance.now() - before).toBeLessThan(12_000)
		})
	})
}

const [onPostgres, onRedis] = queueBackends.filter(({ shared }) => shared)
if (onPostgres === undefined || onRedis === undefined) throw new Error('there are two shared queues')

describe.skipIf(onPostgres.missing !== null)(titleOf(onPostgres), () => {
	test('that is read-only is asked in moderation, and delivers when it can be written again', async () => {
		const scene = await opened(onPostgres)
		const { handled } = await collecting(scene)
		const name = new URL(scene.url).pathname.slice(1)
		await using client = await administrator(scene.url)
		const cut = () =>
			client.query(
				'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
			)
		await client.query(`alter database ${name} set default_transaction_read_only = on`)
		await cut()
		await expect.poll(() => scene.queue.add(aJob(), 1).catch(String)).toContain('read-only')
		const failed = async () => {
			const { rows } = await client.query<{ count: string }>(
				'select xact_rollback as count from pg_stat_database where datname = current_database()',
			)
			return Number(rows[0]?.count)
		}
		const before = await failed()
		await sleep(3_000)
		const failures = (await failed()) - before
		expect(failures).toBeGreaterThan(0)
		expect(failures).toBeLessThan(15)
		await client.query(`alter database ${name} reset default_transaction_read_only`)
		await untilDelivered(scene, handled)
	})
})

async function administrator(url: string) {
	const client = new pg.Client({ connectionString: url, options: '-c default_transaction_read_only=off' })
	await client.connect()
	return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() })
}

describe.skipIf(onRedis.missing !== null)(titleOf(onRedis), () => {
	test('that was emptied delivers what is added afterwards; work under way goes on, and can be cancelled again', async () => {
		const scene = await opened(onRedis)
		const job = aJob()
		const { handle, started, end } = longWork()
		await scene.work(handle)
		onTestFinished(() => end())
		await scene.queue.add(job, 1)
		const signal = await started
		const redis = new Redis(scene.url)
		await redis.flushdb()
		await redis.quit()
		const second = aJob()
		await scene.queue.add(second, 1)
		expect(signal.aborted).toBe(false)
		const cancelled = async () => {
			await scene.queue.cancel(job.runId, 'user')
			return abortCauseOf(signal)
		}
		await expect.poll(cancelled, { timeout: 15_000, interval: 250 }).toBe('user')
		await expect.poll(() => scene.queue.size(), { timeout: 5_000 }).toBeLessThan(2)
	})

	test('that refuses the password says so at once', async () => {
		const { redis } = inject('servers')
		const server = new URL('url' in redis ? redis.url : '')
		const client = new Redis(server.href)
		await client.call('ACL', 'SETUSER', 'ada', 'on', '>right', '~*', '+@all')
		onTestFinished(async () => {
			await client.call('ACL', 'DELUSER', 'ada')
			await client.quit()
		})
		server.username = 'ada'
		server.password = 'cAnArY'
		const before = performance.now()
		const error: unknown = await createJobQueue(
			{ kind: 'redis', url: server.href },
			{ onTrouble: () => {}, onRelief: () => {} },
		).catch((thrown: unknown) => thrown)
		expect(performance.now() - before).toBeLessThan(3_000)
		expect(error).toMatchObject({
			code: 'queue-unavailable',
			message: expect.stringContaining('password'),
			fix: expect.stringContaining('REDIS_URL'),
		})
		expect(String(error)).not.toContain('cAnArY')
	})
})
