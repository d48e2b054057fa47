import { z } from 'zod'
import { textContent } from '../../src/core/content.ts'
import type { IncomingMessage, SaidMessage } from '../../src/core/conversation.ts'
import { english } from '../../src/rendering/index.ts'
import { type RepliesRange, type SlackClient, smallPage } from './client.ts'
import { readSaid, type Self } from './receive.ts'
import { isTooFast } from './refusals.ts'

/** So many pages of a thread that nobody reads more of it at once. */
const mostPages = 10
/** A prompt takes no more of a conversation than this many of its newest messages are sure to fill. */
const mostOfThread = 40
/** People don't write evenly, so there is room in a page for some more. */
const nearest = 10

export type EarlierParts = { readonly client: Pick<SlackClient, 'root' | 'replies' | 'person'>; readonly self: Self }

/**
 * What was said in a thread before a message: its first message and the newest ones. An app that is sold outside of Slack's
 * marketplace may read one page a minute: of a long thread, that is the one nearest to the message. What is missing is said.
 */
export async function readEarlier(
	{ id, conversation }: Pick<IncomingMessage, 'id' | 'conversation'>,
	{ client, self }: EarlierParts,
): Promise<readonly SaidMessage[]> {
	const { channelId, threadId } = conversation
	const [, before = ''] = id.split(':')
	const read = (range: RepliesRange) => readRange((cursor) => client.replies(conversation, range, cursor))
	const root = await client.root(conversation).catch(unlessTooFast)
	const since = startOfNearest(root, before)
	const near = await read({ after: since, before })
	const isEnough = since === null || near.messages.length >= mostOfThread
	const far = isEnough
		? { messages: [], isWhole: true }
		: await read({ after: null, before: justAfter(since) }).catch(unlessTooFast)
	const saidIn = (messages: readonly unknown[] = []): readonly Said[] =>
		messages.flatMap((message) => readSaid(message, channelId, self) ?? []).filter(({ ts }) => ts < before)
	const first = saidIn([root, ...near.messages]).find(({ ts }) => ts === threadId)
	const others = [
		...saidIn(far?.messages),
		...(far?.isWhole === true ? [] : [gap]),
		...saidIn(near.messages),
		...(near.isWhole ? [] : [gap]),
	].filter((part) => part === gap || part.ts !== threadId)
	const isCut = others.length > mostOfThread
	const parts = [...(first === undefined ? [] : [first]), ...(isCut ? [gap] : []), ...others.slice(-mostOfThread)]
	const told = parts.map(async (part, index) =>
		part === gap ? missingAfter(parts[index - 1] ?? null) : [await named(part, client)],
	)
	return (await Promise.all(told)).flat()
}

type Said = NonNullable<ReturnType<typeof readSaid>>

/** Where messages are missing. */
const gap = null

function missingAfter(before: Said | typeof gap): readonly SaidMessage[] {
	if (before === gap) return []
	const { id, sentAt } = before
	// Of what was sent at once, that comes first which is written down first.
	return [{ id: `${id}:missing`, sentAt, author: slack, content: [...textContent(english.chat.messagesMissing)] }]
}

const slack = { id: 'USLACK', name: 'Slack' }

const rootSchema = z.object({ ts: z.string(), reply_count: z.number() })

/** After when there is about one page before a message, which is a reply itself; null where that is all of its thread. */
function startOfNearest(root: unknown, before: string): string | null {
	const { data } = rootSchema.safeParse(root)
	if (data === undefined || data.reply_count <= smallPage) return null
	return (Number(before) - ((Number(before) - Number(data.ts)) * nearest) / data.reply_count).toFixed(6)
}

/** What was said in that very moment is in neither of the two ranges that it parts. */
function justAfter(ts: string): string {
	return (Number(ts) + 0.000_001).toFixed(6)
}

type ReadPage = (cursor: string | null) => ReturnType<SlackClient['replies']>

/** Page by page, as far as Slack's rate allows. */
async function readRange(readPage: ReadPage) {
	const messages: unknown[] = []
	let cursor: string | null = null
	for (let pages = 0; pages < mostPages; pages += 1) {
		const page: Awaited<ReturnType<ReadPage>> | null =
			pages === 0 ? await readPage(cursor) : await readPage(cursor).catch(unlessTooFast)
		messages.push(...(page?.messages ?? []))
		if (page === null) break
		cursor = page.next
		if (cursor === null) return { messages, isWhole: true }
	}
	return { messages, isWhole: false }
}

function unlessTooFast(error: unknown): null {
	if (!isTooFast(error)) throw error
	return null
}

/** Slack tells who has written by their id; of other software it tells the name as well. */
async function named({ author, ...said }: Said, client: EarlierParts['client']): Promise<SaidMessage> {
	const { id, content, sentAt } = said
	if (author === null) return { id, content, sentAt, author }
	const name = author.name ?? (await client.person(author.id)).name
	return { id, content, sentAt, author: { id: author.id, name } }
}
