import { abortCauseOf } from '../core/abort.ts'
import type { ReplyView } from '../core/reply-view.ts'
import type { Pace } from './pace.ts'

/** Shows views one at a time: while one is being sent, only the newest of those that come in is kept. */
export type EditLoop = {
	show(view: ReplyView): void
	/** Resolves when the newest view is shown. Rejects if showing that one failed for good, or if it was left at that. */
	settled(): Promise<void>
}

export type EditLoopOptions = {
	readonly send: (view: ReplyView) => Promise<void>
	/** Of the channel. The first view and a view that rests don't wait for it. */
	readonly pace: Pace
	readonly isRest: (view: ReplyView) => boolean
	/** How long to wait before a view that couldn't be shown is tried again, or null to give it up. */
	readonly retryDelayMs: (error: unknown, failures: number) => number | null
	/** On a shutdown, what is newest is shown without a pause, but not tried again. Any other abort shows nothing more. */
	readonly signal: AbortSignal
}

export function createEditLoop({ send, pace, isRest, retryDelayMs, signal }: EditLoopOptions): EditLoop {
	let newest: ReplyView | null = null
	let sending: Promise<void> | null = null
	let failure: { readonly error: unknown } | null = null
	let failures = 0
	let isFirst = true
	/** Ends a pause that a newer view may end; a wait that the platform has asked for is ended by an abort alone. */
	let endPause = () => {}
	let endWait = () => {}
	const isOver = () => signal.aborted && abortCauseOf(signal) !== 'shutdown'
	/** Shows the newest view. One that couldn't be shown doesn't matter any more once a newer one is. */
	const sendNewest = async (view: ReplyView) => {
		newest = null
		failure = await send(view).then(
			() => null,
			(error: unknown) => ({ error }),
		)
		pace.sent()
		if (failure === null) {
			isFirst = false
			failures = 0
			return
		}
		failures += 1
		const delayMs = retryDelayMs(failure.error, failures)
		if (delayMs === null || signal.aborted) return
		await wait(delayMs, (end) => {
			endWait = end
		})
		if (!signal.aborted) newest ??= view
	}
	const sendAll = async () => {
		while (newest !== null) {
			const waitMs = isFirst || isRest(newest) || signal.aborted ? 0 : pace.next()
			if (waitMs > 0) {
				await wait(waitMs, (end) => {
					endPause = end
				})
			}
			if (isOver()) return
			await sendNewest(newest)
		}
	}
	const start = () => {
		sending = sendAll().finally(() => {
			sending = null
			// One may have come in after the last look and before this.
			if (newest !== null && !isOver()) start()
		})
	}
	const endAll = () => {
		endPause()
		endWait()
	}
	signal.addEventListener('abort', endAll, { once: true })
	return {
		show: (view) => {
			newest = view
			if (isRest(view)) endPause()
			if (sending === null) start()
		},
		settled: async () => {
			while (sending !== null) await sending
			if (failure !== null) throw failure.error
			if (newest !== null) throw signal.reason
		},
	}
}

/** Waits so long, or until somebody calls the function that `onEnd` is given. */
function wait(ms: number, onEnd: (end: () => void) => void): Promise<void> {
	return new Promise((resolve) => {
		const timer = setTimeout(resolve, ms)
		onEnd(() => {
			clearTimeout(timer)
			resolve()
		})
	})
}
