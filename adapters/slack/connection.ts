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
} from '@slack/bolt'
import { type Bots, isNotInstalled } from './bots.ts'
import { webOptions } from './client.ts'
import type { SlackConnection } from './config.ts'
import { keepSocketsOpen } from './open-sockets.ts'
import { eventsPath } from './paths.ts'
import { quietLogger } from './quiet-logger.ts'

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

/**
 * Slack sends each event over any one of them, and asks for each to be opened again every few hours: while one is, the other takes what
 * comes. A command is delivered once, so a gap would fail it. Slack allows ten for an app, which all bot processes share.
 */
const socketCount = 2
/** A closing handshake that never comes isn't waited for. */
const longestStopMs = 2_000

/** The way in: over sockets that we open, or over requests that are handed to `take`. */
export type Receiving = {
	/** Takes a request to `eventsPath`; not for sockets. */
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
	const sockets = receives.over === 'socket' ? createSockets(receives.appToken, options) : []
	const ended = new AbortController()
	return {
		take: (request, response) => {
			if (http === null) throw new TypeError('Slack is reached over a socket.')
			http.requestListener(request, response)
		},
		start: async (told) => {
			const app = new App({
				receiver: acknowledgingLast(http === null ? sockets : [http]),
				authorize: ({ teamId = '' }) => authorize(bots, teamId),
				// We know ourselves by more than Bolt does.
				ignoreSelf: false,
				convoStore: false,
				clientOptions: webOptions(apiUrl, timeoutMs),
				logger,
			})
			app.error((error) => forgive(error, onTrouble))
			listen(app, told, onTrouble)
			if (sockets.length > 0) {
				const clients = sockets.map(({ client }) => client)
				await keepSocketsOpen(clients, ended.signal, onTrouble)
			}
		},
		stop: async () => {
			ended.abort()
			const stopped = Promise.all(sockets.map((socket) => socket.stop().catch(onTrouble)))
			await Promise.race([stopped, sleep(longestStopMs, undefined, { ref: false })])
		},
	}
}

function createSockets(
	appToken: string,
	{ apiUrl, timeoutMs }: Pick<ReceivingOptions, 'apiUrl' | 'timeoutMs'>,
): readonly SocketModeReceiver[] {
	return Array.from(
		{ length: socketCount },
		() =>
			new SocketModeReceiver({
				appToken,
				// What its client warns of, again and again, is told by whoever keeps it open, once.
				logger: quietLogger(() => {}),
				// Slack's client would leave a lost socket closed for five seconds, and whatever goes wrong then to nobody.
				autoReconnectEnabled: false,
				installerOptions: { clientOptions: webOptions(apiUrl, timeoutMs) },
			}),
	)
}

/**
 * Bolt acknowledges an event before anybody has heard of it: one that couldn't be recorded would be gone. Here it is acknowledged when
 * its listeners are done, and not at all if one of them has failed, so that Slack delivers it again.
 */
function acknowledgingLast(receivers: readonly (HTTPReceiver | SocketModeReceiver)[]): Receiver {
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
		init: (app) => {
			for (const receiver of receivers) receiver.init(late(app))
		},
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
