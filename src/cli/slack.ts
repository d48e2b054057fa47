import type { Logger } from 'pino'
import { adapters } from '../../adapters/index.ts'
import type { Config } from '../config/index.ts'
import type { ChatPlatform } from '../core/chat-platform.ts'
import { ThreadwiseError } from '../core/errors.ts'
import { runUrls } from './playground.ts'
import type { Runtime } from './runtime.ts'
import type { WebServer } from './web-server.ts'

/** Whether a port of this process is needed: Slack sends what it tells there, or people install the app there. */
export function slackNeedsServer({ slack }: Config): boolean {
	return slack?.receives.over === 'http' || slack?.access.by === 'installation'
}

/**
 * The platform that Slack is; null where it isn't configured. Its routes, if it has any, are mounted on the server.
 * @throws ThreadwiseError `config` if there is no port for them.
 */
export async function connectSlack(
	config: Config,
	runtime: Pick<
		Runtime,
		'store' | 'conversationReader' | 'settingsStore' | 'settingsIn' | 'changeSettings' | 'installations'
	>,
	server: Pick<WebServer, 'mount'> | null,
	log: Logger,
): Promise<ChatPlatform | null> {
	const { slack } = config
	if (slack === null) return null
	const { createSlackPlatform } = await adapters.slack()
	const platform = createSlackPlatform({
		...slack,
		runs: runtime.store,
		conversations: runtime.conversationReader,
		settings: { read: runtime.settingsStore.read, resolve: runtime.settingsIn, change: runtime.changeSettings },
		installations: slack.access.by === 'installation' ? runtime.installations(slack.access.tokenKeys) : null,
		runUrl: await runUrls(config),
		onTrouble: (error) => log.warn({ error }, 'Slack has trouble'),
	})
	if (platform.routes === null) return platform
	if (server === null) throw noPort(slack.receives.over === 'http')
	server.mount(platform.routes, '/slack/')
	return platform
}

function noPort(sendsRequests: boolean): ThreadwiseError {
	return sendsRequests
		? new ThreadwiseError('config', 'Slack would send requests, but THREADWISE_PORT names no port.', {
				fix: 'Set THREADWISE_PORT to a port that Slack reaches, or SLACK_APP_TOKEN for a socket that needs none.',
			})
		: new ThreadwiseError('config', 'Workspaces would install the app, but THREADWISE_PORT names no port.', {
				fix: 'Set THREADWISE_PORT to a port that THREADWISE_PUBLIC_URL leads to, or use SLACK_BOT_TOKEN for one workspace.',
			})
}
