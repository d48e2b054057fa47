import { setTimeout as sleep } from 'node:timers/promises'
import type { SocketModeReceiver } from '@slack/bolt'
import { type Backoff, backoffMs } from '../../src/core/backoff.ts'
import { ThreadwiseError } from '../../src/core/errors.ts'
import { fromSlack, isRefusal, waitMsOf } from './refusals.ts'

/** Slack's client for one socket; it has to leave it to us to open the socket again. */
type SocketClient = SocketModeReceiver['client']

/** Whatever was open for so long has worked: the next one is opened at once. */
const steadyMs = 2_000
/** How long Slack may take to close what it has asked us to leave. Its client would wait for half a minute. */
const longestLeaveMs = 2_000
/** Slack says hello at once; whatever is silent for so long is no way to Slack. */
const longestOpeningMs = 20_000
const backoff: Backoff = { firstMs: 500, longestMs: 15_000, fixedPart: 0.5 }

/**
 * Opens a socket with each client, and opens it again whenever it has closed, until `ended`: at once after one that has worked, later
 * and later where Slack refuses or closes it again and again. Resolves when the first is open; throws, and leaves them all, where Slack
 * refuses before that. Whatever else goes wrong is told to `onTrouble`, once until something else goes wrong or the socket is open.
 */
export async function keepSocketsOpen(
	clients: readonly SocketClient[],
	ended: AbortSignal,
	onTrouble: (error: unknown) => void,
): Promise<void> {
	const first = Promise.withResolvers<void>()
	const refused = new AbortController()
	const left = AbortSignal.any([ended, refused.signal])
	let isAnyOpen = false
	const onOpen = () => {
		isAnyOpen = true
		first.resolve()
	}
	const onFailure = (error: unknown) => {
		if (isAnyOpen || !isRefusal(error)) return onTrouble(error)
		first.reject(error)
		refused.abort()
	}
	ended.addEventListener('abort', () => first.resolve(), { once: true })
	for (const client of clients) void keepOpen(client, left, onOpen, onFailure)
	await first.promise
}

async function keepOpen(
	client: SocketClient,
	left: AbortSignal,
	onOpen: () => void,
	onFailure: (error: unknown) => void,
): Promise<void> {
	let failures = 0
	let told = ''
	while (!left.aborted) {
		try {
			const openMs = await holdOpen(client, left, onOpen)
			told = ''
			failures = openMs < steadyMs ? failures + 1 : 0
			if (failures > 0) await pause(backoffMs(backoff, failures, Math.random), left)
		} catch (error) {
			if (left.aborted) return
			failures += 1
			if (String(error) !== told) onFailure(error)
			told = String(error)
			await pause(waitMsOf(error) ?? backoffMs(backoff, failures, Math.random), left)
		}
	}
}

/** Opens a socket and resolves when it has closed, to how many milliseconds it was open. */
async function holdOpen(client: SocketClient, left: AbortSignal, onOpen: () => void): Promise<number> {
	const { closed } = await open(client)
	const openedAt = performance.now()
	if (left.aborted) void client.disconnect()
	else onOpen()
	await closed
	return performance.now() - openedAt
}

async function pause(ms: number, left: AbortSignal): Promise<void> {
	await sleep(ms, undefined, { ref: false, signal: left }).catch(() => {})
}

async function open(client: SocketClient): Promise<{ readonly closed: Promise<void> }> {
	const { promise: closed, resolve: close } = Promise.withResolvers<void>()
	client.once('disconnected', close)
	const late = setTimeout(() => void client.disconnect(), longestOpeningMs)
	try {
		await client.start()
	} catch (error) {
		client.off('disconnected', close)
		throw error === undefined ? closedAtOnce() : fromSlack(error)
	} finally {
		clearTimeout(late)
	}
	leaveInTime(client, closed)
	return { closed }
}

/** Slack asks for a socket to be left, but may never close it: it is closed from our side then, so that the next one can be opened. */
function leaveInTime(client: SocketClient, closed: Promise<void>): void {
	let timer: NodeJS.Timeout | undefined
	const watch = (data: unknown) => {
		if (!/"type":\s*"disconnect"/.test(String(data))) return
		timer = setTimeout(() => void client.disconnect(), longestLeaveMs).unref()
	}
	client.on('ws_message', watch)
	void closed.then(() => {
		clearTimeout(timer)
		client.off('ws_message', watch)
	})
}

function closedAtOnce(): ThreadwiseError {
	return new ThreadwiseError('platform-unavailable', 'Slack closed the socket before it was open.', {
		fix: 'Nothing, if it passes; else see https://slack-status.com and whether a proxy lets WebSockets through.',
		retry: { afterMs: null },
	})
}
