import { runHalf } from '../half.ts'

/**
 * Takes questions and leaves the answering to workers, until it is told to end. As long as no platform but the terminal exists,
 * it keeps watch: what was recorded gets to a worker. Returns the exit status.
 */
export function bot(): Promise<number> {
	return runHalf({
		command: 'bot',
		begin: async () => {},
		describe: () => ['  Platforms none yet; questions come from: npm run -s threadwise -- ask "your question"'],
	})
}
