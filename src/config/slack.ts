import type { ConfigProblem } from './problem.ts'
import type { VariableName, VariableValues } from './variables.ts'

/** How Slack is reached, and how it reaches us. */
export type SlackConfig = {
	/** `xoxb-…` */
	readonly botToken: string
	/** Where the Web API is, with a slash at its end; null: at Slack. */
	readonly apiUrl: string | null
	/** Over a socket that we open, or over requests to our address. With the means for both, the socket it is. */
	readonly receives:
		| { readonly over: 'socket' /** `xapp-…` */; readonly appToken: string }
		| { readonly over: 'http'; readonly signingSecret: string }
	/** Ids of bots that are answered as people are. */
	readonly allowedBots: readonly string[]
}

type SlackVariable = Extract<VariableName, `SLACK_${string}`>

/** Null, without a problem, where nothing of Slack is configured. An address alone connects nothing. */
export function slackConfigFrom(
	values: VariableValues,
	unreadable: readonly ConfigProblem[],
): { readonly slack: SlackConfig | null; readonly problems: readonly ConfigProblem[] } {
	const { SLACK_BOT_TOKEN: botToken, SLACK_APP_TOKEN: appToken, SLACK_SIGNING_SECRET: signingSecret } = values
	// What can't be read is told of already; here it counts as meant.
	const isMeant = (name: SlackVariable) =>
		values[name] !== undefined || unreadable.some(({ variable }) => variable === name)
	const means = (['SLACK_APP_TOKEN', 'SLACK_SIGNING_SECRET'] as const).filter(isMeant)
	if (!isMeant('SLACK_BOT_TOKEN')) return { slack: null, problems: means.slice(0, 1).map(withoutBotToken) }
	if (means.length === 0) return { slack: null, problems: [botTokenAlone] }
	const receives = receivesFrom(appToken, signingSecret)
	if (botToken === undefined || receives === null) return { slack: null, problems: [] }
	const { SLACK_API_URL: apiUrl = null, SLACK_ALLOWED_BOTS: allowedBots = [] } = values
	return { slack: { botToken, apiUrl, receives, allowedBots }, problems: [] }
}

function receivesFrom(appToken: string | undefined, signingSecret: string | undefined): SlackConfig['receives'] | null {
	if (appToken !== undefined) return { over: 'socket', appToken }
	return signingSecret === undefined ? null : { over: 'http', signingSecret }
}

const botTokenAlone: ConfigProblem = {
	variable: 'SLACK_BOT_TOKEN',
	found: 'a bot token, but neither SLACK_APP_TOKEN nor SLACK_SIGNING_SECRET',
	expected: 'one of the two as well: else nothing that people write arrives',
	fix: 'Set SLACK_APP_TOKEN (an app-level token with connections:write, for Socket Mode), or SLACK_SIGNING_SECRET to take requests from Slack.',
}

function withoutBotToken(variable: 'SLACK_APP_TOKEN' | 'SLACK_SIGNING_SECRET'): ConfigProblem {
	return {
		variable,
		found: `${variable === 'SLACK_APP_TOKEN' ? 'an app token' : 'a signing secret'}, but no SLACK_BOT_TOKEN`,
		expected: 'the bot token as well: else nothing can be answered',
		fix: 'Set SLACK_BOT_TOKEN to the Bot User OAuth Token of your app (OAuth & Permissions), or take this one out.',
	}
}
