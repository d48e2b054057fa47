import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'

/** Hears of every message on a channel until it is disposed. Messages sent while a connection is down are lost. */
export type Listen = (channel: string, onPayload: (payload: string) => void) => Promise<AsyncDisposable>

const reconnectDelayMs = 1_000
/** How long a connection is silent before the system asks whether the other side still lives. */
export const keepAliveMs = 10_000

/** Listens on a connection of its own and opens a new one when that breaks. */
export function listenOnServer(url: string, silenceMs: number): Listen {
	return async (channel, onPayload) => {
		const stopping = new AbortController()
		const connectAgain = () => connect(url, silenceMs, channel, onPayload)
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
	silenceMs: number,
	channel: string,
	onPayload: (payload: string) => void,
): Promise<pg.Client> {
	const client = new pg.Client({
		connectionString: url,
		keepAlive: true,
		keepAliveInitialDelayMillis: keepAliveMs,
		connectionTimeoutMillis: silenceMs,
		query_timeout: silenceMs,
	})
	client.on('notification', (message) => {
		if (message.channel === channel) onPayload(message.payload ?? '')
	})
	// A connection that breaks may report more than one error; without a listener the second would end the process.
	client.on('error', () => {})
	try {
		await client.connect()
		await client.query(`LISTEN ${pg.escapeIdentifier(channel)}`)
		return client
	} catch (error) {
		// One that is silent doesn't answer to this either.
		client.end().catch(() => {})
		throw error
	}
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
