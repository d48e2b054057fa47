import type { ConfigProblem } from './problem.ts'
import type { VariableValues } from './variables.ts'

/** How Slack is reached, and how it reaches us. */
export type SlackConfig = {
	readonly botToken: string
	/** Null: Slack's own. */
	readonly apiUrl: string | null
	readonly receives:
		| { readonly over: 'socket'; readonly appToken: string }
		| { readonly over: 'http'; readonly signingSecret: string }
	/** Ids of bots that are answered as people are. */
	readonly allowedBots: readonly string[]
}

/** The connection to Slack; null where none of its tokens is set. With an app token it is a socket, else Slack sends requests. */
export function slackConfigFrom(
	values: VariableValues,
	unreadable: readonly ConfigProblem[],
): { readonly slack: SlackConfig | null; readonly problems: readonly ConfigProblem[] } {
	const { SLACK_BOT_TOKEN: botToken, SLACK_APP_TOKEN: appToken, SLACK_SIGNING_SECRET: signingSecret } = values
	const ways = [appToken, signingSecret].filter((way) => way !== undefined)
	if (botToken === undefined && ways.length === 0) return { slack: null, problems: [] }
	// One that can't be read was meant, and has a problem of its own.
	const isMeant = (...names: readonly string[]) => unreadable.some(({ variable }) => names.includes(variable))
	if (botToken === undefined) return { slack: null, problems: isMeant('SLACK_BOT_TOKEN') ? [] : [noBotToken] }
	const receives =
		appToken !== undefined
			? { over: 'socket' as const, appToken }
			: signingSecret !== undefined
				? { over: 'http' as const, signingSecret }
				: null
	if (receives === null) {
		return { slack: null, problems: isMeant('SLACK_APP_TOKEN', 'SLACK_SIGNING_SECRET') ? [] : [noWayIn] }
	}
	const { SLACK_API_URL: apiUrl = null, SLACK_ALLOWED_BOTS: allowedBots = [] } = values
	return { slack: { botToken, apiUrl, receives, allowedBots }, problems: [] }
}

const noBotToken: ConfigProblem = {
	variable: 'SLACK_BOT_TOKEN',
	found: 'nothing, but another token of Slack',
	expected: 'the token with which messages are written, which begins with xoxb-',
	fix: 'Copy it from "OAuth & Permissions" of the app, or take the other tokens out.',
}

const noWayIn: ConfigProblem = {
	variable: 'SLACK_APP_TOKEN',
	found: 'nothing, and no SLACK_SIGNING_SECRET',
	expected: 'one of the two: without, nothing that people write reaches Threadwise',
	fix: 'Create an app-level token with connections:write (Socket Mode), or copy the signing secret where Slack reaches this machine.',
}
