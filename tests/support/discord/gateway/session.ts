import { GatewayOpcodes } from 'discord.js'
import type { WebSocket } from 'ws'
import type { DiscordBot } from '../bots.ts'
import type { GatewayEvent } from './event.ts'

/** Something that a session was told, with its number. */
export type Dispatch = { readonly sequence: number; readonly name: string; readonly payload: unknown }

/** What a bot has begun by identifying itself; it outlives its connections. */
export type Session = {
	readonly id: string
	readonly bot: DiscordBot
	readonly intents: number
	readonly shard: readonly [number, number]
	/** Everything that it was told, or would have been while it had no connection. */
	readonly dispatches: Dispatch[]
	connection: WebSocket | null
	/** Whether it can't be resumed any more. */
	hasEnded: boolean
}

export function send(connection: WebSocket, message: Readonly<Record<string, unknown>>): void {
	if (connection.readyState === connection.OPEN) connection.send(JSON.stringify(message))
}

/** Tells the session of something, now or when it is resumed. */
export function dispatch(session: Session, name: string, payload: unknown): void {
	const told = { sequence: session.dispatches.length + 1, name, payload }
	session.dispatches.push(told)
	if (session.connection !== null) deliver(session.connection, told)
}

export function deliver(connection: WebSocket, { sequence, name, payload }: Dispatch): void {
	// A dispatch is told as it was when it happened, however often.
	send(connection, { op: GatewayOpcodes.Dispatch, t: name, s: sequence, d: payload })
}

/** What a session hears of an event; null: nothing. */
export function heardBy({ bot, intents, shard: [number, count] }: Session, event: GatewayEvent): unknown {
	const place = event.guildId === null ? 0 : Number((BigInt(event.guildId) >> 22n) % BigInt(count))
	if (place !== number || (event.intents !== 0 && (event.intents & intents) === 0)) return null
	return event.payload(bot, intents)
}
