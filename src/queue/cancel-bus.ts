import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { AbortedError, type StopReason, stopReasonSchema } from '../core/abort.ts'
import type { AnyRelay } from './backend.ts'

const topic = 'threadwise.cancel'
const subscribeTimeoutMs = 5_000
const messageSchema = z.object({ runId: z.string(), reason: stopReasonSchema })

export type CancelListener = (runId: string, error: AbortedError) => void

/** Carries cancellations to whichever process works on a run. A lost one is made good by the worker's next lease extension. */
export type CancelBus = {
	publish(runId: string, reason: StopReason): Promise<void>
	listen(listener: CancelListener): Promise<void>
	close(): Promise<void>
}

/** A bus on BullMQ's relay, which is opened at its first use: a process that never cancels needs none. */
export function createCancelBus(createRelay: () => AnyRelay, onTrouble: (error: unknown) => void): CancelBus {
	let opened: AnyRelay | undefined
	const relay = () => {
		if (opened === undefined) {
			opened = createRelay()
			opened.on('error', onTrouble)
		}
		return opened
	}
	return {
		publish: async (runId, reason) => {
			await relay().publish(topic, { runId, reason })
		},
		listen: async (listener) => {
			const subscribed = relay().subscribe(topic, ({ data }) => {
				const message = messageSchema.safeParse(data)
				if (message.success) listener(message.data.runId, new AbortedError(message.data.reason))
			})
			// With Redis down, subscribing neither succeeds nor fails for minutes.
			await Promise.race([subscribed, sleep(subscribeTimeoutMs, undefined, { ref: false })]).catch(onTrouble)
		},
		close: async () => {
			await opened?.close()
		},
	}
}
