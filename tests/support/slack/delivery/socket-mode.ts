import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { z } from 'zod'
import type { Workspace } from '../workspace.ts'
import type { Attempt, Transport } from './delivery.ts'

const maximumConnections = 10
const pingEveryMs = 10_000
/** How long a connection may take to close. */
const patienceMs = 200
const answerSchema = z.object({ envelope_id: z.string(), payload: z.unknown() })

/** Why Slack asks an app to connect again. */
export type DisconnectReason = 'warning' | 'refresh_requested' | 'link_disabled' | 'too_many_websockets'

/** The WebSockets of an app that is in Socket Mode. */
export type SocketMode = Transport & {
	/** Takes the request for a WebSocket. */
	connect(request: IncomingMessage, socket: Duplex, head: Buffer): void
	connectionCount(): number
	/**
	 * Asks every connection, or so many of them, to come back over another one, or cuts them without a word where no reason is given.
	 * One that isn't left `closing` is never closed from this side, whatever the app says.
	 */
	disconnect(reason: DisconnectReason | null, count?: number, closing?: boolean): void
	close(): void
}

type Waiting = { readonly connection: WebSocket; readonly sentAt: number; readonly end: (attempt: Attempt) => void }

export function createSocketMode(workspace: Workspace): SocketMode {
	const server = new WebSocketServer({ noServer: true })
	const connections = new Set<WebSocket>()
	const waiting = new Map<string, Waiting>()
	let turn = 0

	const greet = (connection: WebSocket) => {
		if (connections.size >= maximumConnections) {
			connection.send(JSON.stringify({ type: 'disconnect', reason: 'too_many_websockets' }))
			connection.close()
			return
		}
		connections.add(connection)
		const pinging = setInterval(() => connection.ping(), pingEveryMs).unref()
		connection.on('message', (data) => take(String(data)))
		connection.on('error', () => connection.terminate())
		connection.on('close', () => {
			clearInterval(pinging)
			connections.delete(connection)
			for (const each of waiting.values()) {
				if (each.connection === connection) each.end(failed('connection_closed'))
			}
		})
		const hello = { type: 'hello', num_connections: connections.size, connection_info: { app_id: workspace.app.id } }
		connection.send(JSON.stringify(hello))
	}

	const take = (text: string) => {
		const answer = answerSchema.parse(JSON.parse(text))
		const sent = waiting.get(answer.envelope_id)
		sent?.end({ isAcknowledged: true, payload: answer.payload, tookMs: performance.now() - sent.sentAt })
	}

	return {
		connect: (request, socket, head) => server.handleUpgrade(request, socket, head, greet),
		connectionCount: () => connections.size,
		attempt: ({ kind, payload }, retry) => {
			const connection = [...connections][turn % Math.max(1, connections.size)]
			turn += 1
			if (connection === undefined) return Promise.resolve(failed('no_connection'))
			const envelopeId = workspace.identifiers.next('envelope-')
			return new Promise<Attempt>((resolve) => {
				const timer = setTimeout(
					() => waiting.get(envelopeId)?.end(failed('timeout')),
					workspace.options.acknowledgementMs,
				)
				const end = (attempt: Attempt) => {
					clearTimeout(timer)
					waiting.delete(envelopeId)
					resolve(attempt)
				}
				waiting.set(envelopeId, { connection, sentAt: performance.now(), end })
				connection.send(
					JSON.stringify({
						envelope_id: envelopeId,
						type: kind,
						payload,
						accepts_response_payload: kind !== 'events_api',
						...(kind === 'events_api' && { retry_attempt: retry?.number ?? 0, retry_reason: retry?.reason ?? '' }),
					}),
				)
			})
		},
		disconnect: (reason, count = connections.size, closing = true) => {
			for (const connection of [...connections].slice(0, count)) {
				// Nothing more is sent over it.
				connections.delete(connection)
				if (reason === null) connection.terminate()
				else connection.send(JSON.stringify({ type: 'disconnect', reason }))
				if (!closing) connection.pause()
			}
		},
		close: () => {
			for (const connection of server.clients) {
				connection.close(1001)
				setTimeout(() => connection.terminate(), patienceMs)
			}
			server.close()
		},
	}
}

function failed(reason: string): Attempt {
	return { isAcknowledged: false, reason, mayRetry: true }
}
