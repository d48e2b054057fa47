import { AbortedError } from '../core/abort.ts'
import { joinSignals } from '../core/join-signals.ts'

/** A signal that also aborts when the run's time is over. Dispose it when the run has ended. */
export function withDeadline(signal: AbortSignal, remainingMs: number): { readonly signal: AbortSignal } & Disposable {
	const controller = new AbortController()
	const timer = setTimeout(() => controller.abort(new AbortedError('deadline')), remainingMs)
	const joined = joinSignals(signal, controller.signal)
	const leave = () => {
		clearTimeout(timer)
		joined[Symbol.dispose]()
	}
	return { signal: joined.signal, [Symbol.dispose]: leave }
}
