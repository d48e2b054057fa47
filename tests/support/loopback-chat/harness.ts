import type { StartHarness } from '../platform-harness.ts'
import { currentVersion } from './messages.ts'
import { createLoopbackPlatform } from './platform.ts'
import { startLoopbackChat } from './server.ts'

export const hasPeople = true

const conversationId = 'general'

/** The loopback chat with a bot in it, and Ada. */
export const startHarness: StartHarness = async (events) => {
	const chat = await startLoopbackChat()
	const platform = createLoopbackPlatform({ url: chat.url, minEditMs: 0 })
	const left = new AbortController()
	await platform.start(events, left.signal)
	let lastEventId = ''
	return {
		platform,
		conversation: { platform: 'loopback', workspaceId: '', channelId: conversationId, threadId: '' },
		seen: async () => chat.messages.filter(({ personId }) => personId === null).map(currentVersion),
		person: {
			id: 'ada',
			ask: async (text) => {
				const { id, answered } = chat.ask({ conversationId, personId: 'ada', text })
				lastEventId = id
				await answered
			},
			repeat: async () => {
				await chat.repeat(lastEventId)
			},
			stop: async (runId) => {
				await chat.pressStop(runId, 'ada').answered
			},
		},
		loseNextAnswer: chat.loseNextAnswer,
		[Symbol.asyncDispose]: async () => {
			left.abort()
			await chat[Symbol.asyncDispose]()
		},
	}
}
