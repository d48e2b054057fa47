import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Hono } from 'hono'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { startWebServer } from '../../src/cli/web-server.ts'
import type { JournalEvent } from '../../src/core/journal.ts'
import { aView, delta, outcomes } from '../../tests/support/builders.ts'
import { eventsIn, type ServerSentEvent } from '../../tests/support/event-stream.ts'
import { createMemoryRuns, type MemoryRuns } from '../../tests/support/memory-runs.ts'
import { createHub, type Hub } from './hub.ts'
import type { RunUpdate } from './page-view.ts'
import { createPages } from './pages.ts'
import { conversationOf } from './receive.ts'
import { streamRuns } from './run-stream.ts'

const conversation = conversationOf('0198c0de-0000-7000-8000-000000000001')
const says = (text: string): JournalEvent => delta(text).event

let memory: MemoryRuns
let hub: Hub
let server: Awaited<ReturnType<typeof startWebServer>>
let count: { ended: number }
let ending: AbortController
let trouble: unknown[]

beforeEach(async () => {
	memory = createMemoryRuns()
	trouble = []
	// Of this test alone: streams of the one before may end only now.
	const ofThisTest = { ended: 0 }
	count = ofThisTest
	ending = new AbortController()
	hub = createHub({ ...memory, onTrouble: (error) => void trouble.push(error), pollMs: 100 })
	const { toData } = createPages(() => null)
	const app = new Hono()
	app.get('/:runId?', (context) =>
		streamRuns(context, {
			hub,
			watched: { conversation, runId: context.req.param('runId') ?? null },
			after: context.req.header('last-event-id') ?? null,
			toData: (run) => toData(run, conversation),
			shutdown: ending.signal,
			onEnd: () => {
				ofThisTest.ended += 1
			},
			onTrouble: (error) => void trouble.push(error),
		}),
	)
	server = await startWebServer(
		{ host: '127.0.0.1', port: 0 },
		{ readiness: async () => [], metrics: null },
		{ publicUrl: null, people: [], trustedProxies: [] },
	)
	server.mount(app)
})
afterEach(() => server[Symbol.asyncDispose]())

/** A tab with the conversation, or one run of it. */
type Tab = {
	/** The newest of each run, as the page would keep it. */
	readonly shown: Map<string, RunUpdate>
	readonly events: readonly ServerSentEvent[]
	until(condition: () => boolean): Promise<unknown>
	close(): void
}

async function openTab({ path = '/', lastEventId = '' }: { path?: string; lastEventId?: string } = {}): Promise<Tab> {
	const leaving = new AbortController()
	const headers = lastEventId === '' ? {} : { 'last-event-id': lastEventId }
	const response = await fetch(`http://127.0.0.1:${server.address.port}${path}`, { headers, signal: leaving.signal })
	const shown = new Map<string, RunUpdate>()
	const events: ServerSentEvent[] = []
	const read = async () => {
		for await (const event of eventsIn(response)) {
			events.push(event)
			if (event.event !== 'run') continue
			const update: RunUpdate = JSON.parse(event.data)
			const known = shown.get(update.entry.runId)
			if (known === undefined || known.view.lastSeq <= update.view.lastSeq) shown.set(update.entry.runId, update)
		}
	}
	read().catch(() => {})
	return {
		shown,
		events,
		until: (condition) => vi.waitUntil(condition, { timeout: 5_000, interval: 5 }),
		close: () => leaving.abort(),
	}
}

const answerIn = (tab: Tab, runId: string) => tab.shown.get(runId)?.view.answerText
const isReady = (tab: Tab) => () => tab.events.some(({ event }) => event === 'ready')

describe('a conversation that is followed', () => {
	test('begins with what is there, in its order, and goes on with what happens', async () => {
		const first = memory.begin(conversation)
		const second = memory.begin(conversation)
		memory.append(first, outcomes.end('One.'))
		memory.append(second, says('Tw'))
		const tab = await openTab()
		await tab.until(isReady(tab))
		expect(tab.events.map(({ event, id }) => `${event} ${id}`)).toEqual(['run run-1:1', 'run run-2:1', 'ready '])
		memory.append(second, says('o'), outcomes.end('Two.'))
		await tab.until(() => answerIn(tab, second) === 'Two.')
		expect(tab.shown.get(second)?.view).toMatchObject({ status: 'answered', rests: true, lastSeq: 3 })
	})

	test('shows the same in every tab, also a run that was asked in another one', async () => {
		const tabs = await Promise.all([openTab(), openTab(), openTab()])
		for (const tab of tabs) await tab.until(isReady(tab))
		const runId = memory.begin(conversation, { question: 'From elsewhere?' })
		await hub.changed(conversation)
		memory.append(runId, says('42'))
		for (const tab of tabs) await tab.until(() => answerIn(tab, runId) === '42')
		memory.change(runId, { feedback: [{ personId: 'owner', helpful: true, reason: null }] })
		await hub.changed(conversation)
		for (const tab of tabs) await tab.until(() => tab.shown.get(runId)?.entry.feedback.length === 1)
	})

	test('shows what another process has recorded although nobody says so', async () => {
		const tab = await openTab()
		await tab.until(isReady(tab))
		const runId = memory.begin(conversation)
		await tab.until(() => tab.shown.has(runId))
	})

	test('is read only when something has changed, and all that are open are asked for at once', async () => {
		const calls = { runs: 0, marks: [] as number[] }
		const { conversations } = memory
		const counted = createHub({
			runs: memory.runs,
			conversations: {
				runs: (of) => {
					calls.runs += 1
					return conversations.runs(of)
				},
				marks: (of) => {
					calls.marks.push(of.length)
					return conversations.marks(of)
				},
			},
			onTrouble: (error) => void trouble.push(error),
			pollMs: 10,
		})
		const other = conversationOf('0198c0de-0000-7000-8000-000000000002')
		memory.begin(conversation)
		const seen: string[] = []
		const watches = [conversation, other].map((of) =>
			counted.watch({ conversation: of, runId: null }, ({ entry }) => void seen.push(entry.runId)),
		)
		const untilMarks = (times: number) => {
			const from = calls.marks.length
			return vi.waitUntil(() => calls.marks.length >= from + times, { timeout: 5_000, interval: 2 })
		}
		await Promise.all(watches.map(({ known }) => known))
		await untilMarks(3)
		const before = calls.runs
		await untilMarks(10)
		expect([calls.runs - before, calls.marks.at(-1)]).toEqual([0, 2])
		const runId = memory.begin(other)
		await vi.waitUntil(() => seen.includes(runId), { timeout: 5_000, interval: 2 })
		expect(calls.runs - before).toBe(1)
		for (const watch of watches) watch[Symbol.dispose]()
		const last = calls.marks.length
		await sleep(50)
		expect(calls.marks).toHaveLength(last)
	})

	test('shows a delivered view, unless the journal says more', async () => {
		const runId = memory.begin(conversation)
		const tab = await openTab()
		await tab.until(isReady(tab))
		hub.deliver(runId, aView({ status: 'queued', placeInQueue: 3, lastSeq: 0 }))
		await tab.until(() => tab.shown.get(runId)?.view.placeInQueue === 3)
		memory.append(runId, says('4'), says('2'))
		await tab.until(() => answerIn(tab, runId) === '42')
		hub.deliver(runId, aView({ answer: 'stale', lastSeq: 1 }))
		hub.deliver(runId, aView({ answer: 'newer', lastSeq: 9 }))
		await tab.until(() => answerIn(tab, runId) === 'newer')
		expect(tab.events.some(({ data }) => data.includes('stale'))).toBe(false)
	})

	test('of which one run is asked for, tells of that run alone', async () => {
		const runId = memory.begin(conversation)
		const other = memory.begin(conversation)
		const tab = await openTab({ path: `/${runId}` })
		await tab.until(isReady(tab))
		memory.append(other, says('other'))
		memory.append(runId, says('mine'))
		await tab.until(() => answerIn(tab, runId) === 'mine')
		expect([...tab.shown.keys()]).toEqual([runId])
	})

	test('that is long begins with its newest runs and those that aren’t over; earlier ones come when they change', async () => {
		const runIds = Array.from({ length: 35 }, (_, index) =>
			memory.begin(conversation, { state: index === 1 ? 'waiting' : 'answered' }),
		)
		for (const runId of runIds) memory.append(runId, outcomes.end('Answered.'))
		const tab = await openTab()
		await tab.until(isReady(tab))
		expect([...tab.shown.keys()]).toEqual([runIds[1], ...runIds.slice(5)])
		const [first = ''] = runIds
		memory.change(first, { feedback: [{ personId: 'owner', helpful: true, reason: null }] })
		await tab.until(() => answerIn(tab, first) === 'Answered.')
		expect(tab.shown.get(first)?.entry.feedback).toHaveLength(1)
		expect(tab.shown.size).toBe(32)
	})

	test('sends the newest of many views, at most one every 50 ms', async () => {
		const runId = memory.begin(conversation)
		const tab = await openTab()
		await tab.until(isReady(tab))
		const before = tab.events.length
		const startedAt = performance.now()
		for (let index = 0; index < 200; index += 1) {
			memory.append(runId, says('x'))
			await sleep(1)
		}
		await tab.until(() => answerIn(tab, runId)?.length === 200)
		const most = (performance.now() - startedAt) / 50 + 2
		expect(tab.events.length - before).toBeLessThanOrEqual(most)
	})

	test('goes on after the journal couldn’t be read for a moment', async () => {
		const runId = memory.begin(conversation)
		memory.append(runId, says('4'))
		memory.failReads(2)
		const tab = await openTab()
		await tab.until(() => answerIn(tab, runId) === '4')
		expect(trouble).toHaveLength(2)
		memory.failReads(1)
		memory.append(runId, says('2'))
		await tab.until(() => answerIn(tab, runId) === '42')
	})
})

describe('whoever comes again', () => {
	const longAgo = '2026-01-01T12:00:00.000Z'

	test('gets what they may have missed, and not what had ended long before', async () => {
		const at = (askedAt: string) => ({ askedAt })
		const old = memory.begin(conversation, at(longAgo))
		memory.append(old, outcomes.end('Old.'))
		const waiting = memory.begin(conversation, at(longAgo))
		memory.append(waiting, outcomes.wait('Which one?'))
		const later = new Date(Date.now() + 3_600_000).toISOString()
		const last = memory.begin(conversation, at(later))
		memory.append(last, outcomes.end('Last.'))
		const tab = await openTab({ lastEventId: `${last}:1` })
		await tab.until(isReady(tab))
		expect(tab.shown.has(waiting)).toBe(true)
		expect(tab.shown.has(old)).toBe(false)
	})

	test('misses nothing that ended meanwhile, however long ago it was asked', async () => {
		const slow = memory.begin(conversation, { askedAt: longAgo })
		const quick = memory.begin(conversation)
		memory.append(quick, outcomes.end('Quick.'))
		const tab = await openTab()
		await tab.until(isReady(tab))
		tab.close()
		memory.append(slow, outcomes.end('Slow.'))
		const again = await openTab({ lastEventId: `${quick}:1` })
		await again.until(isReady(again))
		expect(answerIn(again, slow)).toBe('Slow.')
	})

	test('with an id that means nothing gets everything', async () => {
		const runId = memory.begin(conversation, { askedAt: longAgo })
		memory.append(runId, outcomes.end('Old.'))
		for (const lastEventId of ['unknown:3', 'x', ':']) {
			const tab = await openTab({ lastEventId })
			await tab.until(isReady(tab))
			expect([...tab.shown.keys()]).toEqual([runId])
		}
	})
})

describe('a connection', () => {
	test('that is closed leaves nothing behind', async () => {
		const runs = [memory.begin(conversation), memory.begin(conversation)]
		const tabs = await Promise.all(Array.from({ length: 20 }, () => openTab()))
		for (const tab of tabs) await tab.until(isReady(tab))
		expect([hub.followed(), memory.followers()]).toEqual([3, 2])
		for (const tab of tabs) tab.close()
		await vi.waitUntil(() => count.ended === 20 && hub.followed() === 0 && memory.followers() === 0, { timeout: 5_000 })
		memory.append(runs[0] ?? '', says('Nobody is there.'))
		expect(trouble).toEqual([])
	})

	test('that is closed before anything was sent leaves nothing behind either', async () => {
		memory.begin(conversation)
		for (let index = 0; index < 20; index += 1) {
			const tab = await openTab()
			tab.close()
		}
		await vi.waitUntil(() => count.ended === 20 && hub.followed() === 0 && memory.followers() === 0, { timeout: 5_000 })
	})

	test('that takes nothing holds nobody up, and gets the newest when it does', async () => {
		const runId = memory.begin(conversation)
		const tab = await openTab()
		await tab.until(isReady(tab))
		const slow = connect(server.address.port, '127.0.0.1')
		slow.on('error', () => {})
		slow.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
		await once(slow, 'readable')
		slow.pause()
		// No Markdown, so that making the views takes no time: only sending them does.
		const big = 'Who answers. '.repeat(100_000)
		for (let lastSeq = 1; lastSeq <= 20; lastSeq += 1) {
			hub.deliver(runId, aView({ disclosure: big, lastSeq }))
			await tab.until(() => tab.shown.get(runId)?.view.lastSeq === lastSeq)
		}
		hub.deliver(runId, aView({ status: 'answered', answer: 'The end.', lastSeq: 21 }))
		await tab.until(() => answerIn(tab, runId) === 'The end.')
		let received = ''
		slow.on('data', (chunk: Buffer) => {
			received += chunk.toString()
		})
		slow.resume()
		await vi.waitUntil(() => received.includes('The end.'), { timeout: 5_000 })
		expect(received.split('event: run').length).toBeLessThan(20)
		slow.destroy()
		await vi.waitUntil(() => count.ended === 1, { timeout: 5_000 })
	}, 20_000)

	test('ends when the server does', async () => {
		memory.begin(conversation)
		const tab = await openTab()
		await tab.until(isReady(tab))
		ending.abort()
		await vi.waitUntil(() => count.ended === 1 && hub.followed() === 0, { timeout: 5_000 })
	})
})

test('a connection on which nothing happens is kept alive', async () => {
	vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
	try {
		const tab = await openTab()
		vi.advanceTimersByTime(15_000)
		vi.useRealTimers()
		await tab.until(() => tab.events.some(({ event }) => event === 'comment'))
		tab.close()
	} finally {
		vi.useRealTimers()
	}
})
