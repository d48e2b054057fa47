import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import pg from 'pg'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'
import { parseAskOutput } from '../support/ask-output.ts'
import { type PracticeServer, threadwise } from '../support/command-line.ts'
import { type TemporaryFolder, temporaryFolder } from '../support/data-folder.ts'
import { openGate } from '../support/gate.ts'
import { servePractice } from '../support/practice-server.ts'
import { startedProcess } from '../support/running-process.ts'
import { freePort } from '../support/servers.ts'
import { createServerDatabase, databases, missingServers, queueBackends, titleOf } from '../support/stores.ts'

// Every step here is a process of its own.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

const question = 'A shop sells 3 notebooks at $4 each and 2 pens at $1.50 each. How much do they cost together?'
const answer = '$15.00'
const countRow = z.object({ count: z.coerce.number() })
const requestSchema = z.object({ startedAt: z.string() })

type Variables = Readonly<Record<string, string>>
type Place = { readonly name: string; readonly missing: string | null; variables(): Promise<Variables> }

const onServer = databases.find(({ shared }) => shared)
const onRedis = queueBackends.find(({ name }) => name.includes('Redis'))
const missingServer = onServer?.missing ?? null

const places: readonly Place[] = [
	{ name: 'PostgreSQL alone', missing: missingServer, variables: databaseVariables },
	{
		name: 'PostgreSQL and Redis',
		missing: missingServer ?? onRedis?.missing ?? null,
		variables: redisVariables,
	},
]

async function databaseVariables(): Promise<Variables> {
	const database = await createServerDatabase()
	onTestFinished(() => database[Symbol.asyncDispose]())
	return { DATABASE_URL: database.url }
}

async function redisVariables(): Promise<Variables> {
	return { ...(await databaseVariables()), REDIS_URL: (await onRedis?.open())?.url ?? '' }
}

describe.each(places)('on $name', (place) => {
	describe.skipIf(place.missing !== null)(titleOf(place), () => {
		test('kill -9 in mid-run: a second worker takes the run over within 15 s and repeats no journaled call', async () => {
			await using scene = await midRun(await place.variables())
			scene.first.kill('SIGKILL')
			await scene.first.ended()
			const killedAt = Date.now()
			const journaled = await scene.count(journaledCalls)
			expect(journaled).toBeGreaterThan(0)

			await using _second = await startedProcess('worker', scene.variables)
			await expect
				.poll(() => scene.count('select max(attempt) as count from threadwise.runs'), { timeout: 15_000 })
				.toBe(2)
			expect(Date.now() - killedAt).toBeLessThan(15_000)
			const { exitCode, stdout } = await scene.asked
			expect(exitCode).toBe(0)
			expect(stdout).toContain(answer)
			const requests = await scene.requestTimes()
			expect(requests.filter((at) => at > killedAt)).toHaveLength((await scene.count(journaledCalls)) - journaled)
		})

		test('SIGTERM in mid-run: the worker hands the run back, ends with status 0, and another one finishes it', async () => {
			// Slow enough for the second worker to be there before the asking process helps itself.
			await using scene = await midRun(await place.variables(), 1_000)
			scene.first.kill('SIGTERM')
			const starting = startedProcess('worker', scene.variables)
			const { exitCode, tookMs } = await scene.first.ended()
			expect(exitCode).toBe(0)
			expect(tookMs).toBeLessThan(10_000)
			expect(scene.first.output()).toContain('handed back')
			await using _second = await starting

			const asked = await scene.asked
			expect(asked.exitCode).toBe(0)
			expect(asked.stdout).toContain(answer)
			// Handed back, not found by its lease: nothing ended, and the second attempt is the last.
			expect(await scene.count('select max(attempt) as count from threadwise.runs')).toBe(2)
			expect(await scene.count(`${events} where kind = 'run-fail'`)).toBe(0)
		})
	})
})

// The journeys above go through a worker on either queue, and secured servers answer on Redis without one.
describe.skipIf(missingServers.length > 0)(['an asking process', ...missingServers].join(' '), () => {
	test('a worker answers what another process asks, which needs no model of its own', async () => {
		const variables = await redisVariables()
		await using practice = await servePractice()
		await using _worker = await startedProcess('worker', { ...variables, OPENAI_BASE_URL: practice.baseUrl })

		const { stdout, exitCode } = await threadwise(['ask', '--json', question], variables)
		const output = parseAskOutput(stdout)
		expect(exitCode).toBe(0)
		expect(output.answer).toContain(answer)
		// The built-in practice model, which the asking process would have used, introduces itself.
		expect(output.disclosure).toBeUndefined()
	})

	test('where no worker runs, the asking process answers by itself', async () => {
		const { stdout } = await threadwise(['ask', '--json', question], await databaseVariables())
		const output = parseAskOutput(stdout)
		expect(output.answer).toContain(answer)
		expect(output.disclosure).toContain('practice model')
	})
})

const events = 'select count(*) as count from threadwise.events'
const journaledCalls = `${events} where kind = 'model-call-end'`

/** A worker in the middle of a run that another process asked for. */
async function midRun(place: Variables, latencyMs = 400) {
	const opened = new AsyncDisposableStack()
	const folder: TemporaryFolder = opened.use(await temporaryFolder())
	const log = `${folder.path}/requests.log`
	const practice: PracticeServer = opened.use(await servePractice(['--latency-ms', String(latencyMs), '--log', log]))
	const variables = { ...place, OPENAI_BASE_URL: practice.baseUrl }
	const first = opened.use(await startedProcess('worker', variables))
	const client = new pg.Client({ connectionString: place.DATABASE_URL })
	await client.connect()
	opened.defer(() => client.end())
	const asked = threadwise(['ask', question], variables)
	if (asked.stdout === null) throw new Error('ask has no output')
	for await (const line of createInterface({ input: asked.stdout })) if (line.includes('Systematic execution')) break
	return {
		first,
		variables,
		asked,
		count: async (query: string) => countRow.parse((await client.query(query)).rows[0]).count,
		requestTimes: async () => {
			const lines = (await readFile(log, 'utf8')).split('\n').filter((line) => line !== '')
			return lines.map((line) => Date.parse(requestSchema.parse(JSON.parse(line)).startedAt))
		},
		[Symbol.asyncDispose]: () => opened.disposeAsync(),
	}
}

describe.skipIf(missingServer !== null)(titleOf({ name: 'the halves', missing: missingServer }), () => {
	test.each(['bot', 'worker'])('%s without DATABASE_URL says what to set', async (command) => {
		const { exitCode, stderr } = await threadwise([command], {})
		expect(exitCode).toBe(1)
		expect(stderr).toMatch(/DATABASE_URL is not set.*\n.*Set DATABASE_URL/)
	})

	test('a port that is taken is a mistake in the configuration, and told with its fix', async () => {
		const port = await freePort()
		const taken = createServer().listen(port, '127.0.0.1')
		onTestFinished(() => {
			taken.close()
		})
		const { exitCode, stderr } = await threadwise(['bot'], {
			...(await databaseVariables()),
			THREADWISE_PORT: String(port),
		})
		expect(exitCode).toBe(1)
		expect(stderr).toMatch(new RegExp(`port ${port}: the port is taken.*\n.*THREADWISE_PORT`))
	})

	test.each(['bot', 'worker'])('%s: readiness goes with the database and comes back with it', async (command) => {
		const { DATABASE_URL = '' } = await databaseVariables()
		await using gate = await openGate(DATABASE_URL)
		const port = await freePort()
		const variables = { DATABASE_URL: gate.url, THREADWISE_PORT: String(port) }
		await using _running = await startedProcess(command, variables)
		const ask = async (path: string) => {
			const response = await fetch(`http://127.0.0.1:${port}${path}`)
			return { status: response.status, body: await response.json() }
		}
		expect(await ask('/readyz')).toEqual({ status: 200, body: { status: 'ready', silent: [] } })

		await gate.shut()
		const gone = { status: 503, body: { status: 'not-ready', silent: ['database', 'queue'] } }
		await expect.poll(() => ask('/readyz'), { timeout: 10_000 }).toEqual(gone)
		expect((await ask('/healthz')).status).toBe(200)

		await gate.open()
		await expect.poll(async () => (await ask('/readyz')).status, { timeout: 20_000 }).toBe(200)
	})
})
