import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import {
	App,
	type AuthorizeResult,
	type Context,
	HTTPReceiver,
	type Receiver,
	type ReceiverEvent,
	SocketModeReceiver,
	type webApi,
} from '@slack/bolt'
import { type Bots, isNotInstalled } from './bots.ts'
import { webOptions } from './client.ts'
import type { SlackConnection } from './config.ts'
import { eventsPath } from './paths.ts'
import { quietLogger } from './quiet-logger.ts'
import { fromSlack } from './refusals.ts'

/** Says something to whoever used a command or a shortcut, also where the bot is no member. */
export type Respond = (text: string) => Promise<void>

/** What Slack tells. Whatever rejects isn't acknowledged: Slack delivers it again, or tells the person. */
export type Listeners = {
	message(event: unknown): Promise<void>
	sessionStop(event: unknown): Promise<void>
	homeOpened(event: unknown): Promise<void>
	press(body: unknown): Promise<void>
	/** A window was sent off, or closed. */
	window(body: unknown): Promise<void>
	/** Acknowledged before: there is no second delivery. */
	command(body: unknown, respond: Respond): Promise<void>
	shortcut(body: unknown, respond: Respond): Promise<void>
}

/** What Slack tells of one workspace, and of those that have taken the app off. */
export type Told = {
	/** Whoever listens for a workspace in which the app is installed. */
	listenersOf(workspaceId: string): Promise<Listeners>
	/** `app_uninstalled` or `tokens_revoked`, with what is around the event. */
	removal(body: unknown): Promise<void>
}

export type ReceivingOptions = Pick<SlackConnection, 'apiUrl' | 'receives'> & {
	readonly bots: Bots
	readonly timeoutMs: number
	readonly onTrouble: (error: unknown) => void
}

/** For opening a socket alone: one that was cut is opened again for as long as it takes. */
const patiently: webApi.WebClientOptions = {
	retryConfig: { forever: true, factor: 1.3, minTimeout: 500, maxTimeout: 15_000, randomize: true },
	rejectRateLimitedCalls: false,
}
/** How long until a socket is opened again that Slack has refused to open. */
const refusedAgainMs = 5_000
/** A closing handshake that never comes isn't waited for. */
const longestStopMs = 2_000

/** The way in: over a socket that we open, or over requests that are handed to `take`. */
export type Receiving = {
	/** Takes a request to `eventsPath`; not for a socket. */
	take(request: IncomingMessage, response: ServerResponse): void
	start(told: Told): Promise<void>
	stop(): Promise<void>
}

export function createReceiving(options: ReceivingOptions): Receiving {
	const { receives, bots, apiUrl, timeoutMs, onTrouble } = options
	const logger = quietLogger((warning) => onTrouble(new Error(warning)))
	const http =
		receives.over === 'http'
			? new HTTPReceiver({ signingSecret: receives.signingSecret, endpoints: eventsPath, logger })
			: null
	const socket =
		receives.over === 'socket'
			? new SocketModeReceiver({
					appToken: receives.appToken,
					logger,
					installerOptions: { clientOptions: { ...webOptions(apiUrl, timeoutMs), ...patiently } },
				})
			: null
	const ended = new AbortController()
	return {
		take: (request, response) => {
			if (http === null) throw new TypeError('Slack is reached over a socket.')
			http.requestListener(request, response)
		},
		start: async (told) => {
			const receiver = http ?? socket
			if (receiver === null) return
			const app = new App({
				receiver: acknowledgingLast(receiver),
				authorize: ({ teamId = '' }) => authorize(bots, teamId),
				// We know ourselves by more than Bolt does.
				ignoreSelf: false,
				convoStore: false,
				clientOptions: webOptions(apiUrl, timeoutMs),
				logger,
			})
			app.error((error) => forgive(error, onTrouble))
			listen(app, told, onTrouble)
			if (socket === null) return
			await socket.start().catch((error: unknown) => Promise.reject(fromSlack(error)))
			openAgain(socket.client, ended.signal, onTrouble)
		},
		stop: async () => {
			ended.abort()
			if (socket === null) return
			await Promise.race([socket.stop().catch(onTrouble), sleep(longestStopMs, undefined, { ref: false })])
		},
	}
}

/**
 * A socket that was cut is opened again by the client itself, which leaves it to nobody to catch what goes wrong then: Slack may refuse
 * the app's token for a while. That would be the end of the process, or of hearing anything. So it is tried until we end ourselves.
 */
function openAgain(
	client: SocketModeReceiver['client'],
	ended: AbortSignal,
	onTrouble: (error: unknown) => void,
): void {
	const open = client.start.bind(client)
	client.start = async () => {
		while (!ended.aborted) {
			try {
				return await open()
			} catch (error) {
				if (ended.aborted) break
				onTrouble(fromSlack(error))
				await sleep(refusedAgainMs, undefined, { ref: false, signal: ended }).catch(() => {})
			}
		}
		// Nobody waits for it any more.
		return new Promise(() => {})
	}
}

/**
 * Bolt acknowledges an event before anybody has heard of it: one that couldn't be recorded would be gone. Here it is acknowledged when
 * its listeners are done, and not at all if one of them has failed, so that Slack delivers it again.
 */
function acknowledgingLast(receiver: HTTPReceiver | SocketModeReceiver): Receiver {
	const late = (app: App): App =>
		Object.create(app, {
			processEvent: {
				value: async (event: ReceiverEvent) => {
					if (!('event' in event.body)) return app.processEvent(event)
					await app.processEvent({ ...event, ack: async () => {} })
					await event.ack()
				},
			},
		})
	return {
		init: (app) => receiver.init(late(app)),
		start: () => Promise.resolve(),
		stop: () => Promise.resolve(),
	}
}

async function authorize(bots: Bots, workspaceId: string): Promise<AuthorizeResult> {
	const { token, self } = await bots.of(workspaceId)
	return { botToken: token, botId: self.botId, botUserId: self.userId, teamId: self.teamId }
}

/** What comes from a workspace that has taken the app off needn't come again; whatever else has failed has to. */
async function forgive(error: unknown, onTrouble: (error: unknown) => void): Promise<void> {
	if (isNotInstalled(error)) return
	onTrouble(error)
	throw error
}

/** What is recorded is acknowledged after it was; a command, whose answer is a message of its own, before: Slack waits three seconds. */
function listen(app: App, told: Told, onTrouble: (error: unknown) => void): void {
	const on = ({ teamId = '' }: Context) => told.listenersOf(teamId)
	app.event('message', async ({ event, context }) => (await on(context)).message(event))
	app.event('app_mention', async ({ event, context }) => (await on(context)).message(event))
	app.event('agent_session_stopped', async ({ event, context }) => (await on(context)).sessionStop(event))
	app.event('app_home_opened', async ({ event, context }) => (await on(context)).homeOpened(event))
	app.event('app_uninstalled', ({ body }) => told.removal(body))
	app.event('tokens_revoked', ({ body }) => told.removal(body))
	app.action(/.*/, async ({ body, context, ack }) => {
		await (await on(context)).press(body)
		await ack()
	})
	for (const type of ['view_submission', 'view_closed'] as const) {
		app.view({ callback_id: /.*/, type }, async ({ body, context, ack }) => {
			await (await on(context)).window(body)
			await ack()
		})
	}
	app.command(/.*/, async ({ body, context, ack, respond }) => {
		await ack()
		const { command } = await on(context)
		await command(body, privately(respond)).catch(onTrouble)
	})
	app.shortcut({ type: 'message_action' }, async ({ body, context, ack, respond }) => {
		await ack()
		const { shortcut } = await on(context)
		await shortcut(body, privately(respond)).catch(onTrouble)
	})
}

function privately(
	respond: (message: { response_type: 'ephemeral'; text: string; replace_original: boolean }) => Promise<unknown>,
): Respond {
	return async (text) => {
		await respond({ response_type: 'ephemeral', text, replace_original: false })
	}
}
