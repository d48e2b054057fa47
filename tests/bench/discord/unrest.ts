import type { LocalDiscord } from '../../support/discord/local-discord.ts'
import type { ChatScene } from '../chat/scene.ts'

/** What happens at which question, by how many came before it. */
export type Unrest = {
	readonly before: (index: number) => void
	readonly after: (index: number) => void
	/** Resolves when the bot is back. */
	readonly over: () => Promise<void>
}

/** How many of the things that a bot knows it is told anew when it resumes its session. */
const repeatedOnResume = 20

/**
 * Discord tells of mentions twice and again, loses and ends the bot's connections, ends its sessions, and shares its rates with others;
 * at one third of the questions the bot is killed, and it comes back a few questions later.
 */
export function discordUnrest(discord: LocalDiscord, threadwise: ChatScene, questions: number): Unrest {
	const { gateway, faults } = discord
	const killAt = Math.floor(questions / 3)
	const backAt = killAt + Math.max(5, Math.floor(questions / 20))
	let killed = Promise.resolve()
	let back = Promise.resolve()
	gateway.repeatOnResume(repeatedOnResume)
	return {
		before: (index) => {
			if (index % 3 === 0) gateway.deliverTwice()
			const limit = { kind: 'limit', retryAfter: 1, scope: 'shared' } as const
			if (index % 10 === 0) faults.add('POST /channels/{channel_id}/messages', limit)
			if (index % 10 === 5) faults.add('PATCH /channels/{channel_id}/messages/{message_id}', limit)
		},
		after: (index) => {
			if (index % 5 === 0) gateway.deliverAgain()
			if (index % 25 === 8) gateway.drop()
			if (index % 50 === 30) gateway.askToReconnect()
			if (index % 100 === 40) gateway.invalidate(true)
			if (index % 200 === 45) gateway.invalidate(false)
			if (index === killAt) killed = threadwise.killBot()
			if (index === backAt) back = killed.then(threadwise.startBot)
		},
		over: () => back,
	}
}
