import { setTimeout as sleep } from 'node:timers/promises'
import type { Conversation } from '../../src/core/conversation.ts'
import type { StartHarness } from '../../tests/support/platform-harness.ts'
import type { SlackMessage } from '../../tests/support/slack/messages.ts'
import { readableBlocks, type SlackWay, startSlackApp } from '../../tests/support/slack-app.ts'
import { platformName } from './receive.ts'

export const hasPeople = true

/** A local Slack with a thread in a channel, and Ada, who writes to the bot directly. */
const startOver =
	(way: SlackWay, isStreamed: boolean): StartHarness =>
	async (events) => {
		const app = await startSlackApp({ events, way, slack: { capabilities: { streaming: isStreamed } } })
		const { slack, platform, memory } = app
		const ada = slack.person('Ada')
		const question = ada.post(slack.general, 'Good morning')
		await question.delivered
		const conversation: Conversation = {
			platform: platformName,
			workspaceId: slack.teamId,
			channelId: slack.general,
			threadId: question.ts,
		}
		memory.begin(conversation, { runId: 'run-1', asker: { id: ada.id, name: 'Ada' } })
		const own = () => slack.messages(slack.general, question.ts).filter(({ isFromBot }) => isFromBot)
		const reply = (): SlackMessage => {
			const last = own().at(-1)
			if (last === undefined) throw new Error('nothing stands there')
			return last
		}
		let asked = { channel: ada.directMessages, ts: '' }
		let wasRetried = false
		const press = async (actionId: string, value: string) => {
			const { acknowledgement } = await ada.press(reply(), { actionId, value })
			if (acknowledgement.failure !== null) throw new Error(acknowledgement.failure)
		}
		return {
			platform,
			conversation,
			seen: async () =>
				own().map(({ blocks, text, pinged }) => ({
					text: blocks.length === 0 ? text : readableBlocks(blocks),
					pinged: [...pinged],
				})),
			person: {
				id: ada.id,
				ask: async (text) => {
					const written = ada.post(ada.directMessages, text)
					asked = written
					const deliveries = await written.delivered
					wasRetried = deliveries.some(({ attempts }) => attempts > 1)
				},
				// What wasn't acknowledged, Slack has delivered again by itself.
				repeat: async () => {
					if (!wasRetried) await slack.deliverAgain()
				},
				edit: async (text) => {
					await ada.edit(asked, text)
				},
				stop: (runId) => press('stop', runId),
				answerNow: (runId) => press('answer-now', runId),
				again: (runId, kind) => press(kind, runId),
				feedback: async (runId, { helpful, reason }) => {
					await press('feedback', `${helpful ? 'helpful' : 'not-helpful'} ${runId}`)
					if (helpful) return
					const window = await until(() => ada.modals().at(-1))
					await ada.submitView(window, { reason: { reason: { type: 'plain_text_input', value: reason } } })
				},
			},
			joinLate: async (said, asked) => {
				const bob = slack.person('Bob')
				const root = bob.post(slack.general, said)
				await root.delivered
				await ada.post(slack.general, `<@${slack.botUserId}> ${asked}`, { threadTs: root.ts }).delivered
				return { said: `${slack.general}:${root.ts}`, by: { id: bob.id, name: bob.name } }
			},
			loseNextAnswer: () => slack.loseNextAnswer(isStreamed ? 'chat.startStream' : 'chat.postMessage'),
			[Symbol.asyncDispose]: () => app[Symbol.asyncDispose](),
		}
	}

export const startHarness: StartHarness = startOver('socket', false)
export const otherWays = { HTTP: startOver('http', false), streams: startOver('socket', true) }

/** What a press opens comes in a moment. */
async function until<Found>(find: () => Found | undefined): Promise<Found> {
	for (;;) {
		const found = find()
		if (found !== undefined) return found
		await sleep(5)
	}
}
