import type { RunStore } from '../core/run-store.ts'

const lookEveryMs = 1_000
/** Longer than a worker with a free hand needs to take a run. */
const neglectedAfterMs = 2_000
const mostNeglected = 100

/**
 * Watches one run and calls `help` once if nobody takes it, or whoever had it is gone. So a question is answered also where no
 * worker runs, and left to the workers, with their models and keys, where some do. Help that fails ends the process with its
 * error: otherwise the asker would wait for nobody.
 */
export function standInFor(runId: string, store: RunStore, help: () => Promise<void>): AsyncDisposable {
	let looking: Promise<void> = Promise.resolve()
	const look = async () => {
		// A database that is gone for a moment has nothing to tell; the next look may find it back.
		const neglected = await store.findUndelivered(neglectedAfterMs, mostNeglected).catch(() => [])
		const isOurs = neglected.some((run) => run.runId === runId)
		if (!isOurs && neglected.length < mostNeglected) return
		clearInterval(timer)
		await help()
	}
	const timer = setInterval(() => {
		looking = looking.then(look)
	}, lookEveryMs)
	return {
		[Symbol.asyncDispose]: async () => {
			clearInterval(timer)
			await looking
		},
	}
}
