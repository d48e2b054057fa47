import { setTimeout as sleep } from 'node:timers/promises'
import type { Context } from 'hono'
import { type SSEStreamingApi, streamSSE } from 'hono/streaming'
import type { RunEntry } from '../../src/core/conversation-reader.ts'
import { isFinal, rests } from '../../src/core/reply-view.ts'
import type { Hub, RunNow, Watched } from './hub.ts'

export type RunStreamOptions = {
	readonly hub: Pick<Hub, 'watch'>
	readonly watched: Watched
	/** The id of the last event that the reader has seen; null at the beginning. */
	readonly after: string | null
	/** The data of an event, as JSON. */
	readonly toData: (run: RunNow) => string
	/** Ends the stream; the reader may come back. */
	readonly shutdown: AbortSignal
	/** Called once when the stream has ended, for whatever reason. */
	readonly onEnd: () => void
	readonly onTrouble: (error: unknown) => void
}

/** The least time between two views of a run. */
const gapMs = 50
/** What is costly to make is made less often, so that no run takes the whole process. */
const gapPerCost = 10
/** A connection that is silent for longer may be taken for dead by whatever lies between. */
const heartbeatMs = 15_000
/** Whoever has taken nothing for so long has gone away without saying so. */
const patienceMs = 60_000
const reconnectMs = 1_000

/**
 * Server-sent events with the newest view of every run: first what is there, then `ready`, then what changes. Of the views that come
 * while one is being sent only the newest is kept, so a slow reader gets fewer of them and holds nobody up.
 */
export function streamRuns(context: Context, options: RunStreamOptions): Response {
	// Proxies of this kind would collect the events.
	context.header('X-Accel-Buffering', 'no')
	return streamSSE(context, async (stream) => {
		try {
			await sendRuns(stream, options)
		} catch (error) {
			options.onTrouble(error)
		} finally {
			options.onEnd()
		}
	})
}

async function sendRuns(stream: SSEStreamingApi, options: RunStreamOptions): Promise<void> {
	const left = new AbortController()
	stream.onAbort(() => left.abort())
	const ended = AbortSignal.any([left.signal, options.shutdown])
	const outbox = createOutbox(ended)
	using watch = options.hub.watch(options.watched, outbox.put)
	const line = createLine(stream)
	using _heart = startHeart(line, () => stream.abort())
	await line.write(`retry: ${reconnectMs}\n\n`)
	await Promise.race([watch.known, outbox.over])
	const send = (run: RunNow) => {
		const startedAt = performance.now()
		const event = toEvent(run, options.toData(run))
		outbox.pause(run.entry.runId, gapPerCost * (performance.now() - startedAt))
		return line.write(event)
	}
	for (const run of since(options.after, watch.runs())) {
		if (ended.aborted) return
		await send(run)
	}
	await line.write('event: ready\ndata: {}\n\n')
	while (!ended.aborted) {
		const run = await outbox.next()
		if (run !== null) await send(run)
	}
}

function toEvent({ entry, view }: RunNow, data: string): string {
	return `id: ${entry.runId}:${view.lastSeq}\nevent: run\ndata: ${data}\n\n`
}

/**
 * What whoever has seen that event may not have seen: what isn't finished, and whatever has changed since the run of the event was
 * asked. That is more than is needed, but a view may come again, and none may be missed.
 */
function since(after: string | null, runs: readonly RunNow[]): readonly RunNow[] {
	const seen = runs.find(({ entry }) => after?.startsWith(`${entry.runId}:`))
	return seen === undefined ? runs : runs.filter((run) => !hadEndedBefore(run, seen.entry))
}

function hadEndedBefore({ view, changedAt }: RunNow, { askedAt }: RunEntry): boolean {
	return isFinal(view) && changedAt !== null && Date.parse(changedAt) + clockSkewMs < Date.parse(askedAt)
}

/** Between the processes that write journals and the one that records questions. */
const clockSkewMs = 60_000

/** The newest of each run that is still to be sent, whichever has waited longest first. */
function createOutbox(ended: AbortSignal) {
	const waiting = new Map<string, RunNow>()
	const pauses = new Map<string, { readonly beganAt: number; readonly ms: number }>()
	const over = Promise.withResolvers<void>()
	let filled = Promise.withResolvers<void>()
	const end = () => {
		over.resolve()
		filled.resolve()
	}
	if (ended.aborted) end()
	else ended.addEventListener('abort', end, { once: true })
	const dueInMs = ({ entry, view }: RunNow) => {
		const pause = pauses.get(entry.runId)
		if (pause === undefined) return 0
		// For an outcome nobody waits longer than they must.
		const ms = rests(view) ? gapMs : Math.max(gapMs, pause.ms)
		return Math.max(0, pause.beganAt + ms - performance.now())
	}
	const takeDue = (): RunNow | null => {
		for (const [runId, run] of waiting) {
			if (dueInMs(run) > 0) continue
			waiting.delete(runId)
			return run
		}
		return null
	}
	return {
		over: over.promise,
		put: (run: RunNow) => {
			waiting.set(run.entry.runId, run)
			filled.resolve()
		},
		/** Holds back what comes of a run for so long from now, but at least as long as any. */
		pause: (runId: string, ms: number) => void pauses.set(runId, { beganAt: performance.now(), ms }),
		/** Null when nothing is due yet, or it is over. */
		next: async (): Promise<RunNow | null> => {
			const due = takeDue()
			if (due !== null || ended.aborted) return due
			filled = Promise.withResolvers<void>()
			const waitMs = Math.min(...[...waiting.values()].map(dueInMs))
			if (waiting.size === 0) await filled.promise
			// A pause ends early for an outcome.
			else await Promise.race([sleep(waitMs, undefined, { signal: ended }).catch(() => {}), filled.promise])
			return takeDue()
		},
	}
}

/** Writes one thing at a time. `busySince` is when the write that is under way began. */
function createLine(stream: SSEStreamingApi) {
	let busySince: number | null = null
	return {
		write: async (text: string) => {
			busySince = performance.now()
			await stream.write(text)
			busySince = null
		},
		busySince: () => busySince,
	}
}

function startHeart(line: ReturnType<typeof createLine>, giveUp: () => void): Disposable {
	const timer = setInterval(() => {
		const busySince = line.busySince()
		if (busySince === null) void line.write(': still here\n\n')
		else if (performance.now() - busySince > patienceMs) giveUp()
	}, heartbeatMs)
	return { [Symbol.dispose]: () => clearInterval(timer) }
}
