import { setTimeout as sleep } from 'node:timers/promises'
import type { Kill } from './calls.ts'
import type { DatabaseReader } from './records.ts'
import type { Slot } from './slots.ts'

export type WorkersUnrest = {
	readonly workers: readonly Slot[]
	readonly database: Pick<DatabaseReader, 'heldBy'>
	readonly everyMs: number
	readonly random: () => number
	/** Told of every kill at once. */
	readonly onKill: (kill: Kill) => void
}

/** Kills a random one of the workers again and again, until the signal aborts. */
export async function killWorkers(
	{ workers, database, everyMs, random, onKill }: WorkersUnrest,
	signal: AbortSignal,
): Promise<void> {
	const startedAt = performance.now()
	for (let round = 1; ; round++) {
		await sleepUntil(startedAt + round * everyMs, signal)
		if (signal.aborted) return
		const running = workers.filter((slot) => slot.running() !== null)
		const victim = running[Math.floor(random() * running.length)]
		const at = Date.now()
		const killed = await victim?.kill()
		if (killed) onKill({ at, held: await heldByTheDead(database, killed.pid) })
	}
}

/** Longer than a statement takes that was under way at the kill, much shorter than the lease that keeps others away. */
const lastStatementMs = 100

async function heldByTheDead(database: Pick<DatabaseReader, 'heldBy'>, pid: number): Promise<Kill['held']> {
	await sleep(lastStatementMs)
	return database.heldBy(pid)
}

/** Kills the bot at the given times after now, unless the signal aborts before. Returns how often. */
export async function killBot(bot: Slot, timesMs: readonly number[], signal: AbortSignal): Promise<number> {
	const startedAt = performance.now()
	let kills = 0
	for (const atMs of timesMs) {
		await sleepUntil(startedAt + atMs, signal)
		if (signal.aborted) return kills
		// A bot that has hardly started has nothing in its hands yet.
		await bot.settled()
		if ((await bot.kill()) !== null) kills += 1
	}
	return kills
}

/** Ends early when the signal aborts. */
async function sleepUntil(time: number, signal: AbortSignal): Promise<void> {
	await sleep(Math.max(0, time - performance.now()), undefined, { signal }).catch(() => {})
}
