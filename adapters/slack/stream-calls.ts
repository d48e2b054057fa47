import type { webApi } from '@slack/bolt'
import { type Mark, markOf } from './mark.ts'
import type { StreamChunk } from './stream-plan.ts'
import type { Thread } from './thread.ts'

/** Whom a stream is for: in a channel, Slack wants to know. */
export type Recipient = { readonly userId: string; readonly teamId: string }

/** A message that is streamed, or was. */
export type StreamedMessage = { readonly thread: Thread; readonly ts: string; readonly mark: Mark }

/** What is asked of Slack about messages that are streamed. */
export type StreamCalls = {
	/** Returns the message's timestamp. A stream can't be marked before it ends: what stands in it has to tell whose it is. */
	startStream(thread: Thread, recipient: Recipient, chunks: readonly StreamChunk[]): Promise<string>
	appendStream(thread: Thread, ts: string, chunks: readonly StreamChunk[]): Promise<void>
	stopStream(message: StreamedMessage, chunks: readonly StreamChunk[]): Promise<void>
}

type Call = <Result>(what: string, request: () => Promise<Result>) => Promise<Result>

export function createStreamCalls(web: webApi.WebClient, call: Call): StreamCalls {
	return {
		startStream: ({ channelId, threadId }, { userId, teamId }, chunks) =>
			call(`${channelId} start`, async () => {
				const { ts = '' } = await web.chat.startStream({
					channel: channelId,
					thread_ts: threadId,
					recipient_user_id: userId,
					recipient_team_id: teamId,
					task_display_mode: 'plan',
					chunks: [...chunks],
				})
				return ts
			}),
		appendStream: ({ channelId }, ts, chunks) =>
			call(`${channelId} append`, async () => {
				await web.chat.appendStream({ channel: channelId, ts, chunks: [...chunks] })
			}),
		stopStream: ({ thread: { channelId }, ts, mark }, chunks) =>
			call(`${channelId} stop`, async () => {
				const ending = chunks.length === 0 ? {} : { chunks: [...chunks] }
				await web.chat.stopStream({ channel: channelId, ts, metadata: markOf(mark), ...ending })
			}),
	}
}
