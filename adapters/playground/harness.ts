import { randomUUID } from 'node:crypto'
import type { Nodes } from 'hast'
import { eventsIn } from '../../tests/support/event-stream.ts'
import { createMemoryRuns } from '../../tests/support/memory-runs.ts'
import type { StartHarness } from '../../tests/support/platform-harness.ts'
import { type RunningPlayground, startPlayground } from '../../tests/support/playground.ts'
import type { RunUpdate } from './page-view.ts'
import { conversationOf } from './receive.ts'

export const hasPeople = true

/** See `find` in index.ts. */
export const findsNothing = 'the page shows each run once, from its journal, so what is posted again changes nothing'

const runId = 'run-1'

/** The playground with somebody who has the conversation open in a tab, over real HTTP. */
export const startHarness: StartHarness = async (events) => {
	const threadId = randomUUID()
	const conversation = conversationOf(threadId)
	const memory = createMemoryRuns()
	memory.begin(conversation, { runId })
	const playground = await startPlayground({
		memory,
		events: {
			...events,
			message: async (message) => {
				await events.message(message)
				memory.begin(conversation, { messageId: message.id, asker: message.author, askedAt: message.sentAt })
			},
		},
	})
	const leaving = new AbortController()
	// What is delivered reaches those who look: this tab stays open.
	const tab = await playground.request(`/api/v1/conversations/${threadId}/events`, { signal: leaving.signal })
	await readUntilReady(tab)
	const messages = `/conversations/${threadId}/messages`
	const post = async (path: string, body?: unknown, method = 'POST') => {
		const { status, body: answer } = await playground.api(method, path, body)
		if (status >= 300) throw new Error(`${status}: ${JSON.stringify(answer)}`)
	}
	let lastMessage = { messageId: '', text: '' }
	return {
		platform: playground.platform,
		conversation,
		seen: async () => {
			const shown = (await openedNow(playground, threadId)).find(({ entry }) => entry.runId === runId)
			return shown === undefined || shown.view.lastSeq === 0 ? [] : [{ text: readable(shown), pinged: [] }]
		},
		person: {
			id: 'owner',
			ask: async (text) => {
				lastMessage = { messageId: randomUUID(), text }
				await post(messages, lastMessage)
			},
			repeat: () => post(messages, lastMessage),
			edit: (text) => post(`${messages}/${lastMessage.messageId}`, { text }, 'PUT'),
			stop: (id) => post(`/runs/${id}/stop`),
			answerNow: (id) => post(`/runs/${id}/answer-now`),
			again: (id, kind) => post(`/runs/${id}/again`, { kind }),
			feedback: (id, { helpful, reason }) =>
				post(`/runs/${id}/feedback`, { helpful, ...(reason === null ? {} : { reason }) }),
		},
		[Symbol.asyncDispose]: async () => {
			leaving.abort()
			await playground[Symbol.asyncDispose]()
		},
	}
}

/** What a tab shows that is opened now. */
async function openedNow(playground: RunningPlayground, threadId: string): Promise<readonly RunUpdate[]> {
	const leaving = new AbortController()
	const stream = await playground.request(`/api/v1/conversations/${threadId}/events`, { signal: leaving.signal })
	const updates = await readUntilReady(stream)
	leaving.abort()
	return updates
}

/** Reads on in the background, as a tab does. */
async function readUntilReady(stream: Response): Promise<readonly RunUpdate[]> {
	const updates: RunUpdate[] = []
	const events = eventsIn(stream)
	for (let next = await events.next(); next.done !== true; next = await events.next()) {
		if (next.value.event === 'ready') break
		if (next.value.event === 'run') updates.push(JSON.parse(next.value.data))
	}
	const readOn = async () => {
		while ((await events.next()).done !== true);
	}
	readOn().catch(() => {})
	return updates
}

/** All that the page can make readable, with every stage opened. */
function readable({ view }: RunUpdate): string {
	const { texts, stages, error } = view
	const steps = stages.flatMap(({ title, summary, details, notices }) => [
		title,
		textOf(summary),
		...details.map(textOf),
		...notices,
	])
	const lines = [texts.stopped, textOf(view.answer), texts.skipped, error?.message, error?.fix, view.disclosure]
	return [...lines, texts.queued, texts.routed, ...steps, texts.facts.join(' · ')].filter(Boolean).join('\n')
}

function textOf(node: Nodes): string {
	if (node.type === 'text') return node.value
	return 'children' in node ? node.children.map(textOf).join('') : ''
}
