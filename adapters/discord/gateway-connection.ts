import { setTimeout as sleep } from 'node:timers/promises'
import {
	CloseCodes,
	type IContextFetchingStrategy,
	WebSocketShard,
	WebSocketShardDestroyRecovery,
	WebSocketShardEvents,
	WebSocketShardStatus,
} from '@discordjs/ws'
import { GatewayOpcodes, type GatewaySendPayload } from 'discord.js'

/** One connection to the gateway. */
export type GatewayConnection = {
	/** Whether everything that happens is told over it. */
	isReady(): boolean
	status(): WebSocketShardStatus
	send(payload: GatewaySendPayload): Promise<void>
	/** Ends it for good. */
	leave(why: { readonly code?: number; readonly reason?: string }): Promise<void>
	/** Resolves when it is over. Never rejects. */
	readonly ended: Promise<Ending>
}

export type Ending = {
	/** Whether another connection is to take its place. */
	readonly isRecoverable: boolean
	/** Whether a session was begun with it, of which Discord allows a thousand a day. */
	readonly hasIdentified: boolean
	/** For how long everything was told over it; null where it never came to that. */
	readonly readyForMs: number | null
	readonly reason: string
}

type ConnectionParts = {
	readonly id: number
	readonly context: IContextFetchingStrategy
	/** What happens, as discord.js expects it of a shard. */
	readonly emit: (event: WebSocketShardEvents, payload: object) => void
	readonly onTrouble: (error: unknown) => void
}

/** As long as discord.js gives a new session; while something is told, it goes on. */
const longestResumeMs = 15_000
/** Whoever has fallen silent doesn't say goodbye either. */
const longestCloseMs = 2_000

/**
 * A shard of discord.js for a single connection. It would itself connect again after each, and nobody would catch what fails then; what is
 * left of the connection before, such as a wait for its turn to begin a session, would go on in the next; and two reasons to connect
 * again would meet. Here the first reason ends it, and whatever else is heard of it is of no account any more.
 */
export function openConnection({ id, context, emit, onTrouble }: ConnectionParts): GatewayConnection {
	const shard = new WebSocketShard(context, id)
	const ended = Promise.withResolvers<Ending>()
	const close = shard.destroy.bind(shard)
	const send = shard.send.bind(shard)
	let isOver = false
	let isClosed = false
	let hasIdentified = false
	let readyAt: number | null = null
	let resuming: NodeJS.Timeout | undefined

	const end = async ({ recover, code, reason = `closed (${code})` }: DestroyOptions): Promise<void> => {
		const isResumed = recover === WebSocketShardDestroyRecovery.Resume
		const session = isResumed ? await context.retrieveSessionInfo(id) : null
		const goodbye = { code: code ?? (isResumed ? CloseCodes.Resuming : CloseCodes.Normal), reason }
		await Promise.race([close(goodbye), sleep(longestCloseMs, undefined, { ref: false })]).catch(onTrouble)
		// discord.js forgets it unless it connects again itself.
		await context.updateSessionInfo(id, session)
		isClosed = true
		const readyForMs = readyAt === null ? null : performance.now() - readyAt
		ended.resolve({ isRecoverable: recover !== undefined, hasIdentified, readyForMs, reason })
	}
	shard.destroy = async (options = {}) => {
		if (isOver) return
		isOver = true
		clearTimeout(resuming)
		await end(options)
	}
	/** Discord may never answer, and yet acknowledge every heartbeat. */
	const watchResume = () => {
		clearTimeout(resuming)
		const giveUp = () => {
			const reason = "Discord doesn't resume the session"
			void shard.destroy({ recover: WebSocketShardDestroyRecovery.Reconnect, reason }).catch(onTrouble)
		}
		resuming = setTimeout(giveUp, longestResumeMs)
	}
	shard.send = async (payload) => {
		if (isOver) return
		hasIdentified ||= payload.op === GatewayOpcodes.Identify
		if (payload.op === GatewayOpcodes.Resume) watchResume()
		await send(payload)
	}
	const becomeReady = () => {
		clearTimeout(resuming)
		readyAt ??= performance.now()
	}
	shard.on(WebSocketShardEvents.Ready, becomeReady)
	shard.on(WebSocketShardEvents.Resumed, becomeReady)
	shard.on(WebSocketShardEvents.Dispatch, () => shard.status === WebSocketShardStatus.Resuming && resuming?.refresh())
	for (const event of Object.values(WebSocketShardEvents)) {
		shard.on(event, (payload: object = {}) => {
			if (isClosed) return
			try {
				emit(event, { ...payload, shardId: id })
			} catch (error) {
				// What discord.js makes of an event that it doesn't expect would end the process.
				onTrouble(error)
			}
		})
	}
	const greeted = new Promise<void>((resolve) => {
		shard.once(WebSocketShardEvents.Hello, () => resolve())
		void ended.promise.then(() => resolve())
	})
	// What keeps it from being ready is told as an event, and in the end.
	void shard.connect().catch(() => {})
	return {
		isReady: () => !isOver && shard.status === WebSocketShardStatus.Ready,
		status: () => shard.status,
		send: shard.send,
		leave: async (why) => {
			// Whoever turns away from a connection that isn't there yet doesn't hear that it fails, and that would end the process.
			await greeted
			await shard.destroy(why)
		},
		ended: ended.promise,
	}
}

type DestroyOptions = NonNullable<Parameters<WebSocketShard['destroy']>[0]>
