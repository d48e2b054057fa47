import { expect, test } from 'vitest'
import { dropConnections, mention } from '../bench/chat/mentions.ts'
import { outcomesOf } from '../bench/chat/outcomes.ts'
import { slackMeeting } from '../bench/slack/mentions.ts'
import { slackAnswering } from '../bench/slack/outcomes.ts'
import { openSlackScene } from '../bench/slack/scene.ts'

const questions = 25

test('posts whose connection drops before and after Slack has taken them are neither lost nor doubled', {
	timeout: 120_000,
}, async ({ signal }) => {
	await using slack = await openSlackScene({ store: 'embedded', clockSpeed: 60 })
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
