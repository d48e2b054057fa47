import { setTimeout as sleep } from 'node:timers/promises'
import type { SocketModeReceiver } from '@slack/bolt'
import { type Backoff, backoffMs } from '../../src/core/backoff.ts'
import { ThreadwiseError } from '../../src/core/errors.ts'
import { fromSlack } from './refusals.ts'

/** Slack's client for one socket; it has to leave it to us to open the socket again. */
type SocketClient = SocketModeReceiver['client']

/** Whatever was open for so long has worked: the next one is opened at once. */
const steadyMs = 2_000
const backoff: Backoff = { firstMs: 500, longestMs: 15_000, fixedPart: 0.5 }

/**
 * Opens a socket, and opens it again whenever it has closed, until `ended`: at once after one that has worked, later and later where
 * Slack refuses or closes it again and again. Resolves when it is open for the first time; throws where Slack refuses it then. What is
 * wrong later is told to `onTrouble`.
 */
export async function keepSocketOpen(
	client: SocketClient,
	ended: AbortSignal,
	onTrouble: (error: unknown) => void,
): Promise<void> {
	let connection = await open(client)
	const openAgain = async () => {
		let failures = 0
		while (!ended.aborted) {
			const openedAt = performance.now()
			await connection.closed
			failures = performance.now() - openedAt < steadyMs ? failures + 1 : 0
			connection = await openPatiently(failures)
		}
	}
	const openPatiently = async (failures: number): Promise<Connection> => {
		if (failures > 0) await sleep(backoffMs(backoff, failures, Math.random), undefined, { ref: false, signal: ended })
		ended.throwIfAborted()
		return open(client).catch((error: unknown) => {
			ended.throwIfAborted()
			onTrouble(error)
			return openPatiently(failures + 1)
		})
	}
	openAgain().catch((error: unknown) => {
		if (!ended.aborted) onTrouble(error)
	})
}

type Connection = { readonly closed: Promise<void> }

async function open(client: SocketClient): Promise<Connection> {
	const { promise: closed, resolve: close } = Promise.withResolvers<void>()
	client.once('disconnected', close)
	await client.start().catch((error: unknown) => {
		client.off('disconnected', close)
		throw error === undefined ? closedAtOnce() : fromSlack(error)
	})
	return { closed }
}

function closedAtOnce(): ThreadwiseError {
	return new ThreadwiseError('platform-unavailable', 'Slack closed the socket before it was open.', {
		fix: 'Nothing, if it passes; else see https://slack-status.com and whether a proxy lets WebSockets through.',
		retry: { afterMs: null },
	})
}
