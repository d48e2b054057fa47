import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { GatewayOpcodes } from 'discord.js'
import { type WebSocket, WebSocketServer } from 'ws'
import type { World } from '../world.ts'
import { createConnections, welcome } from './connections.ts'
import type { GatewayEvent } from './event.ts'
import type { GatewayFaults } from './gateway-faults.ts'
import { dispatch, heardBy, type Session, send } from './session.ts'

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
	/** What goes wrong with the next connections, by how far they come. */
	readonly faults: GatewayFaults
	/** Has the next event told twice. */
	deliverTwice(): void
	/** Tells the newest event once more. */
	deliverAgain(): void
	close(): void
}

export function createGateway(world: World): Gateway {
	const server = new WebSocketServer({ noServer: true })
	const connections = createConnections()
	const { open, silent, sessions, faults } = connections
	let copies = 1

	const listening = () => sessions.filter(({ hasEnded }) => !hasEnded)
	return {
		connect: (request, socket, head) => {
			const fault = faults.take('connect')
			const accept = () =>
				server.handleUpgrade(request, socket, head, (connection) => welcome(world, connections, connection, request))
			if (fault?.kind === 'late') setTimeout(accept, fault.afterMs).unref()
			else accept()
		},
		publish: (event) => {
			for (const session of listening()) {
				const payload = heardBy(session, event)
				if (payload === null) continue
				for (let copy = 0; copy < copies; copy += 1) tell(session, event.name, payload, silent)
			}
			copies = 1
		},
		connectionCount: () => sessions.filter(({ connection }) => connection !== null).length,
		sessions,
		faults,
		drop: () => {
			for (const connection of open) connection.terminate()
		},
		askToReconnect: () => {
			for (const connection of open) send(connection, { op: GatewayOpcodes.Reconnect, d: null })
		},
		invalidate: (canBeResumed) => {
			for (const session of sessions) session.hasEnded ||= !canBeResumed
			for (const connection of open) send(connection, { op: GatewayOpcodes.InvalidSession, d: canBeResumed })
		},
		closeWith: (code) => {
			for (const connection of open) connection.close(code)
		},
		fallSilent: () => {
			for (const connection of open) silent.add(connection)
		},
		repeatOnResume: (count) => {
			connections.repeatedOnResume = count
		},
		refuseResumes: (times) => {
			connections.refusedResumes = times
		},
		deliverTwice: () => {
			copies = 2
		},
		deliverAgain: () => {
			for (const session of listening()) {
				const newest = session.dispatches.findLast(({ name }) => name !== 'RESUMED')
				if (newest !== undefined) dispatch(session, newest.name, newest.payload)
			}
		},
		close: () => {
			for (const connection of open) {
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
