import type { IncomingMessage } from 'node:http'
import { GatewayCloseCodes, GatewayOpcodes } from 'discord.js'
import type { WebSocket } from 'ws'
import { z } from 'zod'
import { createPlannedFaults } from '../../planned-faults.ts'
import type { World } from '../world.ts'
import { type GatewayFaults, goesWrong } from './gateway-faults.ts'
import { botOf, greet, identify, identifySchema, resumeSchema } from './handshake.ts'
import { deliver, dispatch, type Session, send } from './session.ts'

const messageBytes = 4_096
const messagesAMinute = 120
const messageSchema = z.looseObject({ op: z.int(), d: z.unknown().optional() })

/** The bots' connections and sessions, and what goes wrong with them. */
export type Connections = {
	readonly open: Set<WebSocket>
	/** Open ones over which nothing gets through any more. */
	readonly silent: WeakSet<WebSocket>
	/** Every session so far, oldest first. */
	readonly sessions: Session[]
	/** How many of the things that they know resumed sessions are told anew. */
	repeatedOnResume: number
	/** How many sessions are not resumed. */
	refusedResumes: number
	readonly faults: GatewayFaults
}

export function createConnections(): Connections {
	return {
		open: new Set(),
		silent: new WeakSet(),
		sessions: [],
		repeatedOnResume: 0,
		refusedResumes: 0,
		faults: createPlannedFaults(),
	}
}

/** Takes a new connection and whatever is said over it. */
export function welcome(
	world: World,
	connections: Connections,
	connection: WebSocket,
	{ url = '/' }: IncomingMessage,
): void {
	connections.open.add(connection)
	const isTooMuch = createMessageCount(world)
	connection.on('message', (data) => {
		if (connections.silent.has(connection)) return
		const tooMuch = isTooMuch() ? GatewayCloseCodes.RateLimited : null
		const code = tooMuch ?? take(world, connections, connection, String(data))
		if (code !== null) connection.close(code)
	})
	connection.on('error', () => connection.terminate())
	connection.on('close', (code) => leave(connections, connection, code))
	const query = new URL(url, 'http://localhost').searchParams
	if (query.get('v') !== '10' || query.get('encoding') !== 'json') {
		connection.close(GatewayCloseCodes.InvalidAPIVersion)
	} else if (!goesWrong(connections.faults.take('open'), connection)) {
		send(connection, { op: GatewayOpcodes.Hello, d: { heartbeat_interval: world.options.heartbeatMs } })
	}
}

function sessionOf({ sessions }: Connections, connection: WebSocket): Session | undefined {
	return sessions.find((each) => each.connection === connection)
}

function leave(connections: Connections, connection: WebSocket, code: number): void {
	connections.open.delete(connection)
	const session = sessionOf(connections, connection)
	if (session === undefined) return
	session.connection = null
	// A bot that says goodbye doesn't come back to the session.
	session.hasEnded ||= code === 1_000 || code === 1_001
}

/** Does what is said, or tells with which code the connection is closed. */
function take(world: World, connections: Connections, connection: WebSocket, text: string): number | null {
	const message = readMessage(text)
	if (message === null) return GatewayCloseCodes.DecodeError
	const isKnown = sessionOf(connections, connection) !== undefined
	switch (message.op) {
		case GatewayOpcodes.Heartbeat:
			send(connection, { op: GatewayOpcodes.HeartbeatAck })
			return null
		case GatewayOpcodes.Identify:
			if (isKnown) return GatewayCloseCodes.AlreadyAuthenticated
			if (goesWrong(connections.faults.take('identify'), connection)) return null
			return begin(world, connections, connection, message.d)
		case GatewayOpcodes.Resume:
			if (isKnown) return GatewayCloseCodes.AlreadyAuthenticated
			if (goesWrong(connections.faults.take('resume'), connection)) return null
			return resume(world, connections, connection, message.d)
		case GatewayOpcodes.PresenceUpdate:
			return isKnown ? null : GatewayCloseCodes.NotAuthenticated
		default:
			return GatewayCloseCodes.UnknownOpcode
	}
}

function begin(world: World, { sessions }: Connections, connection: WebSocket, value: unknown): number | null {
	const given = identifySchema.safeParse(value)
	const session = given.success ? identify(world, given.data) : GatewayCloseCodes.DecodeError
	if (session === null) send(connection, { op: GatewayOpcodes.InvalidSession, d: false })
	if (session === null || typeof session === 'number') return session
	session.connection = connection
	sessions.push(session)
	greet(world, session)
	return null
}

function resume(world: World, connections: Connections, connection: WebSocket, value: unknown): number | null {
	const given = resumeSchema.safeParse(value)
	if (!given.success) return GatewayCloseCodes.DecodeError
	const { token, session_id: id, seq: known } = given.data
	const bot = botOf(world, token)
	if (bot === null) return GatewayCloseCodes.AuthenticationFailed
	const session = connections.sessions.find((each) => each.id === id && each.bot === bot)
	if (session === undefined || session.hasEnded || connections.refusedResumes > 0) {
		connections.refusedResumes = Math.max(0, connections.refusedResumes - 1)
		send(connection, { op: GatewayOpcodes.InvalidSession, d: false })
		return null
	}
	if (known > session.dispatches.length) return GatewayCloseCodes.InvalidSeq
	session.connection?.terminate()
	session.connection = connection
	const missed = session.dispatches.slice(Math.max(0, known - connections.repeatedOnResume))
	for (const each of missed) deliver(connection, each)
	dispatch(session, 'RESUMED', { _trace: [] })
	return null
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
