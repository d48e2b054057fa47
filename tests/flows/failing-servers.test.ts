import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import type { IncomingMessage } from '../../src/core/conversation.ts'
import type { JournalEventKind, JournalRecord } from '../../src/core/journal.ts'
import type { RunStore } from '../../src/core/run-store.ts'
import { createRunStore, openServerDatabase } from '../../src/store/index.ts'
import { aMessage } from '../support/builders.ts'
import { startPractice } from '../support/command-line.ts'
import { temporaryFolder } from '../support/data-folder.ts'
import { type Gate, openGate } from '../support/gate.ts'
import { type OpenedProcess, openedProcess } from '../support/opened-process.ts'
import { startedProcess } from '../support/running-process.ts'
import { startRedis } from '../support/servers.ts'
import { createServerDatabase, missingServers } from '../support/stores.ts'

// An outage is longer than a lease, the longest time for which anybody waits for a server.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000, maxConcurrency: 10 })
const outageMs = 12_000

const question = 'A shop sells 3 notebooks at $4 each and 2 pens at $1.50 each. How much do they cost together?'
const answer = '$15.00'
const outcomeKinds: readonly JournalEventKind[] = ['run-end', 'run-stop', 'run-fail']
const requestSchema = z.object({ startedAt: z.coerce.date(), endedAt: z.coerce.date() })

let redisUrl: string
let redisDatabase = 0
const shared = new AsyncDisposableStack()

beforeAll(async () => {
	if (missingServers.length > 0) return
	const redis = await startRedis(process.env)
	shared.defer(redis.stop)
	redisUrl = 'url' in redis.address ? redis.address.url : ''
})
afterAll(() => shared.disposeAsync())

type Scene = AsyncDisposable & {
	readonly databaseGate: Gate
	readonly redisGate: Gate
	readonly bot: OpenedProcess
	readonly worker: OpenedProcess
	/** Sees everything, whatever happens to the others. */
	readonly observer: RunStore
	administrate(statement: string): Promise<unknown>
	requests(): Promise<readonly z.infer<typeof requestSchema>[]>
}

/** A bot and a worker whose ways to the servers can fail. */
async function openScene(): Promise<Scene> {
	const opened = new AsyncDisposableStack()
	const folder = opened.use(await temporaryFolder())
	const log = `${folder.path}/requests.log`
	const practice = opened.use(await startPractice(['--latency-ms', '300', '--log', log]))
	const database = opened.use(await createServerDatabase())
	redisDatabase += 1
	const databaseGate = opened.use(await openGate(database.url))
	const redisGate = opened.use(await openGate(`${redisUrl}/${redisDatabase}`))
	const observed = await openServerDatabase(database.url)
	opened.defer(() => observed.close())
	const observer = await createRunStore(observed)
	opened.defer(() => observer.close())
	const client = new pg.Client({
		connectionString: database.url,
		options: '-c default_transaction_read_only=off',
	})
	await client.connect()
	opened.defer(() => client.end())
	const variables = {
		DATABASE_URL: databaseGate.url,
		REDIS_URL: redisGate.url,
		OPENAI_BASE_URL: practice.baseUrl,
	}
	const bot = opened.use(await openedProcess('bot', variables))
	const worker = opened.use(await openedProcess('worker', variables))
	return {
		databaseGate,
		redisGate,
		bot,
		worker,
		observer,
		administrate: (statement) => client.query(statement),
		requests: async () => {
			const lines = (await readFile(log, 'utf8')).split('\n').filter((line) => line !== '')
			return lines.map((line) => requestSchema.parse(JSON.parse(line)))
		},
		[Symbol.asyncDispose]: () => opened.disposeAsync(),
	}
}

/** Reads a run's journal until the event of that kind, or to its end. */
async function journalUntil(
	store: RunStore,
	runId: string,
	kind?: JournalEventKind,
): Promise<readonly JournalRecord[]> {
	const records: JournalRecord[] = []
	for await (const record of store.follow(runId, 0, AbortSignal.timeout(60_000))) {
		records.push(record)
		if (record.kind === kind) break
	}
	return records
}

function outcomesIn(records: readonly JournalRecord[]): readonly JournalRecord[] {
	return records.filter(({ kind }) => outcomeKinds.includes(kind))
}

function journaledCalls(records: readonly JournalRecord[]): readonly string[] {
	return records.flatMap((record) => (record.kind === 'model-call-end' ? [`${record.nodeId} ${record.callKey}`] : []))
}

/** Delivers a message as platforms do: again and again until it is taken. Returns the run that it has become. */
async function deliver({ bot }: Scene, message: IncomingMessage): Promise<string> {
	for (;;) {
		const taken = await bot.intake.receive(message).catch(() => null)
		if (taken !== null) return taken.runId
		await sleep(500)
	}
}

type Trouble = { begin(scene: Scene): Promise<void> | void; end(scene: Scene): Promise<void> | void }

/** New sessions only read from now on, and there are no old ones. */
async function setReadOnly({ administrate }: Scene, isReadOnly: boolean): Promise<void> {
	const setting = isReadOnly ? 'set default_transaction_read_only = on' : 'reset default_transaction_read_only'
	await administrate(`do $$ begin execute format('alter database %I ${setting}', current_database()); end $$`)
	if (!isReadOnly) return
	await administrate(
		'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
	)
}

const troubles: Readonly<Record<string, Trouble>> = {
	'the database is gone': {
		begin: ({ databaseGate }) => databaseGate.shut(),
		end: ({ databaseGate }) => databaseGate.open(),
	},
	'the database is silent': {
		begin: ({ databaseGate }) => databaseGate.hang(),
		end: ({ databaseGate }) => databaseGate.open(),
	},
	'the database is slow': {
		begin: ({ databaseGate }) => databaseGate.slow(150),
		end: ({ databaseGate }) => databaseGate.open(),
	},
	'the database is read-only': {
		begin: (scene) => setReadOnly(scene, true),
		end: (scene) => setReadOnly(scene, false),
	},
	'Redis is gone': {
		begin: ({ redisGate }) => redisGate.shut(),
		end: ({ redisGate }) => redisGate.open(),
	},
	'Redis is silent': {
		begin: ({ redisGate }) => redisGate.hang(),
		end: ({ redisGate }) => redisGate.open(),
	},
	'Redis is slow': {
		begin: ({ redisGate }) => redisGate.slow(150),
		end: ({ redisGate }) => redisGate.open(),
	},
	'both are gone': {
		begin: async ({ databaseGate, redisGate }) => void (await Promise.all([databaseGate.shut(), redisGate.shut()])),
		end: async ({ databaseGate, redisGate }) => void (await Promise.all([databaseGate.open(), redisGate.open()])),
	},
}

/** How many calls are under way at once in a run of the question. */
const callsInFlight = 2

describe.skipIf(missingServers.length > 0)(
	`a run ends in one answer, and no recorded call is made again${missingServers.join(' ')}`,
	() => {
		test.concurrent.each(Object.entries(troubles))('where %s for a while', async (_, trouble) => {
			await using scene = await openScene()
			const runId = await deliver(scene, aMessage({ text: question }))
			await journalUntil(scene.observer, runId, 'subtask-end')

			await trouble.begin(scene)
			const during = aMessage({ text: question })
			const later = deliver(scene, during)
			await sleep(outageMs)
			await trouble.end(scene)

			const records = await journalUntil(scene.observer, runId)
			expect(outcomesIn(records)).toMatchObject([
				{ kind: 'run-end', content: { answer: expect.stringContaining(answer) } },
			])
			const laterId = await later
			const laterRecords = await journalUntil(scene.observer, laterId)
			expect(outcomesIn(laterRecords)).toMatchObject([{ kind: 'run-end' }])
			// Delivered again, it is the same run still.
			expect(await deliver(scene, during)).toBe(laterId)

			const calls = [...journaledCalls(records), ...journaledCalls(laterRecords).map((call) => `later ${call}`)]
			expect(new Set(calls).size).toBe(calls.length)
			const requests = await scene.requests()
			expect(requests.length).toBeLessThanOrEqual(calls.length + 2 * callsInFlight)
		})
	},
)

describe.skipIf(missingServers.length > 0)('a stop', () => {
	test.concurrent('whose broadcast is lost ends the run within seconds, and its last call with it', async () => {
		await using scene = await openScene()
		const runId = await deliver(scene, aMessage({ text: question, id: randomUUID() }))
		await journalUntil(scene.observer, runId, 'subtask-end')
		await scene.redisGate.shut()
		const stoppedAt = Date.now()
		const answered = scene.bot.intake.stop(runId, 'user').then(() => Date.now())
		const outcome = (await journalUntil(scene.observer, runId)).at(-1)
		expect(outcome).toMatchObject({ kind: 'run-stop', reason: 'user' })
		expect(Date.parse(outcome?.at ?? '') - stoppedAt).toBeLessThan(1_500)
		expect((await answered) - stoppedAt).toBeLessThan(4_000)
		await scene.redisGate.open()
		const requests = await scene.requests()
		expect(Math.max(...requests.map(({ endedAt }) => endedAt.getTime())) - stoppedAt).toBeLessThan(2_000)
	})
})

describe.skipIf(missingServers.length > 0)('a worker process that is told to end', () => {
	test.concurrent.each(['database', 'Redis'])('while its %s is gone ends in time, and as it should', async (part) => {
		await using database = await createServerDatabase()
		redisDatabase += 1
		await using databaseGate = await openGate(database.url)
		await using redisGate = await openGate(`${redisUrl}/${redisDatabase}`)
		const variables = {
			DATABASE_URL: databaseGate.url,
			REDIS_URL: redisGate.url,
			OPENAI_BASE_URL: 'http://127.0.0.1:1',
		}
		await using worker = await startedProcess('worker', variables)
		await (part === 'Redis' ? redisGate : databaseGate).shut()
		await sleep(3_000)
		worker.kill('SIGTERM')
		const { exitCode, tookMs } = await worker.ended()
		expect(worker.output()).not.toContain('stillOpen')
		expect(exitCode).toBe(0)
		expect(tookMs).toBeLessThan(9_000)
	})
})
