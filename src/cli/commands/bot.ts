import type { ChatPlatform } from '../../core/chat-platform.ts'
import { connectDiscord } from '../discord.ts'
import { runHalf } from '../half.ts'
import { mountPlayground, refuseOpenPlayground } from '../playground.ts'
import { connectSlack } from '../slack.ts'
import { pageLine } from '../started-lines.ts'

/**
 * Takes questions from platforms, leaves the answering to workers and shows what they come to, until it is told to end. Where a port
 * was named, the page is one of the platforms. Without any it keeps watch: what was recorded gets to a worker. Returns the exit status.
 */
export function bot(platforms: readonly ChatPlatform[] = []): Promise<number> {
	return runHalf({
		command: 'bot',
		check: (config) => {
			if (config.http !== null) refuseOpenPlayground(config)
		},
		begin: async ({ config, runtime, server, log }) => {
			const page = server === null ? null : await mountPlayground(config, runtime, server, log)
			const slack = await connectSlack(config, runtime, server, log)
			const discord = await connectDiscord(config, runtime, log)
			const all = [...platforms, ...[page, slack, discord].filter((platform) => platform !== null)]
			await runtime.servePlatforms(all)
			return [platformsLine(all), ...(page === null || server === null ? [] : [pageLine(config, server)])]
		},
	})
}

function platformsLine(platforms: readonly ChatPlatform[]): string {
	const names = platforms.map(({ name }) => name).join(', ')
	return `  Platforms ${names === '' ? 'none; questions come from: npm run -s threadwise -- ask "your question"' : names}`
}
