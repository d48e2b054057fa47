import { webApi } from '@slack/bolt'
import { acceptedAtMs } from '../../src/core/accepted-at.ts'
import { inOrder, readMark } from './mark.ts'
import { attachedName } from './show.ts'
import type { Thread } from './thread.ts'

/** Slack's clock and ours differ by less. */
const clocksDifferMs = 300_000
/** More replies than this aren't looked for at once. */
const mostBegun = 1_000

/** How far a thread was read for the messages of a run. */
type Search = {
	readonly found: { readonly ts: string; readonly part: number }[]
	readonly attached: string[]
	cursor: string | null
}

/**
 * Finds the messages of a run in a thread. An app that is sold outside of Slack's marketplace may read one page a minute, so whoever
 * asks again goes on where Slack took no more.
 */
export function createFindMarked(web: webApi.WebClient) {
	const begun = new Map<string, Search>()
	return async (thread: Thread, runId: string): Promise<readonly string[]> => {
		const key = JSON.stringify([thread.channelId, thread.threadId, runId])
		const search = begun.get(key) ?? { found: [], attached: [], cursor: null }
		begun.set(key, search)
		for (const oldest of [...begun.keys()].slice(0, -mostBegun)) begun.delete(oldest)
		try {
			do await readPage(web, thread, runId, search)
			while (search.cursor !== null)
		} catch (error) {
			if (!(error instanceof webApi.WebAPIRateLimitedError)) begun.delete(key)
			throw error
		}
		begun.delete(key)
		return [...inOrder(search.found), ...search.attached]
	}
}

async function readPage(
	web: webApi.WebClient,
	{ channelId: channel, threadId: ts }: Thread,
	runId: string,
	search: Search,
): Promise<void> {
	const { cursor, found, attached } = search
	const asked = {
		channel,
		ts,
		include_all_metadata: true,
		...sinceAccepted(runId),
		...(cursor === null ? {} : { cursor }),
	}
	const page = await web.conversations.replies(asked).catch((error: unknown) => {
		// Whoever asked has deleted the question, and nobody has answered it.
		if (error instanceof webApi.WebAPIPlatformError && error.data.error === 'thread_not_found') return null
		throw error
	})
	for (const message of page?.messages ?? []) {
		const mark = readMark(message)
		if (message.ts !== undefined && mark?.runId === runId) found.push({ ts: message.ts, part: mark.part })
		attached.push(...(message.files ?? []).flatMap(({ id, name }) => (id && name === attachedName(runId) ? [id] : [])))
	}
	search.cursor = page?.response_metadata?.next_cursor || null
}

/** A run's messages are younger than the run: in a long thread, what came before needn't be read. */
function sinceAccepted(runId: string): { readonly oldest?: string } {
	const acceptedAt = acceptedAtMs(runId)
	return acceptedAt === null ? {} : { oldest: String((acceptedAt - clocksDifferMs) / 1_000) }
}
