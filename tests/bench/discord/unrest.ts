import type { LocalDiscord } from '../../support/discord/local-discord.ts'
import type { Mentions } from '../chat/mentions.ts'
import type { ChatScene } from '../chat/scene.ts'

/** What happens before and after which question, by how many came before it. */
export type Unrest = Required<Pick<Mentions, 'before' | 'after'>>

/** How many of the things that a bot knows it is told anew when it resumes its session. */
const repeatedOnResume = 20

/**
 * Discord tells of mentions twice and again, loses and ends the bot's connections, ends its sessions, and shares its rates with others.
 * At one third of the questions the bot is killed. It is started again some questions later, and some more are asked until it is there.
 */
export function discordUnrest({ gateway, faults }: LocalDiscord, threadwise: ChatScene, questions: number): Unrest {
	const killAt = Math.floor(questions / 3)
	const startAt = killAt + Math.ceil(questions / 20)
	const backAt = startAt + Math.ceil(questions / 20)
	const disturbances = [
		{ every: 5, at: 0, disturb: () => gateway.deliverAgain() },
		// Each has its time to come to its end before the next.
		{ every: 100, at: 8, disturb: () => gateway.drop() },
		{ every: 100, at: 28, disturb: () => gateway.askToReconnect() },
		{ every: 100, at: 48, disturb: () => gateway.invalidate(true) },
		{ every: 100, at: 68, disturb: () => gateway.drop() },
		{ every: 100, at: 85, disturb: () => gateway.invalidate(false) },
	]
	let back = Promise.resolve()
	gateway.repeatOnResume(repeatedOnResume)
	return {
		before: (index) => {
			if (index % 3 === 0) gateway.deliverTwice()
			const limit = { kind: 'limit', retryAfter: 1, scope: 'shared' } as const
			if (index % 10 === 0) faults.add('POST /channels/{channel_id}/messages', limit)
			if (index % 10 === 5) faults.add('PATCH /channels/{channel_id}/messages/{message_id}', limit)
		},
		after: async (index) => {
			for (const { every, at, disturb } of disturbances) if (index % every === at) disturb()
			if (index === killAt) await threadwise.killBot()
			if (index === startAt) back = threadwise.startBot()
			if (index === backAt) await back
		},
	}
}
