import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import { z } from 'zod'
import { makeCertificate } from '../support/certificate.ts'
import { type Collector, startCollector } from '../support/collector.ts'
import { runProgram, threadwise, threadwiseProgram } from '../support/command-line.ts'
import { temporaryFolder } from '../support/data-folder.ts'
import { type Gate, openGate } from '../support/gate.ts'
import { type LoopbackChat, startLoopbackChat } from '../support/loopback-chat/server.ts'
import { preparedFolder } from '../support/prepared-folder.ts'
import { goodScript, order, promptOf, replyJson, roleOf } from '../support/reasoning.ts'
import { type RunningProcess, startedProgram } from '../support/running-process.ts'
import {
	type RecordedRequest,
	reply,
	type ScriptedStep,
	startScriptedModelServer,
	statusWithBody,
} from '../support/scripted-model-server.ts'
import { freePort, startPostgres, startRedis } from '../support/servers.ts'

// A bot and a worker live through everything that can go wrong.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 })

const { postgres, redis } = inject('servers')
const missing = 'missing' in postgres ? postgres.missing : 'missing' in redis ? redis.missing : null
const botProgram = fileURLToPath(new URL('../support/loopback-bot.ts', import.meta.url))

/** What nobody may ever read anywhere. */
const secrets = {
	key: 'canary-key-6c1f0e',
	password: 'canary-password-93b7d2',
	proxyPassword: 'canary-proxy-58a4c1',
	token: 'canary-token-d04e77a1b2c3d4e5',
	header: 'canary-header-1b9f36',
}
/** What people and models say among themselves. */
const words = { person: 'quetzalcoatlus', model: 'archaeopteryx' }
const question = `${order.question} Mind the ${words.person}.`

const lineSchema = z.looseObject({ level: z.string(), msg: z.string(), runId: z.string().optional() })
type Line = z.infer<typeof lineSchema>
const failureSchema = z.object({ run_id: z.string(), facts: z.string(), body: z.string().nullable() })

const opened = new AsyncDisposableStack()
let collector: Collector
let chat: LoopbackChat
let databaseGate: Gate
let redisGate: Gate
let modelGate: Gate
let bot: RunningProcess
let worker: RunningProcess
let ports: readonly [number, number]
let variables: Readonly<Record<string, string>>
let asked = 0
/** What the model server does instead of answering. */
let fault: (request: RecordedRequest) => ScriptedStep | null = () => null
/** Whatever processes that have ended have written. */
const others: string[] = []

beforeAll(async () => {
	if (missing !== null) return
	const folder = opened.use(await temporaryFolder())
	const secured = { ...(await makeCertificate(folder.path)), password: secrets.password, tlsPort: await freePort() }
	const servers = [await startPostgres(process.env, secured), await startRedis(process.env, secured)]
	for (const { stop } of servers) opened.defer(stop)
	const [database, queue] = servers.map(({ address }) => ('url' in address ? address.url : ''))
	const model = opened.use(await startScriptedModelServer((request) => fault(request) ?? goodStep(request)))
	databaseGate = opened.use(await openGate(String(database)))
	redisGate = opened.use(await openGate(String(queue)))
	modelGate = opened.use(await openGate(model.baseUrl))
	collector = opened.use(await startCollector())
	chat = opened.use(await startLoopbackChat({ retryMs: 300 }))
	ports = [await freePort(), await freePort()]
	variables = {
		DATABASE_URL: databaseGate.url,
		REDIS_URL: redisGate.url,
		OPENAI_API_KEY: secrets.key,
		OPENAI_BASE_URL: modelGate.url,
		THREADWISE_TOKEN: secrets.token,
		THREADWISE_LOG_LEVEL: 'debug',
		THREADWISE_MODEL_TIMEOUT_MS: '2000',
		OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
		OTEL_EXPORTER_OTLP_HEADERS: `api-key=${secrets.header}`,
		OTEL_BSP_SCHEDULE_DELAY: '200',
	}
	const at = (port: number) => ({ ...variables, THREADWISE_PORT: String(port) })
	bot = opened.use(await startedProgram([botProgram, chat.url], at(ports[0])))
	worker = opened.use(await startedProgram([threadwiseProgram, 'worker'], at(ports[1])))
})
afterAll(() => opened.disposeAsync())

function goodStep(request: RecordedRequest): ScriptedStep {
	const role = roleOf(request)
	if (role === 'analysis') {
		return replyJson({ ...order.analysis, restatement: `${order.analysis.restatement} ${words.model}` })
	}
	if (role === 'answer') return reply(`${order.answer} So says the ${words.model}.`)
	const step = goodScript[role]
	if (typeof step !== 'function') throw new Error(`there is no single step for the role ${role}`)
	return step
}

/** Fails every subtask. */
function failing(step: ScriptedStep): void {
	fault = (request) => (roleOf(request) === 'subtask-result' ? step : null)
}

/** A careless server that repeats everything it was sent. */
function echo(status: number, code: string): ScriptedStep {
	return (request, response) => {
		const message = `${words.model}: ${request.headers.authorization} ${promptOf(request)}`
		return statusWithBody(status, { error: { message, code } })(request, response)
	}
}

/** Asks in a conversation of its own and waits for the outcome. Returns its text. */
async function ask(): Promise<string> {
	asked += 1
	const conversationId = `conversation-${asked}`
	chat.ask({ conversationId, personId: 'ada', text: question }).answered.catch(() => {})
	const mine = () =>
		chat.messages
			.findLast((message) => message.personId === null && message.conversationId === conversationId)
			?.versions.at(-1)?.text ?? ''
	const isOver = () => delivered().length >= asked && mine() !== ''
	await expect.poll(isOver, { timeout: 30_000 }).toBe(true)
	return mine()
}

function linesOf(output: string): readonly Line[] {
	return output
		.split('\n')
		.filter((line) => line.startsWith('{'))
		.map((line) => lineSchema.parse(JSON.parse(line)))
}

function delivered(): readonly Line[] {
	return linesOf(bot.output()).filter(({ msg }) => msg === 'delivered')
}

function newestRun(): string {
	return delivered().at(-1)?.runId ?? ''
}

function linesAbout(runId: string): readonly Line[] {
	return linesOf(`${bot.output()}\n${worker.output()}`).filter((line) => line.runId === runId)
}

async function metrics(): Promise<string> {
	const headers = { authorization: `Bearer ${secrets.token}` }
	const pages = await Promise.all(
		ports.map(async (port) => (await fetch(`http://127.0.0.1:${port}/metrics`, { headers })).text()),
	)
	return pages.join('\n')
}

async function failures() {
	const client = new pg.Client({ connectionString: databaseGate.url })
	await client.connect()
	try {
		const { rows } = await client.query(
			`select run_id::text, facts::text, body::text from threadwise.events left join threadwise.contents c on c.id = content_id
			where kind in ('run-fail', 'run-stop')`,
		)
		return z.array(failureSchema).parse(rows)
	} finally {
		await client.end()
	}
}

describe.skipIf(missing !== null)(`what is told of runs${missing === null ? '' : `, skipped: ${missing}`}`, () => {
	test('an answer is told from its acceptance to its delivery, each line with the run', async () => {
		expect(await ask()).toContain(words.model)
		const runId = newestRun()
		const told = linesAbout(runId).filter(({ level }) => level !== 'debug')
		expect(told.map(({ msg }) => msg).toSorted()).toEqual(['accepted', 'answered', 'claimed', 'delivered'])
		const answered = told.find(({ msg }) => msg === 'answered')
		expect(answered).toMatchObject({ attempt: 1, platform: 'loopback', route: 'staged', effort: 'medium' })
		expect(answered).toMatchObject({
			elapsedMs: expect.any(Number),
			calls: expect.any(Number),
			costUsd: expect.any(Number),
		})
		const page = await metrics()
		for (const series of [
			'threadwise_runs_accepted_total{platform="loopback",kind="question"} 1',
			'threadwise_runs_answered_total{route="staged",effort="medium",confidence=',
			'threadwise_run_queue_wait_seconds_count 1',
			'threadwise_run_first_sign_seconds_count{platform="loopback"} 1',
			'threadwise_delivery_lag_seconds_count{platform="loopback"} 1',
			'threadwise_stage_duration_seconds_count{stage="execute"} 1',
			'threadwise_messages_sent_total{platform="loopback",action="post"} 1',
			'threadwise_runs_running 0',
			'threadwise_runs_waiting 0',
		])
			expect(page).toContain(series)
		expect(page).toMatch(/threadwise_model_tokens_total\{alias="strong",direction="output"\} [1-9]/)
		expect(page).toMatch(/threadwise_model_cost_dollars_total\{alias="strong"\} 0\.\d*[1-9]/)
	})

	test('its trace is one tree of run, stages and model calls', async () => {
		const runId = newestRun()
		const ofRun = () => collector.spans().filter(({ traceId }) => traceId === runId.replaceAll('-', ''))
		await expect.poll(() => ofRun().some(({ parentSpanId }) => !parentSpanId), { timeout: 10_000 }).toBe(true)
		const spans = ofRun()
		const [root] = spans.filter(({ parentSpanId }) => !parentSpanId)
		const stages = spans.filter(({ name }) => name.startsWith('stage '))
		const calls = spans.filter(({ name }) => name.startsWith('chat '))
		expect(root).toMatchObject({ name: 'run default', attributes: { 'threadwise.outcome': 'answered' } })
		expect(stages.map(({ name }) => name)).toEqual(expect.arrayContaining(['stage analyze', 'stage execute']))
		expect(stages.every(({ parentSpanId }) => parentSpanId === root?.spanId)).toBe(true)
		const ids = new Set(spans.map(({ spanId }) => spanId))
		expect(calls.length).toBeGreaterThan(5)
		expect(calls.every(({ parentSpanId }) => parentSpanId !== undefined && ids.has(parentSpanId))).toBe(true)
		expect(calls.every(({ attributes }) => attributes['server.address'] === '127.0.0.1')).toBe(true)
	})

	const faults: readonly [string, string, () => Promise<void> | void][] = [
		['a key that is refused', 'model-auth', () => failing(echo(401, 'invalid_api_key'))],
		['a request that is refused', 'model-request', () => failing(echo(404, 'model_not_found'))],
		['a model server that fails', 'model-overloaded', () => failing(echo(500, 'server_error'))],
		['a filter', 'model-filtered', () => failing(echo(400, 'content_filter'))],
		['a model server that is gone', 'model-unreachable', () => modelGate.shut()],
	]
	test.each(faults)('%s is told with its code, once for each try, and as the outcome', async (_, code, begin) => {
		await begin()
		await ask()
		fault = () => null
		await modelGate.open()
		const lines = linesAbout(newestRun())
		expect(lines).toContainEqual(expect.objectContaining({ msg: 'failed', level: 'warn', code, attempt: 1 }))
		expect(lines).toContainEqual(expect.objectContaining({ msg: 'a request to a model failed', code, alias: 'strong' }))
		const page = await metrics()
		expect(page).toContain(`threadwise_runs_failed_total{code="${code}"} 1`)
		expect(page).toContain(`threadwise_model_errors_total{alias="strong",code="${code}"}`)
	})

	test('a model that does not keep to its form, and one whose text breaks every check', async () => {
		failing(reply(`no JSON, says the ${words.model}`))
		await ask()
		fault = () => null
		expect(linesAbout(newestRun()).map(({ msg }) => msg)).toContain('delivered')
	})

	test('a database and a queue that are away for a while', async () => {
		fault = (request) => (roleOf(request) === 'plan' ? slowly(goodStep(request)) : null)
		const answer = ask()
		await sleep(700)
		await Promise.all([databaseGate.shut(), redisGate.shut()])
		await sleep(3_000)
		expect(await metrics()).not.toMatch(/^threadwise_runs_waiting /m)
		await Promise.all([databaseGate.open(), redisGate.open()])
		expect(await answer).toContain('104')
		fault = () => null
		expect(linesOf(worker.output()).some(({ level }) => level === 'warn')).toBe(true)
	})

	test('processes that are refused by their database and their queue', async () => {
		const wrong = (url: string) => url.replace(secrets.password, `${secrets.password}-wrong`)
		const changes = [
			{ DATABASE_URL: wrong(databaseGate.url) },
			{ REDIS_URL: wrong(redisGate.url) },
			{ DATABASE_URL: `postgres://bot:${secrets.password}@127.0.0.1:${await freePort()}/none` },
			{ DATABASE_URL: `mysql://bot:${secrets.password}@127.0.0.1/none` },
			{ OPENAI_API_KEY: `${secrets.key} with spaces` },
		]
		const outputs = await Promise.all(changes.map((changed) => firstWords({ ...variables, ...changed })))
		others.push(...outputs)
	})

	test('a question in the terminal is refused with a model address that holds a password', async () => {
		await using folder = await preparedFolder()
		const { stdout, stderr } = await threadwise(['ask', '--json', '--direct', question], {
			...variables,
			DATABASE_URL: '',
			REDIS_URL: '',
			THREADWISE_DATA_DIR: folder.path,
			OPENAI_BASE_URL: modelGate.url.replace('//', `//proxy:${secrets.proxyPassword}@`),
		})
		expect(JSON.parse(String(stdout))).toMatchObject({ status: 'failed', error: { code: 'config' } })
		others.push(String(stdout), String(stderr))
	})

	test('a question whose traces nobody takes is answered, with one warning', async () => {
		await using folder = await preparedFolder()
		const { stdout, stderr, exitCode } = await threadwise(['ask', '--json', '--direct', question], {
			OPENAI_BASE_URL: modelGate.url,
			THREADWISE_DATA_DIR: folder.path,
			THREADWISE_LOG_LEVEL: 'warn',
			OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await freePort()}`,
			OTEL_EXPORTER_OTLP_HEADERS: `api-key=${secrets.header}`,
			OTEL_EXPORTER_OTLP_TIMEOUT: '1000',
		})
		expect(JSON.parse(String(stdout))).toMatchObject({ status: 'answered' })
		expect(exitCode).toBe(0)
		expect(linesOf(String(stderr)).map(({ msg }) => msg)).toEqual(['traces can not be sent; nothing waits for them'])
		others.push(String(stdout).replaceAll(words.model, ''), String(stderr))
	})

	test('and none of it, nowhere, holds a secret; no log, metric or span holds a word of people or models', async () => {
		const journaled = JSON.stringify(await failures())
		const seen = [
			bot.output(),
			worker.output(),
			...others,
			await metrics(),
			...collector.requests.map(({ body }) => body),
		]
		for (const signal of [bot, worker]) signal.kill('SIGTERM')
		for (const { exitCode } of [await bot.ended(), await worker.ended()]) expect(exitCode).toBe(0)
		seen.push(bot.output(), worker.output())
		expect(collector.requests.length).toBeGreaterThan(0)
		for (const secret of Object.values(secrets)) {
			for (const text of [...seen, journaled])
				expect(text.includes(secret), `${secret} in ${excerpt(text, secret)}`).toBe(false)
		}
		for (const word of Object.values(words)) {
			for (const text of seen) expect(text.includes(word), `${word} in ${excerpt(text, word)}`).toBe(false)
		}
	})
})

/** What a worker says before it ends or, where it waits for better times, within a moment after its first line. */
async function firstWords(changed: Readonly<Record<string, string>>): Promise<string> {
	let output = ''
	const child = runProgram([threadwiseProgram, 'worker'], changed, { all: true, buffer: false })
	const { promise: hasSpoken, resolve } = Promise.withResolvers<void>()
	child.all?.on('data', (chunk: Buffer) => {
		output += chunk.toString()
		resolve()
	})
	await Promise.race([hasSpoken.then(() => sleep(1_000)), child, sleep(15_000)])
	child.kill('SIGKILL')
	await child
	return output
}

function slowly(step: ScriptedStep): ScriptedStep {
	return async (request, response) => {
		await sleep(1_500)
		await step(request, response)
	}
}

function excerpt(text: string, found: string): string {
	const at = text.indexOf(found)
	return text.slice(Math.max(0, at - 200), at + 100)
}
