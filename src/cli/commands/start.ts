import type { Config } from '../../config/index.ts'
import { ThreadwiseError } from '../../core/errors.ts'
import { connectDiscord } from '../discord.ts'
import { createLog } from '../log.ts'
import { mountPlayground, refuseOpenPlayground } from '../playground.ts'
import { runUntilToldToEnd } from '../process-end.ts'
import type { Runtime } from '../runtime.ts'
import { openService } from '../service.ts'
import { readSettings } from '../settings.ts'
import { connectSlack, slackNeedsServer } from '../slack.ts'
import { discordLine, modelLine, pageLine, pageUrl, slackLine, startedLines } from '../started-lines.ts'
import type { WebServer } from '../web-server.ts'

/** Runs everything in this process until it is told to end. Returns the exit status. */
export async function start(): Promise<number> {
	const { log, adopt } = createLog('info')
	return runUntilToldToEnd(log, async (opened) => {
		const config = readSettings()
		adopt(config)
		refuseOpenPlayground(config)
		const service = await openService(
			{ config, command: 'start', works: 'always', isMeasured: serves(config), log },
			opened,
		)
		if (service.place === 'elsewhere') throw alreadyRunning(config)
		const { runtime } = service
		const server = await openServer(config, runtime)
		if (server !== null) opened.use('web server', server)
		const page = server === null ? null : await mountPlayground(config, runtime, server, log)
		const slack = await connectSlack(config, runtime, server, log)
		const discord = await connectDiscord(config, runtime, log)
		await runtime.servePlatforms([page, slack, discord].filter((platform) => platform !== null))
		const pageLines = page === null || server === null ? [] : [pageLine(config, server)]
		process.stdout.write(
			startedLines('Threadwise is running.', config, server, [
				...[modelLine(config), ...pageLines],
				...[...slackLine(config), ...discordLine(config)],
			]),
		)
		process.stdout.write(`${howToAsk(config, page === null ? null : server)} End with Ctrl-C.\n`)
	})
}

/** Without a page, a port for health and requests of Slack, there is nothing to serve. */
function serves(config: Config): boolean {
	const { http, playground } = config
	return http !== null || playground.isOn || slackNeedsServer(config)
}

async function openServer(config: Config, runtime: Runtime): Promise<WebServer | null> {
	if (!serves(config)) return null
	const { http, playground } = config
	const { startWebServer } = await import('../web-server.ts')
	return startWebServer(http ?? { host: playground.host, port: null }, runtime, playground)
}

function howToAsk(config: Config, server: WebServer | null): string {
	const inTerminal = 'sk from another terminal: npm run -s threadwise -- ask "your question".'
	return server === null ? `A${inTerminal}` : `Open ${pageUrl(config, server)} in a browser, or a${inTerminal}`
}

function alreadyRunning({ storage }: Config): ThreadwiseError {
	const folder = storage.store === 'embedded' ? storage.dataFolder : ''
	return new ThreadwiseError('data-folder-held', `Threadwise already runs on the data folder ${folder}.`, {
		fix: 'Ask it: npm run -s threadwise -- ask "…". Or end it first, or set THREADWISE_DATA_DIR to another folder.',
	})
}
