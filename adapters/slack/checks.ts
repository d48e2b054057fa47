import { createHmac, randomUUID } from 'node:crypto'
import { webApi } from '@slack/bolt'
import { type Check, type Finding, notChecked, ok, problem, warning } from '../../src/core/check.ts'
import { webOptions } from './client.ts'
import type { SlackApp, SlackConnection } from './config.ts'
import { slackScopes } from './manifest.ts'
import { eventsPath, installPath } from './paths.ts'
import { quietLogger } from './quiet-logger.ts'

export type CheckedConnection = Pick<SlackConnection, 'access' | 'apiUrl' | 'receives'> & {
	/** The origin by which Slack reaches us over HTTP; null where it isn't known. */
	readonly publicUrl: string | null
}

const slackUrl = 'https://slack.com/api/'
const timeoutMs = 10_000

/** What can be right or wrong between Slack and this installation: who the bot is, what it may do, how events arrive. */
export function slackChecks({ access, apiUrl, receives, publicUrl }: CheckedConnection): readonly Check[] {
	const client = (token?: string) =>
		new webApi.WebClient(token, { ...webOptions(apiUrl, timeoutMs), logger: quietLogger(() => {}) })
	return [
		...(access.by === 'token'
			? tokenChecks(client(access.botToken), apiUrl)
			: [
					{ name: 'Slack app', run: () => appFinding(client(), access, apiUrl) },
					{ name: 'Slack installing', run: (signal: AbortSignal) => installingFinding(access.publicUrl, signal) },
				]),
		receives.over === 'socket'
			? { name: 'Slack Socket Mode', run: () => socketFinding(client(receives.appToken), apiUrl) }
			: { name: 'Slack requests', run: (signal) => requestsFinding(publicUrl, receives.signingSecret, signal) },
	]
}

function tokenChecks(client: webApi.WebClient, apiUrl: string | null): readonly Check[] {
	const identified = identify(client, apiUrl)
	return [
		{ name: 'Slack bot token', run: async () => (await identified()).finding },
		{ name: 'Slack permissions', run: async () => permissionsFinding((await identified()).scopes) },
	]
}

/** Who the token belongs to. `scopes` is null where there is nothing to be said about them. */
type Identified = { readonly finding: Finding; readonly scopes: readonly string[] | null }

/** Asks once, however many want to know. */
function identify(client: webApi.WebClient, apiUrl: string | null): () => Promise<Identified> {
	let asked: Promise<Identified> | null = null
	const ask = async (): Promise<Identified> => {
		try {
			const { user, team, bot_id, response_metadata } = await client.auth.test()
			const scopes = response_metadata?.scopes ?? null
			if (bot_id === undefined) return { finding: notOfABot, scopes: null }
			return { finding: ok(`@${user} in ${team}`), scopes }
		} catch (error) {
			return { finding: troubleFinding(error, 'SLACK_BOT_TOKEN', apiUrl), scopes: null }
		}
	}
	return () => {
		asked ??= ask()
		return asked
	}
}

const copyBotToken =
	'Copy the Bot User OAuth Token of your app into SLACK_BOT_TOKEN (https://api.slack.com/apps, OAuth & Permissions).'
const copyAppToken =
	'Make an App-Level Token with connections:write and copy it into SLACK_APP_TOKEN (https://api.slack.com/apps, Basic Information).'
const installAgain = `Install the app to the workspace again (https://api.slack.com/apps, Install App), and copy the new token into SLACK_BOT_TOKEN.`
const notOfABot = problem('SLACK_BOT_TOKEN is not the token of a bot.', copyBotToken)

const copyClient = (what: string, variable: string) =>
	`Copy the ${what} of your app into ${variable} (https://api.slack.com/apps, Basic Information, App Credentials).`

type CheckedVariable = 'SLACK_BOT_TOKEN' | 'SLACK_APP_TOKEN' | 'SLACK_CLIENT_SECRET'

/** By variable and by Slack's word for what it has refused. */
const knownTroubles: Readonly<Record<CheckedVariable, Readonly<Record<string, Finding>>>> = {
	SLACK_BOT_TOKEN: {
		invalid_auth: problem("Slack doesn't know SLACK_BOT_TOKEN.", copyBotToken),
		not_authed: problem("Slack doesn't know SLACK_BOT_TOKEN.", copyBotToken),
		account_inactive: problem('The app was taken off the workspace.', installAgain),
		token_revoked: problem('SLACK_BOT_TOKEN was revoked.', installAgain),
		token_expired: problem(
			'SLACK_BOT_TOKEN has expired.',
			'Make a new app from the manifest: in one with token rotation, tokens end after 12 hours.',
		),
		not_allowed_token_type: notOfABot,
	},
	SLACK_APP_TOKEN: {
		invalid_auth: problem("Slack doesn't know SLACK_APP_TOKEN.", copyAppToken),
		not_authed: problem("Slack doesn't know SLACK_APP_TOKEN.", copyAppToken),
		token_revoked: problem('SLACK_APP_TOKEN was revoked.', copyAppToken),
		missing_scope: problem('SLACK_APP_TOKEN lacks connections:write.', copyAppToken),
		not_allowed_token_type: problem('SLACK_APP_TOKEN is not an app-level token.', copyAppToken),
	},
	SLACK_CLIENT_SECRET: {
		invalid_client_id: problem("Slack doesn't know SLACK_CLIENT_ID.", copyClient('Client ID', 'SLACK_CLIENT_ID')),
		bad_client_secret: problem(
			'SLACK_CLIENT_SECRET is not that of SLACK_CLIENT_ID.',
			copyClient('Client Secret', 'SLACK_CLIENT_SECRET'),
		),
	},
}

function troubleFinding(error: unknown, variable: CheckedVariable, apiUrl: string | null): Finding {
	if (error instanceof webApi.WebAPIRateLimitedError) {
		return warning('Slack was asked too often.', `Try again in ${error.retryAfter} s.`)
	}
	if (error instanceof webApi.WebAPIPlatformError) {
		const code = error.data.error
		const known = knownTroubles[variable][code]
		return known ?? problem(`Slack refused ${variable}: ${code}.`, `Look up ${code} at https://docs.slack.dev.`)
	}
	const { host } = new URL(apiUrl ?? slackUrl)
	const fix =
		apiUrl === null
			? 'Check the network and its proxies: this machine must reach https://slack.com. https://slack-status.com says whether it is well.'
			: 'Correct SLACK_API_URL, or leave it out to use Slack itself.'
	return problem(`Slack can't be reached at ${host}: ${reasonOf(error)}.`, fix)
}

function reasonOf(error: unknown): string {
	for (let each: unknown = error; each instanceof Error; each = originOf(each)) {
		// The system's own codes, such as ECONNREFUSED; Slack's libraries have some of their own.
		if ('code' in each && typeof each.code === 'string' && /^[A-Z]+$/.test(each.code)) return each.code
		if (each instanceof webApi.WebAPIHTTPError) return `HTTP status ${each.statusCode}`
	}
	return 'it does not answer'
}

function originOf(error: Error): unknown {
	return error instanceof webApi.WebAPIRequestError ? error.original : error.cause
}

function permissionsFinding(scopes: readonly string[] | null): Finding {
	if (scopes === null) return notChecked('they are those of the bot token')
	const missing = Object.entries(slackScopes).filter(([scope]) => !scopes.includes(scope))
	if (missing.length === 0) return ok('all that the manifest asks for')
	const named = missing.map(([scope, purpose]) => `${scope} (${purpose})`).join(', ')
	return problem(
		`Missing: ${named}.`,
		'Replace the manifest of your app (https://api.slack.com/apps, App Manifest) with that of: npm run -s threadwise -- manifest slack. Then install it to the workspace again.',
	)
}

/** Wants a token for a code that nobody was given: whether Slack minds the code or the app tells whether it knows the app. */
async function appFinding(
	client: webApi.WebClient,
	{ clientId: client_id, clientSecret: client_secret }: SlackApp,
	apiUrl: string | null,
): Promise<Finding> {
	try {
		await client.oauth.v2.access({ client_id, client_secret, code: randomUUID() })
	} catch (error) {
		const isKnown = error instanceof webApi.WebAPIPlatformError && error.data.error === 'invalid_code'
		if (!isKnown) return troubleFinding(error, 'SLACK_CLIENT_SECRET', apiUrl)
	}
	return ok('Slack knows its client ID and secret')
}

/** Asks our own address for the page on which workspaces begin to install the app. */
async function installingFinding(publicUrl: string, signal: AbortSignal): Promise<Finding> {
	const address = `${publicUrl}${installPath}`
	const asked = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
	try {
		const answer = await fetch(address, { redirect: 'manual', signal: asked })
		const isOurs = answer.status === 200 && (answer.headers.get('set-cookie') ?? '').includes('slack-app-oauth-state=')
		return isOurs ? ok(`workspaces install it at ${address}`) : notThreadwise(address, answer.status)
	} catch (error) {
		return nobodyAnswers(address, error)
	}
}

async function socketFinding(client: webApi.WebClient, apiUrl: string | null): Promise<Finding> {
	try {
		await client.apps.connections.open({})
		return ok('Slack opens connections')
	} catch (error) {
		return troubleFinding(error, 'SLACK_APP_TOKEN', apiUrl)
	}
}

/** Asks our own address what Slack asks it first, signed as Slack signs. */
async function requestsFinding(publicUrl: string | null, signingSecret: string, signal: AbortSignal): Promise<Finding> {
	if (publicUrl === null) {
		return warning(
			`Slack must reach ${eventsPath} of this installation; whether it does isn't known.`,
			`Set THREADWISE_PUBLIC_URL to your https address, and the app's request URLs to it with ${eventsPath}. Or use Socket Mode (SLACK_APP_TOKEN), which needs no address.`,
		)
	}
	const address = `${publicUrl}${eventsPath}`
	const challenge = randomUUID()
	const body = JSON.stringify({ type: 'url_verification', challenge })
	const asked = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
	try {
		const headers = { 'content-type': 'application/json', ...signatureOf(body, signingSecret) }
		const answer = await fetch(address, { method: 'POST', body, headers, redirect: 'manual', signal: asked })
		return answerFinding(address, answer.status, (await answer.text()).includes(challenge))
	} catch (error) {
		return nobodyAnswers(address, error)
	}
}

function nobodyAnswers(address: string, error: unknown): Finding {
	return warning(
		`Nobody answers at ${address}: ${reasonOf(error)}.`,
		'Start Threadwise, and check the reverse proxy. If it is only this machine that cannot reach it, all is well.',
	)
}

function answerFinding(address: string, status: number, knowsChallenge: boolean): Finding {
	if (status === 200 && knowsChallenge) return ok(`${address} answers as Slack wants it`)
	if (status === 401) {
		return problem(
			`What answers at ${address} has another signing secret.`,
			'Copy the Signing Secret of your app into SLACK_SIGNING_SECRET (https://api.slack.com/apps, Basic Information), and start Threadwise again.',
		)
	}
	return notThreadwise(address, status)
}

function notThreadwise(address: string, status: number): Finding {
	return problem(
		`What answers at ${address} is not Threadwise with Slack (HTTP status ${status}).`,
		'Start Threadwise with these settings, and let the reverse proxy pass the path on as it is.',
	)
}

function signatureOf(body: string, signingSecret: string): Readonly<Record<string, string>> {
	const seconds = String(Math.floor(Date.now() / 1_000))
	const digest = createHmac('sha256', signingSecret).update(`v0:${seconds}:${body}`).digest('hex')
	return { 'x-slack-request-timestamp': seconds, 'x-slack-signature': `v0=${digest}` }
}
