import type { Config } from '../config/index.ts'
import { setupCommand } from './practice-process.ts'
import type { WebServer } from './web-server.ts'

/** What a process says about itself when it has started: where things are, never a password. */
export function startedLines(
	title: string,
	config: Config,
	server: WebServer | null,
	more: readonly string[] = [],
): string {
	const { storage } = config
	const lines = [
		title,
		`  Database  ${storage.store === 'embedded' ? `embedded, in ${storage.dataFolder}` : 'PostgreSQL server'}`,
		`  Queue     ${storage.queue === 'redis' ? 'Redis' : 'in the database'}`,
		...more,
		...(server === null ? [] : [`  Health    ${originOf(server)}/readyz`]),
	]
	return `${lines.join('\n')}\n`
}

/** Where the page is, for a person; with another port than the usual one, the reason. */
export function pageLine(config: Config, server: WebServer): string {
	const moved = server.tookAnother ? ' (the usual port is taken)' : ''
	return `  Page      ${pageUrl(config, server)}${moved}`
}

/** The address to open. */
export function pageUrl({ playground }: Config, server: WebServer): string {
	return playground.publicUrl ?? originOf(server)
}

/** What listens on all addresses is there on this one as well. */
function originOf({ address: { host, port } }: WebServer): string {
	const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
	return `http://${name.includes(':') ? `[${name}]` : name}:${port}`
}

/** Whether Slack is connected, and how. */
export function slackLine({ slack }: Config): readonly string[] {
	if (slack === null) return []
	const { access, receives } = slack
	const way = receives.over === 'socket' ? 'connected by a socket' : 'sends requests to /slack/events'
	return [
		`  Slack     ${way}${access.by === 'token' ? '' : `; workspaces install it at ${access.publicUrl}/slack/install`}`,
	]
}

/** Whether Discord is connected. */
export function discordLine({ discord }: Config): readonly string[] {
	return discord === null ? [] : ['  Discord   connected by its gateway']
}

/** Which models answer. */
export function modelLine({ models }: Config): string {
	const model =
		models.kind === 'practice'
			? `practice model (connect a real one: ${setupCommand})`
			: Object.entries(models.settings.aliases)
					.map(([alias, { model: name }]) => `${alias} = ${name}`)
					.join(', ')
	return `  Model     ${model}`
}
