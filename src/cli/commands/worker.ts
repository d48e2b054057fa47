import { runHalf } from '../half.ts'
import { modelLine } from '../started-lines.ts'

/** Answers the questions that other processes take, until it is told to end. Returns the exit status. */
export function worker(): Promise<number> {
	return runHalf({
		command: 'worker',
		begin: async ({ runtime, config }) => {
			await runtime.startWorker()
			return [modelLine(config)]
		},
	})
}
