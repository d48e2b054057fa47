import { hkdfSync } from 'node:crypto'
import type { ConfigProblem } from './problem.ts'
import type { VariableName, VariableValues } from './variables.ts'

/** How Slack is reached, and how it reaches us. */
export type SlackConfig = {
	/** One workspace by its token, or as many as install the app, each of which gives a token of its own. */
	readonly access: { readonly by: 'token' /** `xoxb-…` */; readonly botToken: string } | SlackInstalling
	/** Where the Web API is, with a slash at its end; null: at Slack. */
	readonly apiUrl: string | null
	/** Over a socket that we open, or over requests to our address. With the means for both, the socket it is. */
	readonly receives:
		| { readonly over: 'socket' /** `xapp-…` */; readonly appToken: string }
		| { readonly over: 'http'; readonly signingSecret: string }
	/** Ids of bots that are answered as people are. */
	readonly allowedBots: readonly string[]
}

/** The app as it introduces itself to Slack when somebody installs it. */
type SlackInstalling = {
	readonly by: 'installation'
	readonly clientId: string
	readonly clientSecret: string
	/** Signs what comes back from Slack with whoever installs it. */
	readonly stateSecret: string
	/** Our origin, where Slack sends them back to. */
	readonly publicUrl: string
	/** Ids of the workspaces that may install it; null: every one may. */
	readonly allowedWorkspaces: readonly string[] | null
	/** With the first, tokens are sealed before they are kept; with every one, they are opened. */
	readonly tokenKeys: readonly Uint8Array[]
}

type SlackVariable = Extract<VariableName, `SLACK_${string}`>
type IsMeant = (name: VariableName) => boolean

const means = ['SLACK_APP_TOKEN', 'SLACK_SIGNING_SECRET'] as const
/** With all of these, other workspaces can install the app. */
const ofInstalling = ['SLACK_CLIENT_ID', 'SLACK_CLIENT_SECRET', 'SLACK_TOKEN_KEY'] as const
const onlyWithInstalling = ['SLACK_STATE_SECRET', 'SLACK_ALLOWED_WORKSPACES'] as const

/** Null, without a problem, where nothing of Slack is configured. An address alone connects nothing. */
export function slackConfigFrom(
	values: VariableValues,
	unreadable: readonly ConfigProblem[],
): { readonly slack: SlackConfig | null; readonly problems: readonly ConfigProblem[] } {
	// What can't be read is told of already; here it counts as meant.
	const isMeant: IsMeant = (name) => values[name] !== undefined || unreadable.some(({ variable }) => variable === name)
	const problems = problemsWith(isMeant)
	const access = accessFrom(values)
	const receives = receivesFrom(values)
	if (problems.length > 0 || access === null || receives === null) return { slack: null, problems }
	const { SLACK_API_URL: apiUrl = null, SLACK_ALLOWED_BOTS: allowedBots = [] } = values
	return { slack: { access, apiUrl, receives, allowedBots }, problems: [] }
}

function accessFrom(values: VariableValues): SlackConfig['access'] | null {
	const { SLACK_BOT_TOKEN: botToken, SLACK_CLIENT_ID: clientId, SLACK_CLIENT_SECRET: clientSecret } = values
	if (botToken !== undefined) return { by: 'token', botToken }
	const { SLACK_TOKEN_KEY: tokenKeys, THREADWISE_PUBLIC_URL: publicUrl } = values
	const [key] = tokenKeys ?? []
	if (clientId === undefined || clientSecret === undefined || publicUrl === undefined) return null
	if (tokenKeys === undefined || key === undefined) return null
	const { SLACK_STATE_SECRET: stateSecret = stateSecretFrom(key), SLACK_ALLOWED_WORKSPACES: allowed = null } = values
	return { by: 'installation', clientId, clientSecret, stateSecret, publicUrl, allowedWorkspaces: allowed, tokenKeys }
}

/** The same in every process that has the same key. */
function stateSecretFrom(key: Uint8Array): string {
	return Buffer.from(hkdfSync('sha256', key, '', 'state of an installation', 32)).toString('hex')
}

function receivesFrom(values: VariableValues): SlackConfig['receives'] | null {
	const { SLACK_APP_TOKEN: appToken, SLACK_SIGNING_SECRET: signingSecret } = values
	if (appToken !== undefined) return { over: 'socket', appToken }
	return signingSecret === undefined ? null : { over: 'http', signingSecret }
}

function problemsWith(isMeant: IsMeant): readonly ConfigProblem[] {
	const [installing] = [...ofInstalling, ...onlyWithInstalling].filter(isMeant)
	const [receiving] = means.filter(isMeant)
	if (isMeant('SLACK_BOT_TOKEN')) {
		if (installing !== undefined) return [twoWays(installing)]
		return receiving === undefined ? [botTokenAlone] : []
	}
	if (installing === undefined) return receiving === undefined ? [] : [withoutAccess(receiving)]
	return [
		...ofInstalling.filter((name) => !isMeant(name)).map((name) => withoutAll(installing, name)),
		...(receiving === undefined ? [installingAlone(installing)] : []),
		...(isMeant('THREADWISE_PUBLIC_URL') ? [] : [withoutPublicUrl(installing)]),
	]
}

const receivingFix =
	'Set SLACK_APP_TOKEN (an app-level token with connections:write, for Socket Mode), or SLACK_SIGNING_SECRET to take requests from Slack.'

const botTokenAlone: ConfigProblem = {
	variable: 'SLACK_BOT_TOKEN',
	found: 'a bot token, but neither SLACK_APP_TOKEN nor SLACK_SIGNING_SECRET',
	expected: 'one of the two as well: else nothing that people write arrives',
	fix: receivingFix,
}

const nounOf: Readonly<Partial<Record<SlackVariable, string>>> = {
	SLACK_APP_TOKEN: 'an app token',
	SLACK_SIGNING_SECRET: 'a signing secret',
	SLACK_CLIENT_ID: 'a client ID',
	SLACK_CLIENT_SECRET: 'a client secret',
	SLACK_TOKEN_KEY: 'a key for tokens',
	SLACK_STATE_SECRET: 'a secret for installing',
	SLACK_ALLOWED_WORKSPACES: 'workspaces that may install the app',
}

/** Where it comes from, for whoever hasn't set it. */
const sourceOf: Readonly<Record<(typeof ofInstalling)[number], string>> = {
	SLACK_CLIENT_ID: 'Set SLACK_CLIENT_ID to the Client ID of your app (Basic Information, App Credentials)',
	SLACK_CLIENT_SECRET: 'Set SLACK_CLIENT_SECRET to the Client Secret of your app (Basic Information, App Credentials)',
	SLACK_TOKEN_KEY: 'Set SLACK_TOKEN_KEY to what `openssl rand -hex 32` prints',
}

function withoutAccess(variable: (typeof means)[number]): ConfigProblem {
	return {
		variable,
		found: `${nounOf[variable]}, but no SLACK_BOT_TOKEN`,
		expected: 'the bot token as well: else nothing can be answered',
		fix: 'Set SLACK_BOT_TOKEN to the Bot User OAuth Token of your app (OAuth & Permissions), or take this one out. For several workspaces, set SLACK_CLIENT_ID, SLACK_CLIENT_SECRET and SLACK_TOKEN_KEY instead.',
	}
}

function twoWays(variable: SlackVariable): ConfigProblem {
	return {
		variable,
		found: `${nounOf[variable]} beside SLACK_BOT_TOKEN`,
		expected: 'either one workspace by its token, or several that install the app',
		fix: `For several workspaces take SLACK_BOT_TOKEN out, and install the app in its workspace once more; for one, take ${variable} out.`,
	}
}

function withoutAll(variable: SlackVariable, missing: (typeof ofInstalling)[number]): ConfigProblem {
	return {
		variable: missing,
		found: `${nounOf[variable]} in ${variable}, but no ${missing}`,
		expected: 'it as well, so that workspaces can install the app',
		fix: `${sourceOf[missing]}. Or take ${variable} out.`,
	}
}

function installingAlone(variable: SlackVariable): ConfigProblem {
	return {
		variable,
		found: `${nounOf[variable]}, but neither SLACK_APP_TOKEN nor SLACK_SIGNING_SECRET`,
		expected: 'one of the two as well: else nothing that people write arrives',
		fix: receivingFix,
	}
}

function withoutPublicUrl(variable: SlackVariable): ConfigProblem {
	return {
		variable: 'THREADWISE_PUBLIC_URL',
		found: `${nounOf[variable]} in ${variable}, but no address`,
		expected: 'the https address by which Slack sends people back who have installed the app',
		fix: 'Set THREADWISE_PUBLIC_URL to it, such as https://threadwise.example.com; /slack/oauth_redirect of it is a redirect URL of your app.',
	}
}
