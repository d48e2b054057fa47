import { join } from 'node:path'
import { createLog, type Log } from '../../src/cli/log.ts'
import { createOpenParts } from '../../src/cli/open-parts.ts'
import { openRuntime, type Runtime } from '../../src/cli/runtime.ts'
import { connectSlack, slackNeedsServer } from '../../src/cli/slack.ts'
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
	const variables = { THREADWISE_DATA_DIR: folder.path, OPENAI_BASE_URL: modelUrl, ...slackVariables(slack, way) }
	const { runtime } = opened.use(await startServiceWith(variables, slack))
	const closing = opened.move()
	return { slack, runtime, [Symbol.asyncDispose]: () => closing.disposeAsync() }
}

/** The same with these settings, on a Slack and a data folder that are there already. */
export async function startServiceWith(
	variables: Readonly<Record<string, string>>,
	slack: LocalSlack,
	log: Log = createLog('silent'),
): Promise<AsyncDisposable & Pick<SlackService, 'runtime'>> {
	const loaded = loadConfig(variables, null)
	if (!loaded.ok) throw new Error(loaded.problems.map(describeProblem).join('\n'))
	const { config } = loaded
	log.adopt(config)
	await using opened = new AsyncDisposableStack()
	const parts = opened.use(createOpenParts())
	const runtime = await openRuntime({ config, log: log.log }, parts)
	await runtime.startWorker()
	const address = config.http ?? { host: '127.0.0.1', port: 0 }
	const server = slackNeedsServer(config) ? await startWebServer(address, runtime, config.playground) : null
	if (server !== null) parts.use('web server', server)
	const platform = await connectSlack(config, runtime, server, log.log)
	if (platform === null) throw new Error('Slack is not configured')
	await runtime.servePlatforms([platform])
	if (server !== null && config.slack?.receives.over === 'http') {
		await slack.receiveEventsAt(`http://127.0.0.1:${server.address.port}/slack/events`)
	}
	const closing = opened.move()
	return { runtime, [Symbol.asyncDispose]: () => closing.disposeAsync() }
}
