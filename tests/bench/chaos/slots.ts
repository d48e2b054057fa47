import { setTimeout as sleep } from 'node:timers/promises'
import type { RunningProcess } from '../../support/running-process.ts'

/** A place for a process that is killed and started again. */
export type Slot = AsyncDisposable & {
	/** The process that runs there now; null while one is being started. */
	running(): RunningProcess | null
	/** Resolves when no process is being started there. */
	settled(): Promise<void>
	/** Kills what runs there with `kill -9` and has another one started. Returns what was killed, once it is gone. */
	kill(): Promise<RunningProcess | null>
	/** What was written by all that ran there. */
	output(): string
}

const startAgainAfterMs = 1_000

/**
 * Starts a process in a place of its own. `onTrouble` is told of each one that couldn't be started again; like every supervisor,
 * the place tries until one can.
 */
export async function openSlot(
	start: () => Promise<RunningProcess>,
	onTrouble: (error: unknown) => void,
): Promise<Slot> {
	let running: RunningProcess | null = await start()
	let starting: Promise<void> = Promise.resolve()
	let written = ''
	const closed = new AbortController()
	const startAgain = async () => {
		while (running === null && !closed.signal.aborted) {
			running = await start().catch(async (error: unknown) => {
				onTrouble(error)
				await sleep(startAgainAfterMs, undefined, { signal: closed.signal }).catch(() => {})
				return null
			})
		}
	}
	const take = async () => {
		const taken = running
		running = null
		taken?.kill('SIGKILL')
		await taken?.ended()
		written += taken?.output() ?? ''
		return taken
	}
	return {
		running: () => running,
		settled: () => starting,
		kill: async () => {
			const killed = await take()
			if (killed !== null) starting = startAgain()
			return killed
		},
		output: () => written + (running?.output() ?? ''),
		[Symbol.asyncDispose]: async () => {
			closed.abort()
			await starting
			await take()
		},
	}
}
