import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { AbortedError, type CancelReason, cancelReasonSchema } from '../core/abort.ts'
import type { AnyRelay } from './backend.ts'
import { leave } from './leave.ts'

const topic = 'threadwise.cancel'
/** With the backend down, publishing and subscribing neither succeed nor fail. */
const publishTimeoutMs = 2_000
const subscribeTimeoutMs = 5_000
const subscribeAgainAfterMs = 1_000
const messageSchema = z.object({ runId: z.string(), reason: cancelReasonSchema })

export type CancelListener = (runId: string, error: AbortedError) => void

/** Carries cancellations to whichever process works on a run. A lost one is made good by the worker's next lease extension. */
export type CancelBus = {
	/** Rejects where the message is likely to be lost. */
	publish(runId: string, reason: CancelReason): Promise<void>
	/** Resolves when the listener hears, or after a while: then it hears once the backend is back. */
	listen(listener: CancelListener): Promise<void>
	close(): Promise<void>
}

/** A bus on BullMQ's relay, which is opened at its first use: a process that never cancels needs none. */
export function createCancelBus(createRelay: () => AnyRelay, onTrouble: (error: unknown) => void): CancelBus {
	const closing = new AbortController()
	const relay = lastingRelay(createRelay, onTrouble)
	const subscribe = async (listener: CancelListener) => {
		while (!closing.signal.aborted) {
			try {
				await relay.current().subscribe(topic, ({ data }) => {
					const message = messageSchema.safeParse(data)
					if (message.success) listener(message.data.runId, new AbortedError(message.data.reason))
				})
				return
			} catch (error) {
				if (!closing.signal.aborted) onTrouble(error)
				await sleep(subscribeAgainAfterMs, undefined, { signal: closing.signal }).catch(() => {})
			}
		}
	}
	return {
		publish: async (runId, reason) => {
			const published = relay.current().publish(topic, { runId, reason })
			// One that comes in the end, after it was given up, is as good as one that never does.
			published.catch(() => {})
			const late = sleep(publishTimeoutMs, 'late' as const, { ref: false })
			if ((await Promise.race([published, late])) === 'late') {
				throw new Error(`A cancellation could not be broadcast within ${publishTimeoutMs} ms.`)
			}
		},
		listen: (listener) => Promise.race([subscribe(listener), sleep(subscribeTimeoutMs, undefined, { ref: false })]),
		close: async () => {
			closing.abort()
			await relay.close()
		},
	}
}

/** A relay that could not begin never will, so the next use opens another one. One that has begun restores itself. */
function lastingRelay(createRelay: () => AnyRelay, onTrouble: (error: unknown) => void) {
	let opened: AnyRelay | null = null
	const open = () => {
		const relay = createRelay()
		relay.on('error', onTrouble)
		relay.waitUntilReady().catch(() => {
			if (opened === relay) opened = null
			relay.close().catch(onTrouble)
		})
		return relay
	}
	return {
		current: () => {
			opened ??= open()
			return opened
		},
		close: async () => {
			if (opened !== null) await leave(opened.close(), onTrouble)
		},
	}
}
