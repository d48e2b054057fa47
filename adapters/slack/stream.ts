import type { Clock } from './clock.ts'
import { isRefusal, isTooFast, slackCodeOf } from './refusals.ts'
import type { StreamCalls, StreamedMessage } from './stream-calls.ts'
import { chunksBetween, closingChunks, heartbeat, type StreamChunk, type StreamedPlan } from './stream-plan.ts'

/** Streams die of silence, after a time that Slack doesn't tell. */
const heartbeatMs = 30_000
/** They die of age as well, after five minutes: from here on, the next view is shown by an edit. */
const longestMs = 3.5 * 60_000
/** What nobody has ended by then ends by itself. */
const givenUpMs = 3 * 60_000 + 50_000

/** A message that grows by what is appended to it, from its start to its end. */
export type Stream = {
	readonly message: StreamedMessage
	/** Shows a run at work. Resolves to false once the stream is over, so that the message has to be edited. */
	show(plan: StreamedPlan): Promise<boolean>
	/** Ends it, so that the message can be edited. Throws if Slack doesn't end it now. */
	end(plan: StreamedPlan): Promise<void>
	/** Sends nothing more, and leaves it as it is. */
	leave(): void
}

export type StreamOptions = {
	readonly calls: Pick<StreamCalls, 'appendStream' | 'stopStream'>
	readonly clock: Clock
	/** Whether there is room for one more of what can be left out. */
	readonly mayAppend: () => boolean
	/** Told once, when nothing more can be appended. */
	readonly onEnd: () => void
	readonly onTrouble: (error: unknown) => void
}

/** A stream that was started and shows this. Everything is sent in its turn, never two at once. */
export function createStream(message: StreamedMessage, begun: StreamedPlan, options: StreamOptions): Stream {
	const { calls, clock, mayAppend, onEnd, onTrouble } = options
	const startedAt = clock.now()
	let sentAt = startedAt
	let [shown, wanted] = [begun, begun]
	let isOpen = true
	let cancelBeat = () => {}
	const inTurn = createTurns()

	const close = () => {
		cancelBeat()
		if (isOpen) onEnd()
		isOpen = false
	}
	/** What is refused for its rate is left out until something newer comes. After any other failure nobody knows what stands there. */
	const append = async (chunks: readonly StreamChunk[], shows: StreamedPlan) => {
		try {
			await calls.appendStream(message.thread, message.ts, chunks)
			shown = shows
			sentAt = clock.now()
		} catch (error) {
			if (!isTooFast(error)) close()
		}
	}
	/** What Slack never ends isn't tried again: it dies by itself. */
	const stop = async () => {
		await endStream(calls, message, closingChunks(shown, wanted)).catch((error: unknown) => {
			if (isRefusal(error)) close()
			throw error
		})
		close()
	}
	const beat = async () => {
		if (!isOpen) return
		if (clock.now() - startedAt >= givenUpMs) return stop()
		if (clock.now() - sentAt < heartbeatMs) return
		const next = chunksBetween(shown, wanted)
		await append(next.chunks.length === 0 ? [heartbeat(shown)] : next.chunks, next.shown)
	}
	const beatLater = () => {
		const now = clock.now()
		const dueIn = Math.min(sentAt + heartbeatMs, startedAt + givenUpMs) - now
		// Where Slack takes nothing for now, it isn't asked all the time.
		cancelBeat = clock.after(dueIn > 0 ? dueIn : heartbeatMs, () => {
			void inTurn(beat)
				.catch((error) => void (isTooFast(error) || onTrouble(error)))
				.finally(() => isOpen && beatLater())
		})
	}
	beatLater()
	return {
		message,
		show: (plan) =>
			inTurn(async () => {
				wanted = plan
				if (isOpen && clock.now() - startedAt >= longestMs) await stop()
				const next = chunksBetween(shown, wanted)
				if (isOpen && next.chunks.length > 0 && mayAppend()) await append(next.chunks, next.shown)
				return isOpen
			}),
		end: (plan) =>
			inTurn(async () => {
				wanted = plan
				if (isOpen) await stop()
			}),
		leave: close,
	}
}

/** What Slack says where there is nothing to end. */
const over: ReadonlySet<string | null> = new Set(['message_not_in_streaming_state', 'message_not_found'])

/** Ends a message's stream, if it hasn't ended by itself. */
export async function endStream(
	calls: Pick<StreamCalls, 'stopStream'>,
	message: StreamedMessage,
	chunks: readonly StreamChunk[],
): Promise<void> {
	await calls.stopStream(message, chunks).catch((error: unknown) => {
		if (!over.has(slackCodeOf(error))) throw error
	})
}

/** Does one thing after the other, whatever became of those before. */
function createTurns() {
	let last: Promise<unknown> = Promise.resolve()
	return <Result>(act: () => Promise<Result>): Promise<Result> => {
		const next = last.then(act)
		last = next.catch(() => {})
		return next
	}
}
