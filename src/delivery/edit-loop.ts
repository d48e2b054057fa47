import type { ReplyView } from '../core/reply-view.ts'

/** Shows views one at a time: while one is being sent, only the newest of those that come in is kept. */
export type EditLoop = {
	show(view: ReplyView): void
	/** Resolves when the newest view is shown. Rejects if showing that one failed. */
	settled(): Promise<void>
}

export type EditLoopOptions = {
	readonly send: (view: ReplyView) => Promise<void>
	/** The least time between two sends. */
	readonly paceMs: number
	/** A view that doesn't wait its turn, and after which none comes. */
	readonly isLast: (view: ReplyView) => boolean
}

export function createEditLoop({ send, paceMs, isLast }: EditLoopOptions): EditLoop {
	let newest: ReplyView | null = null
	let sending: Promise<void> | null = null
	let failure: { readonly error: unknown } | null = null
	let endPause = () => {}
	const pause = () =>
		new Promise<void>((resolve) => {
			const timer = setTimeout(resolve, paceMs)
			endPause = () => {
				clearTimeout(timer)
				resolve()
			}
		})
	const sendAll = async () => {
		while (newest !== null) {
			const view: ReplyView = newest
			newest = null
			// A view that couldn't be shown doesn't matter any more once a newer one is.
			failure = await send(view).then(
				() => null,
				(error: unknown) => ({ error }),
			)
			if (!isLast(newest ?? view)) await pause()
		}
	}
	return {
		show: (view) => {
			newest = view
			if (isLast(view)) endPause()
			if (sending !== null) return
			sending = sendAll().finally(() => {
				sending = null
			})
		},
		settled: async () => {
			while (sending !== null) await sending
			if (failure !== null) throw failure.error
		},
	}
}
