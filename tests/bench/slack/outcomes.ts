import type { SlackCall } from '../../support/slack/calls.ts'
import type { LocalSlack } from '../../support/slack/local-slack.ts'
import type { Written } from '../../support/slack/person.ts'
import { readableBlocks } from '../../support/slack-app.ts'
import { expectedResult } from '../chat/mentions.ts'
import type { Answering } from '../chat/outcomes.ts'

type Reply = ReturnType<LocalSlack['messages']>[number]

/** Answers stand in the threads of their questions. */
export function slackAnswering(slack: LocalSlack): Answering<Written, Reply> {
	return {
		repliesTo: ({ channel, ts }) => slack.messages(channel, ts).filter(({ isFromBot }) => isFromBot),
		isAnswer: ({ blocks }) => {
			const text = readableBlocks(blocks)
			return text.includes(expectedResult) && text.includes('Think harder')
		},
		settled: slack.settled,
	}
}

/** What a call is about: a message of a run, or else a thread or a person. */
export function slackPurposeOf({ method, arguments: given }: SlackCall): string {
	const { channel, channel_id, thread_ts, ts, user, metadata } = given
	const about = metadata === undefined ? [thread_ts ?? ts, user] : [JSON.stringify(metadata)]
	return [method, channel ?? channel_id, ...about].join(' ')
}
