import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'

/** Hears of every message on a channel until it is disposed. Messages sent while a connection is down are lost. */
export type Listen = (channel: string, onPayload: (payload: string) => void) => Promise<AsyncDisposable>

const reconnectDelayMs = 1_000

/** Listens on a connection of its own and opens a new one when that breaks. */
export function listenOnServer(url: string, connectionTimeoutMs: number): Listen {
	return async (channel, onPayload) => {
		const stopping = new AbortController()
		const connectAgain = () => connect(url, connectionTimeoutMs, channel, onPayload)
		let client = await connectAgain()
		const keepListening = async () => {
			while (!stopping.signal.aborted) {
				await broken(client, stopping.signal)
				if (stopping.signal.aborted) return
				client = (await reconnect(connectAgain, stopping.signal)) ?? client
			}
		}
		const listening = keepListening()
		return {
			[Symbol.asyncDispose]: async () => {
				stopping.abort()
				await listening
				await client.end()
			},
		}
	}
}

async function connect(
	url: string,
	connectionTimeoutMs: number,
	channel: string,
	onPayload: (payload: string) => void,
): Promise<pg.Client> {
	const client = new pg.Client({
		connectionString: url,
		keepAlive: true,
		connectionTimeoutMillis: connectionTimeoutMs,
	})
	client.on('notification', (message) => {
		if (message.channel === channel) onPayload(message.payload ?? '')
	})
	// A connection that breaks may report more than one error; without a listener the second would end the process.
	client.on('error', () => {})
	await client.connect()
	await client.query(`LISTEN ${pg.escapeIdentifier(channel)}`)
	return client
}

function broken(client: pg.Client, signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		client.once('error', () => resolve())
		client.once('end', () => resolve())
		signal.addEventListener('abort', () => resolve(), { once: true })
	})
}

async function reconnect(connectAgain: () => Promise<pg.Client>, signal: AbortSignal): Promise<pg.Client | null> {
	while (!signal.aborted) {
		const client = await connectAgain().catch(() => null)
		if (client !== null) return client
		await sleep(reconnectDelayMs, undefined, { signal }).catch(() => {})
	}
	return null
}
