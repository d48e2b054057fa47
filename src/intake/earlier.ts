import { AbortedError } from '../core/abort.ts'
import type { Conversation, IncomingMessage, SaidMessage } from '../core/conversation.ts'
import { createLastingTrouble } from '../core/lasting-trouble.ts'
import { holdBackMs, type RunStore } from '../core/run-store.ts'

/** Reads what was said in a conversation before a message. */
export type ReadEarlier = (message: IncomingMessage) => Promise<readonly SaidMessage[]>

/** For whoever has no way to know. */
export const readsNothing: ReadEarlier = async () => []

export type EarlierDependencies = {
	readonly store: Pick<RunStore, 'recordEarlier'>
	readonly enqueue: (runId: string, attempt: number) => Promise<void>
	readonly onTrouble: (error: unknown, runId: string) => void
	/** Told once, until something can be read again. */
	readonly onUnread: (error: unknown) => void
}

/** Leaves enough time to write down what was read before the run would be claimed without it. */
const longestReadMs = holdBackMs - 1_000

/** Completes conversations to which we come late, while their runs are held back. */
export function createEarlier({ store, enqueue, onTrouble, onUnread }: EarlierDependencies) {
	const unread = createLastingTrouble({ onTrouble: onUnread, onRelief: () => {} })
	/** Questions that come while a conversation is being read wait for the same. */
	const underWay = new Map<string, Promise<void>>()
	const readAndRecord = async (message: IncomingMessage, readEarlier: ReadEarlier) => {
		const earlier = await withinTime(readEarlier(message)).catch((error: unknown) => {
			if (!(error instanceof AbortedError)) unread.meet(error)
			return null
		})
		if (earlier !== null) unread.end()
		await store.recordEarlier(message.conversation, earlier)
	}
	const readOnce = (message: IncomingMessage, readEarlier: ReadEarlier): Promise<void> => {
		const key = keyOf(message.conversation)
		const reading = underWay.get(key) ?? readAndRecord(message, readEarlier).finally(() => underWay.delete(key))
		underWay.set(key, reading)
		return reading
	}
	return {
		/** Has a run that is held back go on when what was said before its question is recorded, or can't be known. Never rejects. */
		complete: (runId: string, message: IncomingMessage, readEarlier: ReadEarlier): void => {
			void readOnce(message, readEarlier)
				.then(() => enqueue(runId, 1))
				// The run goes on by itself: nobody holds it back for longer than that.
				.catch((error: unknown) => onTrouble(error, runId))
		},
	}
}

function keyOf({ platform, workspaceId, channelId, threadId }: Conversation): string {
	return JSON.stringify([platform, workspaceId, channelId, threadId])
}

function withinTime<Value>(read: Promise<Value>): Promise<Value> {
	const late = Promise.withResolvers<never>()
	const timer = setTimeout(() => late.reject(new Error('The platform took too long to tell.')), longestReadMs)
	timer.unref()
	return Promise.race([read, late.promise]).finally(() => clearTimeout(timer))
}
