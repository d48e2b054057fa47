import { expect, test, vi } from 'vitest'
import { dropConnections, mention } from '../bench/chat/mentions.ts'
import { outcomesOf } from '../bench/chat/outcomes.ts'
import { slackMeeting } from '../bench/slack/mentions.ts'
import { slackAnswering } from '../bench/slack/outcomes.ts'
import { openSlackScene } from '../bench/slack/scene.ts'

const questions = 25

test('posts whose connection drops before and after Slack has taken them are neither lost nor doubled', {
	timeout: 120_000,
}, async ({ signal }) => {
	await using slack = await openSlackScene({ store: 'embedded', clockSpeed: 60, streaming: false })
	dropConnections(slack, 'chat.postMessage', questions)
	const asked = await mention(slackMeeting(slack, questions), { count: questions, everyMs: 50, signal })
	expect(await outcomesOf(slackAnswering(slack), asked, 90_000, signal)).toEqual({
		asked: questions,
		answered: questions,
		lost: 0,
		doubled: 0,
	})
	const dropped = slack.calls.filter(({ method, status }) => method === 'chat.postMessage' && status === null)
	expect(dropped.filter(({ isDone }) => isDone)).toHaveLength(questions)
	expect(dropped.filter(({ isDone }) => !isDone)).toHaveLength(questions)
})

test('streams whose connection drops at any call are neither lost nor doubled, and whoever comes after the 20th of a minute is answered as well', {
	timeout: 120_000,
}, async ({ signal }) => {
	await using slack = await openSlackScene({ store: 'embedded', clockSpeed: 60 })
	for (const method of ['chat.appendStream', 'chat.stopStream', 'chat.update']) {
		for (let count = 0; count < questions / 5; count++) {
			slack.dropNext(method)
			slack.loseNextAnswer(method)
		}
	}
	const starts = () => slack.calls.filter(({ method }) => method === 'chat.startStream')
	const begun = () => starts().filter(({ isDone }) => isDone).length
	const asked = await mention(slackMeeting(slack, questions), {
		count: questions,
		everyMs: 50,
		after: async (index) => {
			if (index !== questions - 8) return
			await vi.waitFor(() => expect(begun()).toBeGreaterThan(10), { timeout: 30_000 })
			// A start that fails has all that come in the next minute posted.
			slack.loseNextAnswer('chat.startStream')
		},
		signal,
	})
	expect(await outcomesOf(slackAnswering(slack), asked, 90_000, signal)).toEqual({
		asked: questions,
		answered: questions,
		lost: 0,
		doubled: 0,
	})
	expect(starts().length).toBeLessThanOrEqual(20)
	expect(starts().filter(({ status, isDone }) => status === null && isDone)).toHaveLength(1)
})
