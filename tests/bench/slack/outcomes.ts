import { z } from 'zod'
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

const begins: ReadonlySet<string> = new Set(['chat.postMessage', 'chat.startStream'])
const changes: ReadonlySet<string> = new Set([
	...['chat.update', 'chat.delete', 'chat.appendStream', 'chat.stopStream'],
])
const markSchema = z.object({ event_payload: z.object({ part: z.number() }) })

/**
 * What a call is about, whichever attempt it is, and whichever way leads there: that a message comes, or that one that is there
 * shows something else or goes; else a thread or a person.
 */
export function slackPurposeOf({ method, arguments: given }: SlackCall): string {
	const { channel, channel_id, thread_ts, ts, user, metadata } = given
	if (begins.has(method)) {
		const part = markSchema.safeParse(metadata).data?.event_payload.part ?? 0
		return ['begin', channel, thread_ts, part].join(' ')
	}
	if (changes.has(method)) return ['change', channel, ts].join(' ')
	return [method, channel ?? channel_id, thread_ts ?? ts, user].join(' ')
}
