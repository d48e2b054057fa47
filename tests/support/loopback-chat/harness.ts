import type { StartHarness } from '../platform-harness.ts'
import { currentVersion } from './messages.ts'
import { createLoopbackPlatform } from './platform.ts'
import { type Button, startLoopbackChat } from './server.ts'

export const hasPeople = true

const conversationId = 'general'

/** The loopback chat with a bot in it, and Ada. */
export const startHarness: StartHarness = async (events) => {
	const chat = await startLoopbackChat()
	const platform = createLoopbackPlatform({ url: chat.url, minEditMs: 0 })
	const left = new AbortController()
	await platform.start(events, left.signal)
	let lastEventId = ''
	const press = async (button: Button, runId: string) => {
		await chat.press(button, runId, 'ada').answered
	}
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
			edit: async (text) => {
				await chat.rewrite(lastEventId, text).answered
			},
			stop: (runId) => press({ kind: 'stop' }, runId),
			answerNow: (runId) => press({ kind: 'answer-now' }, runId),
			again: (runId, kind) => press({ kind }, runId),
			feedback: (runId, feedback) => press({ kind: 'feedback', ...feedback }, runId),
		},
		loseNextAnswer: chat.loseNextAnswer,
		[Symbol.asyncDispose]: async () => {
			left.abort()
			await chat[Symbol.asyncDispose]()
		},
	}
}
