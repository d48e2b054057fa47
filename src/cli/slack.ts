import type { Logger } from 'pino'
import { createSlackPlatform } from '../../adapters/slack/index.ts'
import type { Config } from '../config/index.ts'
import type { ChatPlatform } from '../core/chat-platform.ts'
import { ThreadwiseError } from '../core/errors.ts'
import { runUrls } from './playground.ts'
import type { Runtime } from './runtime.ts'
import type { WebServer } from './web-server.ts'

/** Whether Slack sends what it tells to a port of this process. */
export function slackNeedsServer({ slack }: Config): boolean {
	return slack?.receives.over === 'http'
}

/**
 * The platform that Slack is; null where no tokens are set. Over HTTP, its routes are mounted on the server.
 * @throws ThreadwiseError `config` if Slack would have nowhere to send what it tells.
 */
export function connectSlack(
	config: Config,
	runtime: Pick<Runtime, 'store' | 'conversationReader' | 'settingsStore' | 'settingsIn' | 'changeSettings'>,
	server: Pick<WebServer, 'mount'> | null,
	log: Logger,
): ChatPlatform | null {
	if (config.slack === null) return null
	const platform = createSlackPlatform({
		...config.slack,
		runs: runtime.store,
		conversations: runtime.conversationReader,
		settings: { read: runtime.settingsStore.read, resolve: runtime.settingsIn, change: runtime.changeSettings },
		runUrl: runUrls(config),
		onTrouble: (error) => log.warn({ error }, 'Slack has trouble'),
	})
	if (platform.routes === null) return platform
	if (server === null) throw noPort
	server.mount(platform.routes, '/slack/')
	return platform
}

const noPort = new ThreadwiseError('config', 'Slack would send requests, but THREADWISE_PORT names no port.', {
	fix: 'Set THREADWISE_PORT to a port that Slack reaches, or SLACK_APP_TOKEN for a socket that needs none.',
})
