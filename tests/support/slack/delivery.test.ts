import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { App } from '@slack/bolt'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'
import { codeOf, openSlack, startHttpApp, startSocketApp } from './apps.ts'
import { signature } from './delivery/request-url.ts'
import type { LocalSlack } from './local-slack.ts'

describe.each([
	{ mode: 'Socket Mode', start: startSocketApp },
	{ mode: 'HTTP', start: startHttpApp },
])('with $mode', ({ start }) => {
	/** An app that notes everything that it is told of. */
	async function openApp(choices: Parameters<typeof openSlack>[0] = {}) {
		const opened = await openSlack(choices)
		const heard: Record<string, unknown>[] = []
		const note = async ({ event, body }: { event: object; body: object }) => {
			heard.push({ ...event, eventId: 'event_id' in body ? body.event_id : null })
		}
		const { app } = await start(opened.slack, (starting: App) => {
			starting.event('app_mention', note)
			starting.event('message', note)
		})
		return { ...opened, app, heard }
	}

	test('a mention in a channel comes twice: as a mention and as a message, with one timestamp and two ids', async () => {
		const { slack, ada, heard } = await openApp()
		const { ts, delivered } = ada.post(slack.general, `<@${slack.botUserId}> how much is 6 < 7?`)
		expect((await delivered).map(({ failure }) => failure)).toEqual([null, null])
		await vi.waitFor(() => expect(heard).toHaveLength(2))
		expect(heard.map(({ type }) => type).toSorted()).toEqual(['app_mention', 'message'])
		expect(new Set(heard.map((event) => event.ts))).toEqual(new Set([ts]))
		expect(new Set(heard.map(({ eventId }) => eventId)).size).toBe(2)
		expect(heard[0]?.text).toBe(`<@${slack.botUserId}> how much is 6 &lt; 7?`)
	})

	test('a mention in a direct message comes once', async () => {
		const { ada, slack, heard } = await openApp()
		await ada.post(ada.directMessages, `<@${slack.botUserId}> hello`).delivered
		await vi.waitFor(() => expect(heard).toHaveLength(1))
		expect(heard[0]).toMatchObject({ type: 'message', channel_type: 'im', user: ada.id })
	})

	test('what a command is acknowledged with is shown to who wrote it, and the response address works', async () => {
		const { slack, ada, app } = await openApp()
		app.command('/ask', async ({ ack, respond, command }) => {
			await ack(`thinking about ${command.text}`)
			await respond({ text: 'it is 42', response_type: 'in_channel' })
		})
		const asked = await ada.command('/ask', 'six times seven', slack.general)
		await vi.waitFor(() => expect(asked.responses).toHaveLength(1))
		expect(ada.ephemerals(slack.general).map(({ text }) => text)).toEqual(['thinking about six times seven'])
		expect(slack.messages(slack.general).map(({ text }) => text)).toEqual(['it is 42'])
	})

	test('edits, deletions and the own messages of the bot are told of', async () => {
		const { slack, ada, client, app } = await openApp()
		const told: unknown[] = []
		app.use(async ({ body, next }) => {
			if ('event' in body) told.push(body.event.subtype ?? null)
			await next()
		})
		const written = ada.post(slack.general, 'one')
		await ada.edit(written, 'two')
		await ada.delete(written)
		const { ts = '' } = await client.chat.postMessage({ channel: slack.general, text: 'an answer' })
		await client.chat.update({ channel: slack.general, ts, text: 'another' })
		await slack.settled()
		expect(slack.acknowledgements).toHaveLength(5)
		// Bolt itself leaves out what the bot has posted, but not that it was changed.
		const subtypes = [null, 'message_changed', 'message_changed', 'message_deleted']
		await vi.waitFor(() => expect(told.toSorted()).toEqual(subtypes.toSorted()))
	})

	test('what people open, look at and stop is told of, and that the app is taken off', async () => {
		const { slack, ada, client, app } = await openApp()
		const told: unknown[] = []
		app.use(async ({ body, next }) => {
			if ('event' in body) told.push(body.event)
			await next()
		})
		await ada.openMessagesTab()
		await ada.openHome()
		await ada.lookAt(slack.general)
		const { ts: thread_ts } = ada.post(ada.directMessages, 'a question')
		await client.agents.sessions.setStatus({ channel_id: ada.directMessages, thread_ts, status: 'processing' })
		const { ts } = await client.chat.startStream({ channel: ada.directMessages, thread_ts, markdown_text: 'It' })
		await ada.stopSession(ada.directMessages, thread_ts)
		await slack.settled()
		await vi.waitFor(() => expect(told).toHaveLength(5))
		expect(told).toEqual(
			expect.arrayContaining([
				expect.objectContaining({ type: 'app_home_opened', tab: 'messages', user: ada.id }),
				expect.objectContaining({ type: 'app_home_opened', tab: 'home' }),
				expect.objectContaining({ type: 'app_context_changed', user: ada.id }),
				expect.objectContaining({ type: 'agent_session_stopped', thread_ts, streaming_message_ts: [ts] }),
			]),
		)
		slack.uninstall()
		await slack.settled()
		expect(slack.acknowledgements.map(({ name }) => name)).toEqual(
			expect.arrayContaining(['app_uninstalled', 'tokens_revoked']),
		)
		expect(await codeOf(client.auth.test())).toBe('account_inactive')
	})

	test('an event may come twice, with the same id, and after the one that follows it', async () => {
		const { slack, ada, heard } = await openApp()
		slack.deliverTwice()
		await ada.post(ada.directMessages, 'one').delivered
		await vi.waitFor(() => expect(heard).toHaveLength(2))
		expect(heard[0]?.eventId).toBe(heard[1]?.eventId)
		slack.reorder()
		ada.post(ada.directMessages, 'two')
		await ada.post(ada.directMessages, 'three').delivered
		await slack.settled()
		await vi.waitFor(() => expect(heard).toHaveLength(4))
		expect(slack.acknowledgements.map(({ attempts }) => attempts)).toEqual([1, 1, 1, 1])
	})

	test('nothing is told of where the bot is no member, and of what it has not subscribed to', async () => {
		const { slack, ada, heard } = await openApp({ botEvents: ['message.im'] })
		const far = slack.addChannel({ name: 'far', kind: 'public', hasBot: false })
		await ada.post(far, `<@${slack.botUserId}> hello`).delivered
		await ada.post(slack.general, `<@${slack.botUserId}> hello`).delivered
		expect(slack.acknowledgements).toEqual([])
		expect(heard).toEqual([])
	})

	test('a command that is not acknowledged in time fails and is not repeated', async () => {
		const { slack, ada, app } = await openApp({ acknowledgementMs: 60 })
		let runs = 0
		app.command('/ask', async () => {
			runs += 1
		})
		const { acknowledgement } = await ada.command('/ask', 'anything', slack.general)
		expect(acknowledgement).toMatchObject({
			attempts: 1,
			tookMs: null,
			failure: expect.stringMatching(/timeout|http_error/),
		})
		await vi.waitFor(() => expect(runs).toBe(1))
	})
})

test('in Socket Mode what one connection leaves unanswered goes to another one, marked as a retry', async () => {
	const { slack, ada } = await openSlack({ acknowledgementMs: 400, clockSpeed: 1_000_000 })
	const deaf = new WebSocket(await linkOf(slack))
	await vi.waitFor(() => expect(slack.connectionCount()).toBe(1))
	const retries: unknown[] = []
	await startSocketApp(slack, (app) => {
		app.event('message', async ({ context }) => {
			retries.push([context.retryNum, context.retryReason])
		})
	})
	const [acknowledgement] = await ada.post(ada.directMessages, 'hello').delivered
	deaf.close()
	expect(acknowledgement).toMatchObject({ attempts: 2, failure: null })
	await vi.waitFor(() => expect(retries).toEqual([[1, 'timeout']]))
})

test('an app that is asked to reconnect goes, and what comes meanwhile is given up after three retries', async () => {
	const { slack, ada } = await openSlack({ clockSpeed: 1_000_000 })
	await startSocketApp(slack, () => {})
	slack.disconnectSockets('refresh_requested')
	await vi.waitFor(() => expect(slack.connectionCount()).toBe(0))
	const [acknowledgement] = await ada.post(ada.directMessages, 'hello').delivered
	expect(acknowledgement).toMatchObject({ attempts: 4, failure: 'no_connection' })
})

describe('over HTTP', () => {
	/** An app of a few lines that answers as the test says. */
	async function openPlainApp(
		answer: (request: IncomingMessage, response: ServerResponse, body: string) => void,
		speed = 1,
	) {
		const opened = await openSlack({ acknowledgementMs: 400, clockSpeed: speed })
		const server = createServer(async (request, response) => {
			answer(request, response, Buffer.concat(await Array.fromAsync(request)).toString())
		})
		server.listen(0, '127.0.0.1')
		await once(server, 'listening')
		onTestFinished(() => {
			server.closeAllConnections()
			server.close()
		})
		const { port } = server.address() as AddressInfo
		return { ...opened, verified: await opened.slack.receiveEventsAt(`http://127.0.0.1:${port}/`) }
	}

	test('an address proves itself with the challenge that it is sent', async () => {
		const proving = await openPlainApp((_request, response, body) => response.end(JSON.parse(body).challenge))
		expect(proving.verified).toBe(true)
		expect((await openPlainApp((_request, response) => response.end('hello'))).verified).toBe(false)
	})

	test('what is not answered in time or with an error is posted three times more, with its number and the reason', async () => {
		const seen: unknown[] = []
		const { ada } = await openPlainApp((request, response) => {
			seen.push([request.headers['x-slack-retry-num'], request.headers['x-slack-retry-reason']])
			if (seen.length === 2) return
			response.writeHead(seen.length < 5 ? 500 : 200).end()
		}, 1_000_000)
		const [acknowledgement] = await ada.post(ada.directMessages, 'hello').delivered
		expect(acknowledgement).toMatchObject({ attempts: 4, failure: null })
		const none = [undefined, undefined]
		expect(seen).toEqual([none, none, ['1', 'http_timeout'], ['2', 'http_error'], ['3', 'http_error']])
	})

	test('an app may ask for no retries', async () => {
		const { ada } = await openPlainApp((_request, response) =>
			response.writeHead(500, { 'x-slack-no-retry': '1' }).end(),
		)
		const [acknowledgement] = await ada.post(ada.directMessages, 'hello').delivered
		expect(acknowledgement).toMatchObject({ attempts: 1, failure: 'http_error' })
	})

	test("Bolt refuses what isn't signed with the secret", async () => {
		const { slack } = await openSlack()
		const { address } = await startHttpApp(slack, () => {})
		const body = JSON.stringify({ type: 'url_verification', challenge: 'one' })
		const post = async (headers: Record<string, string>) =>
			(await fetch(address, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } }))
				.status
		expect(await post(signature(body, 'another secret'))).toBe(401)
		expect(await post(signature(body, slack.signingSecret, 1_000_000_000))).toBe(401)
		expect(await post(signature(body, slack.signingSecret))).toBe(200)
	})
})

async function linkOf({ apiUrl, appToken }: LocalSlack): Promise<string> {
	const response = await fetch(`${apiUrl}apps.connections.open`, {
		method: 'POST',
		headers: { authorization: `Bearer ${appToken}` },
	})
	const answer: unknown = await response.json()
	return z.object({ url: z.string() }).parse(answer).url
}
