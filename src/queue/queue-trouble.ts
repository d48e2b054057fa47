import { setTimeout as sleep } from 'node:timers/promises'
import { createLastingTrouble, type TroubleListener } from '../core/lasting-trouble.ts'

const askEveryMs = 1_000
/** Longer than any part of the queue waits before it tries again: whatever still fails has said so by then. */
const calmAfterMs = 3_000

export type QueueTrouble = Disposable & {
	meet(error: unknown): void
}

/**
 * Passes on the trouble of a backend once, and once more when it is over. No part of a queue says that it is well again, so the queue
 * is asked for as long as there is trouble.
 */
export function createQueueTrouble(listener: TroubleListener, ask: () => Promise<unknown>): QueueTrouble {
	const trouble = createLastingTrouble(listener)
	const closing = new AbortController()
	const { signal } = closing
	let metAt = Number.NEGATIVE_INFINITY
	let isWatched = false
	const isOver = async () => {
		const answers = await ask().then(
			() => true,
			() => false,
		)
		return answers && performance.now() - metAt > calmAfterMs
	}
	const watch = async () => {
		while (!signal.aborted) {
			await sleep(askEveryMs, undefined, { signal, ref: false }).catch(() => {})
			if (signal.aborted || !(await isOver())) continue
			isWatched = false
			return trouble.end()
		}
	}
	return {
		meet: (error) => {
			metAt = performance.now()
			trouble.meet(error)
			if (isWatched) return
			isWatched = true
			void watch()
		},
		[Symbol.dispose]: () => closing.abort(),
	}
}
