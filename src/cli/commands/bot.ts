import type { ChatPlatform } from '../../core/chat-platform.ts'
import { runHalf } from '../half.ts'

/**
 * Takes questions from platforms, leaves the answering to workers and shows what they come to, until it is told to end. Without a
 * platform it keeps watch: what was recorded gets to a worker. Returns the exit status.
 */
export function bot(platforms: readonly ChatPlatform[] = []): Promise<number> {
	return runHalf({
		command: 'bot',
		begin: (runtime) => runtime.servePlatforms(platforms),
		describe: () => [platformsLine(platforms)],
	})
}

function platformsLine(platforms: readonly ChatPlatform[]): string {
	const names = platforms.map(({ name }) => name).join(', ')
	return `  Platforms ${names === '' ? 'none; questions come from: npm run -s threadwise -- ask "your question"' : names}`
}
