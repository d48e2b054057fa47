import { AbortedError, mergeSignals } from '../core/abort.ts'

/** A signal that also aborts when the run's time is over. Dispose it when the run has ended. */
export function withDeadline(signal: AbortSignal, remainingMs: number): { readonly signal: AbortSignal } & Disposable {
	const controller = new AbortController()
	const timer = setTimeout(() => controller.abort(new AbortedError('deadline')), remainingMs)
	return { signal: mergeSignals(signal, controller.signal), [Symbol.dispose]: () => clearTimeout(timer) }
}
