import { setTimeout as sleep } from 'node:timers/promises'
import { AbortedError } from '../core/abort.ts'
import type { ChatPlatform } from '../core/chat-platform.ts'
import type { DeliveryStore, PendingDelivery } from '../core/delivery-store.ts'
import { ThreadwiseError } from '../core/errors.ts'
import type { JournalRecord } from '../core/journal.ts'
import { createLastingTrouble, type LastingTrouble, type TroubleListener } from '../core/lasting-trouble.ts'
import { type Courier, startCourier } from './courier.ts'
import type { Follow } from './deliver-run.ts'
import { createPace } from './pace.ts'

export type DeliveryDependencies = TroubleListener & {
	readonly store: DeliveryStore
	readonly follow: Follow
	readonly read: (runId: string) => Promise<readonly JournalRecord[]>
	readonly platforms: readonly ChatPlatform[]
	/** Names this process in leases. */
	readonly owner: string
}

/** Shows what runs come to, as long as it isn't disposed. Disposing shows what is newest and gives up the conversations. */
export type Delivery = AsyncDisposable & {
	/** Looks for something to show now, not only at the next round. */
	look(): void
}

/** How long a process that vanished keeps its conversations. */
const leaseMs = 10_000
/** Often enough for a sign of life within a second. */
const lookEveryMs = 500
/** A place in the queue changes all the time; nobody wants to watch that. */
const placeEveryMs = 5_000

/**
 * Starts to show runs: takes over the conversations of these platforms that have something to show, one process each, and
 * follows their runs' journals.
 */
export function startDelivery(dependencies: DeliveryDependencies): Delivery {
	const { store, platforms, owner } = dependencies
	const names = platforms.map(({ name }) => name)
	const shutdown = new AbortController()
	const trouble = createLastingTrouble(dependencies)
	let leasedUntil = 0
	const couriers = createCouriers(dependencies, trouble, () => performance.now() < leasedUntil, shutdown.signal)
	const look = async () => {
		const askedAt = performance.now()
		const pending = await store.lease(owner, names, leaseMs)
		if (shutdown.signal.aborted) return
		leasedUntil = askedAt + leaseMs
		couriers.keepTo(pending)
		trouble.end()
	}
	const looking = repeat(look, trouble.meet)
	return {
		look: looking.now,
		[Symbol.asyncDispose]: async () => {
			shutdown.abort(new AbortedError('shutdown'))
			await looking[Symbol.asyncDispose]()
			await couriers.ended()
			await store.releaseAll(owner).catch(trouble.meet)
		},
	}
}

/** One courier for each run that is ours to show. */
function createCouriers(
	dependencies: DeliveryDependencies,
	troubleOfAll: LastingTrouble,
	holdsLease: () => boolean,
	shutdown: AbortSignal,
) {
	const { platforms, onTrouble } = dependencies
	const couriers = new Map<string, Courier>()
	/** Of each run: one that can't be shown is begun again and again. Without the store none can, which is no run's own trouble. */
	const troubles = new Map<string, LastingTrouble>()
	const troubleOf = (runId: string) => {
		const own = troubles.get(runId) ?? createLastingTrouble({ onTrouble, onRelief: () => {} })
		troubles.set(runId, own)
		return (error: unknown) => (isStoreAway(error) ? troubleOfAll : own).meet(error)
	}
	let placesToldAt = 0
	const begin = (run: PendingDelivery) => {
		const platform = platforms.find(({ name }) => name === run.conversation.platform)
		if (platform === undefined) throw new TypeError(`A run of ${run.conversation.platform} was leased.`)
		const others = [...couriers.values()]
		const neighbour = others.find((other) => channelOf(other.run) === channelOf(run))
		const courier = startCourier(run, {
			...dependencies,
			platform,
			holdsLease,
			shutdown,
			onTrouble: troubleOf(run.runId),
			pace: neighbour?.pace ?? createPace(platform.capabilities.minEditMs),
			// Ids of runs count up with time.
			earlier: others.filter((other) => threadOf(other.run) === threadOf(run) && other.run.runId < run.runId),
		})
		couriers.set(run.runId, courier)
		void courier.ended.finally(() => couriers.delete(run.runId))
	}
	const tellPlaces = (pending: readonly PendingDelivery[]) => {
		const now = performance.now()
		if (now - placesToldAt < placeEveryMs) return
		placesToldAt = now
		for (const { runId, placeInQueue } of pending) couriers.get(runId)?.setPlaceInQueue(placeInQueue)
	}
	return {
		keepTo: (pending: readonly PendingDelivery[]) => {
			const ours = new Set(pending.map(({ runId }) => runId))
			for (const [runId, courier] of couriers) if (!ours.has(runId)) courier.leave()
			for (const runId of troubles.keys()) if (!ours.has(runId)) troubles.delete(runId)
			for (const run of pending) if (!couriers.has(run.runId)) begin(run)
			tellPlaces(pending)
		},
		ended: () => Promise.all([...couriers.values()].map(({ ended }) => ended)),
	}
}

function isStoreAway(error: unknown): boolean {
	return error instanceof ThreadwiseError && error.code === 'store-unavailable'
}

function threadOf({ conversation }: PendingDelivery): string {
	return JSON.stringify([channelOf({ conversation }), conversation.threadId])
}

function channelOf({
	conversation: { platform, workspaceId, channelId },
}: Pick<PendingDelivery, 'conversation'>): string {
	return JSON.stringify([platform, workspaceId, channelId])
}

/** Does something again and again, never twice at once. */
function repeat(work: () => Promise<void>, onTrouble: (error: unknown) => void) {
	let again = Promise.withResolvers<void>()
	let stopped = false
	const run = async () => {
		while (!stopped) {
			await work().catch(onTrouble)
			await Promise.race([sleep(lookEveryMs), again.promise])
			again = Promise.withResolvers<void>()
		}
	}
	const running = run()
	return {
		now: () => again.resolve(),
		[Symbol.asyncDispose]: async () => {
			stopped = true
			again.resolve()
			await running
		},
	}
}
