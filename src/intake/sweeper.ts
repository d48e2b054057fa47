import type { Intake } from './intake.ts'

const sweepEveryMs = 5_000

/** Sweeps again and again until it is disposed. */
export function startSweeper(intake: Intake, onTrouble: (error: unknown) => void): AsyncDisposable {
	let sweeping: Promise<unknown> = Promise.resolve()
	const timer = setInterval(() => {
		sweeping = sweeping.then(() => intake.sweep()).catch(onTrouble)
	}, sweepEveryMs)
	return {
		[Symbol.asyncDispose]: async () => {
			clearInterval(timer)
			await sweeping
		},
	}
}
