import { z } from 'zod'
import { eventsIn } from '../../support/event-stream.ts'

/** Clients that follow conversations, one each. Disposing ends them. */
export type Followers = AsyncDisposable & {
	/** How many views have come, of all runs together. */
	events(): number
}

const updateSchema = z.object({
	entry: z.object({ runId: z.string() }),
	view: z.object({ rests: z.boolean() }),
})

/**
 * Follows each conversation over HTTP from its beginning, and resolves when all have told what is there. In those of `atWork`,
 * whatever ends is begun anew, so that something goes on there at any time.
 */
export async function followAll(
	url: string,
	threadIds: readonly string[],
	atWork: ReadonlySet<string>,
): Promise<Followers> {
	const leaving = new AbortController()
	let events = 0
	const count = () => {
		events++
	}
	const follow = async (threadId: string, begun: () => void) => {
		const response = await fetch(`${url}/api/v1/conversations/${threadId}/events`, { signal: leaving.signal })
		if (!response.ok) throw new Error(`A conversation could not be followed: ${await response.text()}`)
		for await (const ended of endedRuns(response, { begun, count })) {
			if (atWork.has(threadId)) await beginAgain(url, ended, leaving.signal)
		}
	}
	const following: Promise<void>[] = []
	await Promise.all(
		threadIds.map(async (threadId) => {
			const begun = Promise.withResolvers<void>()
			const followed = follow(threadId, begun.resolve)
			followed.catch(begun.reject)
			following.push(followed)
			await begun.promise
		}),
	)
	return {
		events: () => events,
		[Symbol.asyncDispose]: async () => {
			leaving.abort()
			await Promise.allSettled(following)
		},
	}
}

type Heard = {
	/** Everything has been told that was there at the beginning. */
	begun(): void
	/** A view has come. */
	count(): void
}

/** The last run that had ended at the beginning, then each that ends, once: a view may come more than once. */
async function* endedRuns(response: Response, { begun, count }: Heard): AsyncGenerator<string, void> {
	const ended = new Set<string>()
	let isLive = false
	let last = ''
	for await (const { event, data } of eventsIn(response)) {
		if (event === 'ready') {
			isLive = true
			begun()
			yield last
		}
		if (event !== 'run') continue
		count()
		const { entry, view } = updateSchema.parse(JSON.parse(data))
		last = entry.runId
		const isNews = view.rests && !ended.has(last)
		if (isNews) ended.add(last)
		if (isNews && isLive) yield last
	}
}

async function beginAgain(url: string, runId: string, signal: AbortSignal): Promise<void> {
	const response = await fetch(`${url}/api/v1/runs/${runId}/again`, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify({ kind: 'regenerate' }),
		signal,
	})
	if (!response.ok) throw new Error(`A run could not be begun again: ${await response.text()}`)
	await response.body?.cancel()
}
