import { setTimeout as sleep } from 'node:timers/promises'
import { GatewayOpcodes } from 'discord.js'
import type { WebSocket } from 'ws'
import type { PlannedFaults } from '../../planned-faults.ts'
import { send } from './session.ts'

/** How far a connection has come. */
export type Step = 'connect' | 'open' | 'identify' | 'resume'

/** What goes wrong with the next connection that comes so far. */
export type GatewayFault =
	/** So much later only it goes on; for `connect` alone. */
	| { readonly kind: 'late'; readonly afterMs: number }
	/** It is never answered, though heartbeats are. */
	| { readonly kind: 'ignore' }
	/** The session is said to be invalid, once and again, and the connection closed in the same breath. */
	| { readonly kind: 'refuse' }
	/** Everything is done, and so much later the connection is cut, is to be left for another one, or its session said to be invalid. */
	| { readonly kind: 'drop' | 'reconnect' | 'invalidate'; readonly afterMs: number }

export type GatewayFaults = PlannedFaults<Step, GatewayFault>

/** Whether that is all that happens; what happens besides comes by itself. */
export function goesWrong(fault: GatewayFault | null, connection: WebSocket): boolean {
	if (fault === null || fault.kind === 'late') return false
	if (fault.kind === 'ignore') return true
	if (fault.kind === 'refuse') {
		for (const message of [invalid, invalid]) send(connection, message)
		connection.close(4_000)
		return true
	}
	void sleep(fault.afterMs, undefined, { ref: false }).then(() => {
		if (fault.kind === 'drop') connection.terminate()
		else send(connection, fault.kind === 'reconnect' ? { op: GatewayOpcodes.Reconnect, d: null } : invalid)
	})
	return false
}

const invalid = { op: GatewayOpcodes.InvalidSession, d: false }
