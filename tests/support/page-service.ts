import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { z } from 'zod'
import { createLog } from '../../src/cli/log.ts'
import { createOpenParts } from '../../src/cli/open-parts.ts'
import { mountPlayground } from '../../src/cli/playground.ts'
import { openRuntime, type Runtime } from '../../src/cli/runtime.ts'
import { startWebServer } from '../../src/cli/web-server.ts'
import { describeProblem, loadConfig } from '../../src/config/index.ts'
import { temporaryFolder } from './data-folder.ts'
import { unpackDatabaseDump } from './database-dump.ts'

/** What `start` runs, in this process: the embedded database, the queue, a worker, and the page on a port of its own. */
export type PageService = AsyncDisposable & {
	readonly url: string
	readonly runtime: Runtime
	/** Asks in a conversation of its own, in stages, as a program does. */
	ask(question: string): Promise<Asked>
	/** The same, once it rests. */
	askAndWait(question: string): Promise<Asked>
}

/** A run, and the addresses of its conversation and of its own page. */
export type Asked = { readonly runId: string; readonly url: string; readonly runUrl: string }

export type PageServiceOptions = {
	/** Where the models are, or the arguments of the practice model that answers where none is configured. */
	readonly models: { readonly url: string } | { readonly practice: readonly string[] }
	/** The dump of a fresh database, so that none has to be created; null to create one. */
	readonly databaseDump: string | null
	/** Further settings, as the environment has them. */
	readonly variables?: Readonly<Record<string, string>>
}

const takenSchema = z.object({ runId: z.string() })
const outcomes: ReadonlySet<string> = new Set(['run-end', 'run-wait', 'run-stop', 'run-fail'])
const patienceMs = 20_000
/** All visitors of a test come from one address as one person, who asks more than anybody would. */
const limits = { questionsPerMinute: 10_000, writesPerMinute: 10_000 }

export async function startPageService(options: PageServiceOptions): Promise<PageService> {
	await using opened = new AsyncDisposableStack()
	const folder = opened.use(await temporaryFolder())
	if (options.databaseDump !== null) await unpackDatabaseDump(options.databaseDump, join(folder.path, 'database'))
	const { models } = options
	const endpoint = 'url' in models ? { OPENAI_BASE_URL: models.url } : {}
	const loaded = loadConfig({ THREADWISE_DATA_DIR: folder.path, ...endpoint, ...options.variables }, null)
	if (!loaded.ok) throw new Error(loaded.problems.map(describeProblem).join('\n'))
	const { log } = createLog('silent')
	const parts = opened.use(createOpenParts())
	const runtime = await openRuntime(
		{ config: loaded.config, log, ...('practice' in models ? { practiceArguments: models.practice } : {}) },
		parts,
	)
	await runtime.startWorker()
	const server = await startWebServer({ host: '127.0.0.1', port: 0 }, runtime, loaded.config.playground)
	parts.use('web server', server)
	const page = await mountPlayground(loaded.config, runtime, server, log, limits)
	if (page === null) throw new Error('the page is switched off')
	await runtime.servePlatforms([page])
	const closing = opened.move()
	const url = `http://127.0.0.1:${server.address.port}`
	const ask = (question: string) => askAt(url, question)
	return {
		url,
		runtime,
		ask,
		askAndWait: async (question) => {
			const asked = await ask(question)
			for await (const { kind } of runtime.store.follow(asked.runId, 0, AbortSignal.timeout(patienceMs))) {
				if (outcomes.has(kind)) break
			}
			return asked
		},
		[Symbol.asyncDispose]: () => closing.disposeAsync(),
	}
}

async function askAt(url: string, text: string): Promise<Asked> {
	const threadId = randomUUID()
	const body = { messageId: randomUUID(), text, route: 'staged', effort: 'medium' }
	const response = await fetch(`${url}/api/v1/conversations/${threadId}/messages`, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify(body),
	})
	const { runId } = takenSchema.parse(await response.json())
	return { runId, url: `${url}/c/${threadId}`, runUrl: `${url}/runs/${runId}` }
}
