/**
 * One signal that aborts with the first cause of several, for what is looked at again and again: a merged signal, when it is asked whether
 * it has aborted, asks all that it was made from. Dispose it when nobody looks any more, so that signals that live on don't remember it.
 */
export function joinSignals(...signals: readonly AbortSignal[]): { readonly signal: AbortSignal } & Disposable {
	const controller = new AbortController()
	const followed = signals.map((signal) => ({ signal, pass: () => controller.abort(signal.reason) }))
	for (const { signal, pass } of followed) {
		if (signal.aborted) pass()
		else signal.addEventListener('abort', pass, { once: true })
	}
	const leave = () => {
		for (const { signal, pass } of followed) signal.removeEventListener('abort', pass)
	}
	return { signal: controller.signal, [Symbol.dispose]: leave }
}
