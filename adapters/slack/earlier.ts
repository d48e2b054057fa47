import type { IncomingMessage, SaidMessage } from '../../src/core/conversation.ts'
import type { SlackClient } from './client.ts'
import { readSaid, type Self } from './receive.ts'
import { isTooFast } from './refusals.ts'

/** So many messages of a thread that nobody reads more of it at once. */
const mostPages = 10

export type EarlierParts = { readonly client: Pick<SlackClient, 'replies' | 'person'>; readonly self: Self }

/**
 * What was said in a thread before a message, its beginning first. An app that is sold outside of Slack's marketplace may read one page a
 * minute: then it is the beginning alone.
 */
export async function readEarlier(
	{ id, conversation }: Pick<IncomingMessage, 'id' | 'conversation'>,
	{ client, self }: EarlierParts,
): Promise<readonly SaidMessage[]> {
	const [, before = ''] = id.split(':')
	const found: unknown[] = []
	let cursor: string | null = null
	for (let pages = 0; pages < mostPages; pages += 1) {
		const page: Awaited<ReturnType<SlackClient['replies']>> = await client
			.replies(conversation, before, cursor)
			.catch((error: unknown) => {
				if (pages === 0 || !isTooFast(error)) throw error
				return { messages: [], next: null }
			})
		found.push(...page.messages)
		cursor = page.next
		if (cursor === null) break
	}
	const said = found.flatMap((message) => readSaid(message, conversation.channelId, self) ?? [])
	return Promise.all(said.filter(({ ts }) => ts < before).map((message) => named(message, client)))
}

type Said = NonNullable<ReturnType<typeof readSaid>>

/** Slack tells who has written by their id; of other software it tells the name as well. */
async function named({ author, ...said }: Said, client: EarlierParts['client']): Promise<SaidMessage> {
	const { id, content, sentAt } = said
	if (author === null) return { id, content, sentAt, author }
	const name = author.name ?? (await client.person(author.id)).name
	return { id, content, sentAt, author: { id: author.id, name } }
}
