import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { GatewayCloseCodes, GatewayOpcodes } from 'discord.js'
import { type WebSocket, WebSocketServer } from 'ws'
import { z } from 'zod'
import type { World } from '../world.ts'
import type { GatewayEvent } from './event.ts'
import { botOf, greet, identify, identifySchema, resumeSchema } from './handshake.ts'
import { deliver, dispatch, heardBy, type Session, send } from './session.ts'

const messageBytes = 4_096
const messagesAMinute = 120
const messageSchema = z.looseObject({ op: z.int(), d: z.unknown().optional() })
/** How long a connection may take to close. */
const patienceMs = 200

export type Gateway = {
	/** Takes the request for a WebSocket. */
	connect(request: IncomingMessage, socket: Duplex, head: Buffer): void
	publish(event: GatewayEvent): void
	/** Sessions that are connected. */
	connectionCount(): number
	/** Every session so far, oldest first. */
	readonly sessions: readonly Session[]
	/** Cuts the connections without a word; what happens from then on is told when a session is resumed. */
	drop(): void
	/** Asks the bots to come back over another connection. */
	askToReconnect(): void
	/** Says that sessions are invalid; those that can't be resumed have missed what happens meanwhile. */
	invalidate(canBeResumed: boolean): void
	/** Closes the connections with one of Discord's codes. */
	closeWith(code: number): void
	/** No heartbeat is answered and nothing told any more, though the connections stay, until they are closed. */
	fallSilent(): void
	/** Has the next sessions that are resumed told anew so many of the things that they know already. */
	repeatOnResume(count: number): void
	/** Refuses to resume so many sessions. */
	refuseResumes(times: number): void
	/** Has the next event told twice. */
	deliverTwice(): void
	/** Tells the newest event once more. */
	deliverAgain(): void
	close(): void
}

export function createGateway(world: World): Gateway {
	const server = new WebSocketServer({ noServer: true })
	const connections = new Set<WebSocket>()
	const silent = new WeakSet<WebSocket>()
	const sessions: Session[] = []
	let repeated = 0
	let refusedResumes = 0
	let copies = 1

	const sessionOf = (connection: WebSocket) => sessions.find((each) => each.connection === connection)

	const begin = (connection: WebSocket, value: unknown) => {
		const given = identifySchema.safeParse(value)
		const session = given.success ? identify(world, given.data) : GatewayCloseCodes.DecodeError
		if (typeof session === 'number') return connection.close(session)
		session.connection = connection
		sessions.push(session)
		greet(world, session)
	}

	const resume = (connection: WebSocket, value: unknown) => {
		const given = resumeSchema.safeParse(value)
		if (!given.success) return connection.close(GatewayCloseCodes.DecodeError)
		const bot = botOf(world, given.data.token)
		if (bot === null) return connection.close(GatewayCloseCodes.AuthenticationFailed)
		const session = sessions.find((each) => each.id === given.data.session_id && each.bot === bot)
		if (session === undefined || session.hasEnded || refusedResumes > 0) {
			refusedResumes = Math.max(0, refusedResumes - 1)
			return send(connection, { op: GatewayOpcodes.InvalidSession, d: false })
		}
		if (given.data.seq > session.dispatches.length) return connection.close(GatewayCloseCodes.InvalidSeq)
		session.connection?.terminate()
		session.connection = connection
		const missed = session.dispatches.slice(Math.max(0, given.data.seq - repeated))
		for (const each of missed) deliver(connection, each)
		dispatch(session, 'RESUMED', { _trace: [] })
	}

	const take = (connection: WebSocket, text: string) => {
		if (silent.has(connection)) return
		const message = readMessage(text)
		if (message === null) return connection.close(GatewayCloseCodes.DecodeError)
		const isKnown = sessionOf(connection) !== undefined
		switch (message.op) {
			case GatewayOpcodes.Heartbeat:
				return send(connection, { op: GatewayOpcodes.HeartbeatAck })
			case GatewayOpcodes.Identify:
				return isKnown ? connection.close(GatewayCloseCodes.AlreadyAuthenticated) : begin(connection, message.d)
			case GatewayOpcodes.Resume:
				return isKnown ? connection.close(GatewayCloseCodes.AlreadyAuthenticated) : resume(connection, message.d)
			case GatewayOpcodes.PresenceUpdate:
				return isKnown ? undefined : connection.close(GatewayCloseCodes.NotAuthenticated)
			default:
				return connection.close(GatewayCloseCodes.UnknownOpcode)
		}
	}

	const welcome = (connection: WebSocket, request: IncomingMessage) => {
		connections.add(connection)
		const isTooMuch = createMessageCount(world)
		connection.on('message', (data) => {
			if (isTooMuch()) connection.close(GatewayCloseCodes.RateLimited)
			else take(connection, String(data))
		})
		connection.on('error', () => connection.terminate())
		connection.on('close', (code) => {
			connections.delete(connection)
			const session = sessionOf(connection)
			if (session === undefined) return
			session.connection = null
			// A bot that says goodbye doesn't come back to the session.
			if (code === 1_000 || code === 1_001) session.hasEnded = true
		})
		const query = new URL(request.url ?? '/', 'http://localhost').searchParams
		if (query.get('v') !== '10' || query.get('encoding') !== 'json') {
			return connection.close(GatewayCloseCodes.InvalidAPIVersion)
		}
		send(connection, { op: GatewayOpcodes.Hello, d: { heartbeat_interval: world.options.heartbeatMs } })
	}

	return {
		connect: (request, socket, head) =>
			server.handleUpgrade(request, socket, head, (connection) => welcome(connection, request)),
		publish: (event) => {
			for (const session of sessions.filter(({ hasEnded }) => !hasEnded)) {
				const payload = heardBy(session, event)
				if (payload === null) continue
				for (let copy = 0; copy < copies; copy += 1) tell(session, event.name, payload, silent)
			}
			copies = 1
		},
		connectionCount: () => sessions.filter(({ connection }) => connection !== null).length,
		sessions,
		drop: () => {
			for (const connection of connections) connection.terminate()
		},
		askToReconnect: () => {
			for (const connection of connections) send(connection, { op: GatewayOpcodes.Reconnect, d: null })
		},
		invalidate: (canBeResumed) => {
			for (const session of sessions) session.hasEnded ||= !canBeResumed
			for (const connection of connections) send(connection, { op: GatewayOpcodes.InvalidSession, d: canBeResumed })
		},
		closeWith: (code) => {
			for (const connection of connections) connection.close(code)
		},
		fallSilent: () => {
			for (const connection of connections) silent.add(connection)
		},
		repeatOnResume: (count) => {
			repeated = count
		},
		refuseResumes: (times) => {
			refusedResumes = times
		},
		deliverTwice: () => {
			copies = 2
		},
		deliverAgain: () => {
			for (const session of sessions.filter(({ hasEnded }) => !hasEnded)) {
				const newest = session.dispatches.findLast(({ name }) => name !== 'RESUMED')
				if (newest !== undefined) dispatch(session, newest.name, newest.payload)
			}
		},
		close: () => {
			for (const connection of connections) {
				connection.close(1_001)
				setTimeout(() => connection.terminate(), patienceMs)
			}
			server.close()
		},
	}
}

/** Over a silent connection nothing gets through, though the session remembers it. */
function tell(session: Session, name: string, payload: unknown, silent: WeakSet<WebSocket>): void {
	const { connection } = session
	if (connection !== null && silent.has(connection)) {
		session.dispatches.push({ sequence: session.dispatches.length + 1, name, payload })
	} else dispatch(session, name, payload)
}

function readMessage(text: string): z.infer<typeof messageSchema> | null {
	if (Buffer.byteLength(text) > messageBytes) return null
	try {
		return messageSchema.parse(JSON.parse(text))
	} catch {
		return null
	}
}

/** Says whether a connection has sent more than Discord takes within a minute. */
function createMessageCount({ clock }: World): () => boolean {
	let times: number[] = []
	return () => {
		const now = clock.rateNow()
		times = [...times.filter((at) => at > now - 60_000), now]
		return times.length > messagesAMinute
	}
}
