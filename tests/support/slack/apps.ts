import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { App, HTTPReceiver, type Logger, LogLevel, webApi } from '@slack/bolt'
import { onTestFinished } from 'vitest'
import { z } from 'zod'
import { type LocalSlack, startLocalSlack } from './local-slack.ts'
import type { LocalSlackChoices } from './options.ts'

/** Starts a Slack for a test, and Slack's own client, which doesn't call again by itself. */
export async function openSlack(choices: LocalSlackChoices = {}) {
	const slack = await startLocalSlack(choices)
	onTestFinished(() => slack[Symbol.asyncDispose]())
	const client = new webApi.WebClient(slack.botToken, clientOptions(slack))
	return { slack, client, ada: slack.person('ada') }
}

/** What Slack refuses is for the tests to see, not for the terminal. */
const silent: Logger = {
	debug: () => {},
	info: () => {},
	warn: () => {},
	error: () => {},
	setLevel: () => {},
	getLevel: () => LogLevel.ERROR,
	setName: () => {},
}

function clientOptions(slack: LocalSlack) {
	return {
		slackApiUrl: slack.apiUrl,
		retryConfig: { retries: 0 },
		rejectRateLimitedCalls: true,
		logger: silent,
	}
}

const platformErrorSchema = z.object({ data: z.object({ error: z.string() }) })

/** The code with which Slack refuses a call; `ok` if it doesn't. */
export async function codeOf(call: Promise<unknown>): Promise<string> {
	const outcome = await call.then(
		() => 'ok',
		(error: unknown) => error,
	)
	if (outcome === 'ok') return 'ok'
	const parsed = platformErrorSchema.safeParse(outcome)
	if (!parsed.success) throw outcome
	return parsed.data.data.error
}

/** An app in Socket Mode; `prepare` gives it its listeners before it starts. */
export async function startSocketApp(slack: LocalSlack, prepare: (app: App) => void) {
	const app = new App({
		token: slack.botToken,
		appToken: slack.appToken,
		socketMode: true,
		clientOptions: clientOptions(slack),
		logger: silent,
	})
	prepare(app)
	await app.start()
	onTestFinished(async () => {
		await app.stop()
	})
	return { app }
}

/** An app that has its events posted to it. */
export async function startHttpApp(slack: LocalSlack, prepare: (app: App) => void) {
	const { signingSecret } = slack
	const receiver = new HTTPReceiver({ signingSecret, logger: silent, unhandledRequestTimeoutMillis: 50 })
	const app = new App({
		token: slack.botToken,
		receiver,
		clientOptions: clientOptions(slack),
		logger: silent,
	})
	prepare(app)
	const server = await receiver.start(0)
	if (!server.listening) await once(server, 'listening')
	onTestFinished(async () => {
		server.closeAllConnections()
		await receiver.stop()
	})
	const { port } = server.address() as AddressInfo
	const address = `http://127.0.0.1:${port}/slack/events`
	await slack.receiveEventsAt(address)
	return { app, address }
}
