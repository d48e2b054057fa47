import { join } from 'node:path'
import { createLog } from '../../src/cli/log.ts'
import { createOpenParts } from '../../src/cli/open-parts.ts'
import { openRuntime, type Runtime } from '../../src/cli/runtime.ts'
import { connectSlack } from '../../src/cli/slack.ts'
import { startWebServer } from '../../src/cli/web-server.ts'
import { describeProblem, loadConfig } from '../../src/config/index.ts'
import { temporaryFolder } from './data-folder.ts'
import { unpackDatabaseDump } from './database-dump.ts'
import { slackVariables } from './platform-variables.ts'
import { type LocalSlack, startLocalSlack } from './slack/local-slack.ts'
import type { LocalSlackChoices } from './slack/options.ts'
import type { SlackWay } from './slack-app.ts'

/** What `start` runs, in this process, connected to a Slack of its own: the embedded database, the queue, a worker and Bolt. */
export type SlackService = AsyncDisposable & { readonly slack: LocalSlack; readonly runtime: Runtime }

export type SlackServiceOptions = {
	readonly way: SlackWay
	readonly modelUrl: string
	/** The dump of a fresh database, so that none has to be created. */
	readonly databaseDump: string
	/** What this Slack is like; its clock runs fast unless chosen otherwise. */
	readonly slack?: LocalSlackChoices
}

export async function startSlackService({
	way,
	modelUrl,
	databaseDump,
	slack: choices,
}: SlackServiceOptions): Promise<SlackService> {
	await using opened = new AsyncDisposableStack()
	const folder = opened.use(await temporaryFolder())
	await unpackDatabaseDump(databaseDump, join(folder.path, 'database'))
	const slack = opened.use(await startLocalSlack({ clockSpeed: 1_000, ...choices }))
	const loaded = loadConfig(
		{ THREADWISE_DATA_DIR: folder.path, OPENAI_BASE_URL: modelUrl, ...slackVariables(slack, way) },
		null,
	)
	if (!loaded.ok) throw new Error(loaded.problems.map(describeProblem).join('\n'))
	const { config } = loaded
	const { log } = createLog('silent')
	const parts = opened.use(createOpenParts())
	const runtime = await openRuntime({ config, log }, parts)
	await runtime.startWorker()
	const server =
		way === 'http' ? await startWebServer({ host: '127.0.0.1', port: 0 }, runtime, config.playground) : null
	if (server !== null) parts.use('web server', server)
	const platform = connectSlack(config, runtime, server, log)
	if (platform === null) throw new Error('Slack is not configured')
	await runtime.servePlatforms([platform])
	if (server !== null) await slack.receiveEventsAt(`http://127.0.0.1:${server.address.port}/slack/events`)
	const closing = opened.move()
	return { slack, runtime, [Symbol.asyncDispose]: () => closing.disposeAsync() }
}
