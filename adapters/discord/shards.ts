import { setTimeout as sleep } from 'node:timers/promises'
import {
	type FetchingStrategyOptions,
	type IShardingStrategy,
	managerToFetchingStrategyOptions,
	SimpleContextFetchingStrategy,
	SimpleShardingStrategy,
	type WebSocketManager,
	WebSocketShardEvents,
} from '@discordjs/ws'
import { type Backoff, backoffMs } from '../../src/core/backoff.ts'
import { ThreadwiseError } from '../../src/core/errors.ts'
import { type Ending, type GatewayConnection, openConnection } from './gateway-connection.ts'

export type Shards = IShardingStrategy & {
	/** For how long some shard has been hearing nothing: 0 while all hear, infinite before the first time and where there won't be a next. */
	lostForMs(): number
}

type Shard = {
	/** Resolves once it has heard from Discord for the first time. */
	readonly begun: Promise<void>
	readonly connection: () => GatewayConnection
	readonly lostForMs: () => number
	leave(why: LeaveOptions): Promise<void>
}

type LeaveOptions = Parameters<GatewayConnection['leave']>[0]

const soon: Backoff = { firstMs: 500, longestMs: 15_000, fixedPart: 0.5 }
/** Within a day, a thousand sessions may be begun: then Discord takes the bot's token away. */
const rarely: Backoff = { firstMs: 500, longestMs: 180_000, fixedPart: 0.5 }
/** Whatever has lasted that long was no failure. */
const lastingMs = 60_000
/** After so many connections that came to nothing, the session is given up, with the address at which it would be resumed. */
const mostVainResumes = 3
const never = Number.NEGATIVE_INFINITY
const patience = { handshakeTimeout: 10_000, helloTimeout: 20_000 }

/** Keeps every shard connected, one connection after the other, until Discord says that there is no point in it. */
export function createShards(manager: WebSocketManager, onTrouble: (error: unknown) => void): Shards {
	const shards = new Map<number, Shard>()
	return {
		spawn: async (ids) => {
			const options = { ...(await managerToFetchingStrategyOptions(manager)), ...patience }
			for (const id of ids) shards.set(id, openShard({ manager, options, id, onTrouble }))
		},
		connect: async () => {
			await Promise.all([...shards.values()].map(({ begun }) => begun))
		},
		destroy: async ({ code, reason } = {}) => {
			const left = [...shards.values()]
			shards.clear()
			const why = { ...(code === undefined ? {} : { code }), ...(reason === undefined ? {} : { reason }) }
			await Promise.all(left.map(({ leave }) => leave(why)))
		},
		send: async (id, payload) => {
			await shards.get(id)?.connection().send(payload)
		},
		fetchStatus: async () => {
			// The collection that discord.js itself exports is another one.
			const statuses = await new SimpleShardingStrategy(manager).fetchStatus()
			for (const [id, { connection }] of shards) statuses.set(id, connection().status())
			return statuses
		},
		lostForMs: () => Math.max(0, ...[...shards.values()].map(({ lostForMs }) => lostForMs())),
	}
}

type ShardParts = {
	readonly manager: WebSocketManager
	readonly options: FetchingStrategyOptions
	readonly id: number
	readonly onTrouble: (error: unknown) => void
}

function openShard({ manager, options, id, onTrouble }: ShardParts): Shard {
	const context = new SimpleContextFetchingStrategy(manager, options)
	const begun = Promise.withResolvers<void>()
	const left = new AbortController()
	let lostSince: number | null = never
	const emit = (event: WebSocketShardEvents, payload: object) => {
		if (event === WebSocketShardEvents.Ready || event === WebSocketShardEvents.Resumed) {
			lostSince = null
			begun.resolve()
		}
		// Its types know each event alone.
		Reflect.apply(manager.emit, manager, [event, payload])
	}
	const open = () => openConnection({ id, context, emit, onTrouble })
	let connection = open()
	const pauseMs = createPauses()
	const isToGoOn = ({ isRecoverable }: Ending) => isRecoverable && !left.signal.aborted
	const keepOpen = async (): Promise<void> => {
		let vain = 0
		for (let ending = await connection.ended; isToGoOn(ending); ending = await connection.ended) {
			lostSince ??= performance.now()
			vain = ending.readyForMs === null ? vain + 1 : 0
			if (vain > 1) onTrouble(notReached(ending))
			if (vain >= mostVainResumes) await context.updateSessionInfo(id, null)
			await sleep(pauseMs(ending), undefined, { signal: left.signal })
			connection = open()
		}
		lostSince = never
	}
	void keepOpen().catch((error: unknown) => {
		if (!left.signal.aborted) onTrouble(error)
	})
	return {
		begun: begun.promise,
		connection: () => connection,
		lostForMs: () => (lostSince === null ? 0 : performance.now() - lostSince),
		leave: async (why) => {
			left.abort()
			await connection.leave(why)
		},
	}
}

/** How long to wait after a connection before the next one. */
function createPauses(): (ending: Ending) => number {
	let failures = 0
	return ({ readyForMs, hasIdentified }) => {
		const hasLasted = readyForMs !== null && (!hasIdentified || readyForMs > lastingMs)
		failures = hasLasted ? 1 : failures + 1
		return backoffMs(hasIdentified ? rarely : soon, failures, Math.random)
	}
}

function notReached({ reason }: Ending): ThreadwiseError {
	return new ThreadwiseError('platform-unavailable', `The connection to Discord can't be established: ${reason}.`, {
		fix: 'Nothing, if it passes: it is tried again and again. Else see https://discordstatus.com and the network.',
		retry: { afterMs: null },
	})
}
