import { fileURLToPath } from 'node:url'
import { startPractice } from '../../support/command-line.ts'
import { temporaryFolder } from '../../support/data-folder.ts'
import { type LoopbackChat, startLoopbackChat } from '../../support/loopback-chat/server.ts'
import { type RunningProcess, startedProcess, startedProgram } from '../../support/running-process.ts'
import { startPostgres, startRedis } from '../../support/servers.ts'
import { type DatabaseReader, openDatabaseReader, type RecordedRequest, readRequests } from './records.ts'

/** Where store and queue are. */
export type ChaosStore = 'postgres-redis' | 'postgres'

/** Servers, a model, a chat, and what it takes to start the processes of Threadwise with them. */
export type ChaosScene = AsyncDisposable & {
	readonly chat: LoopbackChat
	readonly database: DatabaseReader
	startBot(): Promise<RunningProcess>
	startWorker(): Promise<RunningProcess>
	/** What the model was asked so far. */
	requests(): Promise<readonly RecordedRequest[]>
}

const botProgram = fileURLToPath(new URL('../../support/loopback-bot.ts', import.meta.url))
const modelLatencyMs = 50
const chatLatencyMs = 20

export async function openScene(store: ChaosStore): Promise<ChaosScene> {
	await using opened = new AsyncDisposableStack()
	const serve = async (server: Awaited<ReturnType<typeof startPostgres>>) => {
		opened.defer(server.stop)
		if ('missing' in server.address) throw new Error(server.address.missing)
		return server.address.url
	}
	const databaseUrl = await serve(await startPostgres(process.env))
	const queue = store === 'postgres' ? {} : { REDIS_URL: await serve(await startRedis(process.env)) }
	const folder = opened.use(await temporaryFolder())
	const log = `${folder.path}/requests.log`
	const practice = opened.use(await startPractice(['--latency-ms', String(modelLatencyMs), '--log', log]))
	const chat = opened.use(await startLoopbackChat({ latencyMs: chatLatencyMs }))
	const database = opened.use(await openDatabaseReader(databaseUrl))
	const variables = { DATABASE_URL: databaseUrl, ...queue, OPENAI_BASE_URL: practice.baseUrl }
	const kept = opened.move()
	return {
		chat,
		database,
		startBot: () => startedProgram([botProgram, chat.url], variables),
		startWorker: () => startedProcess('worker', variables),
		requests: () => readRequests(log),
		[Symbol.asyncDispose]: () => kept.disposeAsync(),
	}
}
