import { createLastingTrouble, type TroubleListener } from '../core/lasting-trouble.ts'
import type { Intake } from './intake.ts'

/** With the lease of the worker that vanished, its run is taken over within 15 s. */
const sweepEveryMs = 2_000

/** Sweeps again and again until it is disposed. */
export function startSweeper(intake: Intake, listener: TroubleListener): AsyncDisposable {
	const trouble = createLastingTrouble(listener)
	let sweeping: Promise<unknown> | null = null
	const timer = setInterval(() => {
		// One that waits for a database that is away is enough.
		sweeping ??= intake
			.sweep()
			.then(trouble.end, trouble.meet)
			.finally(() => {
				sweeping = null
			})
	}, sweepEveryMs)
	return {
		[Symbol.asyncDispose]: async () => {
			clearInterval(timer)
			await sweeping
		},
	}
}
