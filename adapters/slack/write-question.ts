import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { SlackClient, Written } from './client.ts'
import { readQuestionMark } from './mark.ts'
import { isRefusal, waitMsOf } from './refusals.ts'

/** Nobody waits longer until they see what they have asked. */
const longestWaitMs = 60_000

/** Writes down in a channel, or to a person by their id, what somebody has asked with a command, once. Returns where it stands. */
export async function writeQuestion(
	client: Pick<SlackClient, 'postQuestion' | 'newest'>,
	channelId: string,
	asked: { readonly name: string; readonly text: string },
): Promise<Written> {
	const question = { ...asked, id: randomUUID() }
	const endsAt = performance.now() + longestWaitMs
	for (;;) {
		try {
			return await client.postQuestion(channelId, question)
		} catch (error) {
			const waitMs = waitMsOf(error)
			const found = waitMs === null && !isRefusal(error) ? await find(client, channelId, question.id) : null
			if (found !== null) return { channelId, ts: found }
			if (waitMs === null || performance.now() + waitMs > endsAt) throw error
			await sleep(waitMs)
		}
	}
}

/** Where Slack doesn't tell, it isn't there. */
async function find(client: Pick<SlackClient, 'newest'>, channelId: string, id: string): Promise<string | null> {
	const messages = await client.newest(channelId).catch(() => [])
	return messages.map(readQuestionMark).find((mark) => mark?.id === id)?.ts ?? null
}
