import type { RunStore } from '../core/run-store.ts'

const lookEveryMs = 1_000
/** Longer than a worker with a free hand needs to take a run. */
const neglectedAfterMs = 2_000
const mostNeglected = 100

/** A database that is gone for a moment has nothing to tell; the next look may find it back. */
async function isNeglected(runId: string, store: RunStore): Promise<boolean> {
	const neglected = await store.findUndelivered(neglectedAfterMs, mostNeglected).catch(() => [])
	if (!neglected.some((run) => run.runId === runId) && neglected.length < mostNeglected) return false
	// Workers that have their hands full will come to it.
	const { held } = await store.load().catch(() => ({ held: 1 }))
	return held === 0
}

/**
 * Watches one run and calls `help` once if nobody works on any. So a question is answered also where no
 * worker runs, and left to the workers, with their models and keys, where some do. Help that fails ends the process with its
 * error: otherwise the asker would wait for nobody.
 */
export function standInFor(runId: string, store: RunStore, help: () => Promise<void>): AsyncDisposable {
	let looking: Promise<void> = Promise.resolve()
	const look = async () => {
		if (!(await isNeglected(runId, store))) return
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
