import { ThreadwiseError } from '../../../src/core/errors.ts'
import { startPractice } from '../../support/command-line.ts'
import { temporaryFolder } from '../../support/data-folder.ts'
import { startedProcess } from '../../support/running-process.ts'
import { startPostgres } from '../../support/servers.ts'

/** Embedded: everything in one process. PostgreSQL: a bot and a worker that share a server. */
export type Store = 'embedded' | 'postgres'

/** Threadwise connected to a platform, and a model that takes no time. */
export type ChatScene = AsyncDisposable & {
	/** Kills the process that speaks to the platform. */
	killBot(): Promise<void>
	/** Starts it again on what it has left. */
	startBot(): Promise<void>
}

/** Starts Threadwise with the settings that connect it to a platform. */
export async function openChatScene(
	store: Store,
	platformVariables: Readonly<Record<string, string>>,
): Promise<ChatScene> {
	await using opened = new AsyncDisposableStack()
	const model = opened.use(await startPractice())
	const folder = opened.use(await temporaryFolder())
	const databaseUrl = store === 'postgres' ? await serve(opened) : null
	const variables = {
		THREADWISE_DATA_DIR: folder.path,
		THREADWISE_PLAYGROUND: 'off',
		THREADWISE_CONCURRENCY: '20',
		OPENAI_BASE_URL: model.baseUrl,
		...(databaseUrl === null ? {} : { DATABASE_URL: databaseUrl }),
	}
	if (databaseUrl !== null) opened.use(await startedProcess('worker', variables))
	const start = () => startedProcess(databaseUrl === null ? 'start' : 'bot', { ...variables, ...platformVariables })
	let bot = await start()
	opened.defer(async () => bot[Symbol.asyncDispose]())
	const kept = opened.move()
	return {
		killBot: async () => {
			await bot[Symbol.asyncDispose]()
		},
		startBot: async () => {
			bot = await start()
		},
		[Symbol.asyncDispose]: () => kept.disposeAsync(),
	}
}

async function serve(opened: AsyncDisposableStack): Promise<string> {
	const { address, stop } = await startPostgres(process.env)
	opened.defer(stop)
	if ('url' in address) return address.url
	throw new ThreadwiseError('config', `This benchmark needs a server that isn't here: ${address.missing}`, {
		fix: 'Then run it again.',
	})
}
