import type { Observe } from '../core/telemetry.ts'

/** Tells several. Whoever fails at it keeps neither the others from being told nor a run from going on. */
export function fanOut(observers: readonly Observe[], onTrouble: (error: unknown) => void): Observe {
	return (observation) => {
		for (const observe of observers) {
			try {
				observe(observation)
			} catch (error) {
				onTrouble(error)
			}
		}
	}
}
