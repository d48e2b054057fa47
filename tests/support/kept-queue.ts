import type { JobQueue } from '../../src/core/job-queue.ts'

/** A queue that keeps what it was given, and can be down. */
export function keptQueue() {
	const added: string[] = []
	const cancelled: string[] = []
	const state = { down: false }
	const refuseIfDown = () => {
		if (state.down) throw new Error('the queue is down')
	}
	const queue: JobQueue = {
		add: async ({ runId }, attempt) => {
			refuseIfDown()
			added.push(`${runId}-${attempt}`)
		},
		cancel: async (runId, reason) => {
			refuseIfDown()
			cancelled.push(`${runId} ${reason}`)
		},
		work: async () => ({ handleNow: async () => ({ kind: 'done' }), [Symbol.asyncDispose]: async () => {} }),
		size: async () => added.length,
		close: async () => {},
	}
	return { queue, added, cancelled, state }
}
