import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'
import { repliesIn } from '../support/loopback-chat/replies.ts'
import { type LoopbackChat, startLoopbackChat } from '../support/loopback-chat/server.ts'
import { servePractice } from '../support/practice-server.ts'
import { type RunningProcess, startedProcess, startedProgram } from '../support/running-process.ts'
import { createServerDatabase, missingServers, queueBackends } from '../support/stores.ts'

// Six processes, three of which are ended.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

const onRedis = queueBackends.find(({ name }) => name.includes('Redis'))
const botProgram = fileURLToPath(new URL('../support/loopback-bot.ts', import.meta.url))

const question = 'A shop sells 3 notebooks at $4 each and 2 pens at $1.50 each. How much do they cost together?'
const answer = '$15.00'
const askEveryMs = 300
const countRow = z.object({ count: z.coerce.number() })

type Start = () => Promise<RunningProcess>

/** Ends a process as a deploy does, and starts the one that takes its place. */
async function replace(old: RunningProcess, start: Start): Promise<RunningProcess> {
	old.kill('SIGTERM')
	expect((await old.ended()).exitCode).toBe(0)
	return start()
}

/** Keeps asking in a few conversations until it is told to end. Returns how often it has asked. */
function keepAsking(chat: LoopbackChat): () => Promise<number> {
	let asked = 0
	let isOver = false
	const asking = async () => {
		while (!isOver) {
			const conversationId = `conversation-${asked % 4}`
			chat.ask({ conversationId, personId: 'ada', text: question }).answered.catch(() => {})
			asked += 1
			await sleep(askEveryMs)
		}
	}
	const running = asking()
	return async () => {
		isOver = true
		await running
		return asked
	}
}

test.skipIf(missingServers.length > 0)(
	['a rolling restart of a bot and two workers loses and doubles nothing', ...missingServers].join(' '),
	async () => {
		const opened = new AsyncDisposableStack()
		onTestFinished(() => opened.disposeAsync())
		const practice = opened.use(await servePractice(['--latency-ms', '100']))
		const database = opened.use(await createServerDatabase())
		const backend = await onRedis?.open()
		const chat = opened.use(await startLoopbackChat({ retryMs: 300 }))
		const variables = {
			DATABASE_URL: database.url,
			REDIS_URL: String(backend?.url),
			OPENAI_BASE_URL: practice.baseUrl,
		}
		const startBot: Start = async () => opened.use(await startedProgram([botProgram, chat.url], variables))
		const startWorker: Start = async () => opened.use(await startedProcess('worker', variables))
		const [bot, first, second] = await Promise.all([startBot(), startWorker(), startWorker()])

		const endAsking = keepAsking(chat)
		await sleep(2_000)
		await replace(first, startWorker)
		await replace(second, startWorker)
		await replace(bot, startBot)
		await sleep(1_000)
		const asked = await endAsking()

		const complete = () => repliesIn(chat.messages).filter(({ isComplete }) => isComplete)
		await expect.poll(() => complete().length, { timeout: 60_000 }).toBe(asked)
		expect(repliesIn(chat.messages)).toEqual(complete())
		for (const { text, isDoubled, wasTakenBack } of complete()) {
			expect({ isDoubled, wasTakenBack }).toEqual({ isDoubled: false, wasTakenBack: false })
			expect(text).toContain(answer)
		}
		expect(await countOf(database.url, 'select count(*) from threadwise.runs')).toBe(asked)
		const recordedTwice = `select count(*) from (
			select 1 from threadwise.events where kind = 'model-call-end'
			group by run_id, node_id, facts ->> 'callKey' having count(*) > 1
		) as twice`
		expect(await countOf(database.url, recordedTwice)).toBe(0)
	},
)

async function countOf(url: string, query: string): Promise<number> {
	const client = new pg.Client({ connectionString: url })
	await client.connect()
	try {
		return countRow.parse((await client.query(query)).rows[0]).count
	} finally {
		await client.end()
	}
}
