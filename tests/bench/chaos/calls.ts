import type { RecordedEvent, RecordedRequest, RunAttempt } from './records.ts'

/** A worker that was killed. */
export type Kill = {
	/** Milliseconds since the epoch. */
	readonly at: number
	/** What it was working on. */
	readonly held: readonly RunAttempt[]
}

export type CallFigures = {
	readonly calls: number
	/** Calls whose reply was worked out more than once. */
	readonly repeatedCalls: number
	/** Calls that were made again, whatever became of them before. */
	readonly callsMadeAgain: number
	/** Calls that a killed worker had made and whose result hadn't reached the journal. */
	readonly callsInFlightAtKills: number
	/** Calls that were made again although no worker was killed in the middle of them. */
	readonly unexplainedRepeats: number
	/** Calls that were made when their result was in the journal already, and results that were written twice. */
	readonly recordedResultsComputedTwice: number
}

/** What became of model calls: the journals say which results are there, the model server's log says what was asked of it. */
export function judgeCalls(
	events: readonly RecordedEvent[],
	requests: readonly RecordedRequest[],
	kills: readonly Kill[],
): CallFigures {
	const calls = callsIn(events, requests)
	const killed = new Set(kills.flatMap(({ held }) => held.map(attemptName)))
	const madeAgain = calls.filter(({ made }) => made.length > 1)
	return {
		calls: calls.length,
		repeatedCalls: calls.filter(({ made }) => made.filter(({ outcome }) => outcome === 'completed').length > 1).length,
		callsMadeAgain: madeAgain.length,
		callsInFlightAtKills: calls.flatMap(({ unrecordedIn }) => unrecordedIn.filter((attempt) => killed.has(attempt)))
			.length,
		unexplainedRepeats: madeAgain.filter(({ made }) => made.slice(0, -1).some(({ attempt }) => !killed.has(attempt)))
			.length,
		recordedResultsComputedTwice:
			calls.filter(({ made, recordedAt }) => made.some(({ startedAt }) => startedAt > (recordedAt ?? Infinity)))
				.length + countWrittenTwice(events),
	}
}

type MadeCall = { readonly startedAt: number; readonly outcome: RecordedRequest['outcome']; readonly attempt: string }

type Call = {
	/** Every time that the model server was asked, in order. */
	readonly made: readonly MadeCall[]
	/** When its result reached the journal first. */
	readonly recordedAt: number | null
	/** The attempts that made it without recording its result. */
	readonly unrecordedIn: readonly string[]
}

function callsIn(events: readonly RecordedEvent[], requests: readonly RecordedRequest[]): readonly Call[] {
	const journals = Map.groupBy(events, ({ runId }) => runId)
	const ends = Map.groupBy(
		events.filter(({ kind }) => kind === 'model-call-end'),
		callName,
	)
	return [...Map.groupBy(requests, ({ call }) => call)].map(([call, made]) => {
		const runId = call.slice(0, call.indexOf('/'))
		const journal = journals.get(runId) ?? []
		const recorded = ends.get(call) ?? []
		const attempts = made.map((request) => attemptName({ runId, attempt: attemptAt(journal, request.startedAt) }))
		const recordedIn = new Set(recorded.map(attemptName))
		return {
			made: made
				.map(({ startedAt, outcome }, index) => ({ startedAt, outcome, attempt: attempts[index] ?? '' }))
				.toSorted((left, right) => left.startedAt - right.startedAt),
			recordedAt: recorded.length === 0 ? null : Math.min(...recorded.map(({ at }) => at)),
			unrecordedIn: [...new Set(attempts)].filter((attempt) => !recordedIn.has(attempt)),
		}
	})
}

/** The attempt under way at a time: each begins by writing to the journal, before it asks anything. */
function attemptAt(journal: readonly RecordedEvent[], time: number): number {
	return journal.findLast(({ at, attempt }) => attempt > 0 && Math.floor(at) <= time)?.attempt ?? 0
}

function attemptName({ runId, attempt }: RunAttempt): string {
	return `${runId} ${attempt}`
}

/** As the header of the request has it. */
function callName({ runId, nodeId, callKey }: RecordedEvent): string {
	return encodeURI(`${runId}/${nodeId}/${callKey}`)
}

/** How many results of calls and stages the journals hold more than once. */
function countWrittenTwice(events: readonly RecordedEvent[]): number {
	const results = events.filter(({ kind }) => kind === 'model-call-end' || kind === 'stage-end')
	return results.length - new Set(results.map((event) => `${event.kind} ${callName(event)}`)).size
}

/**
 * How long the longest of the runs that lost their worker waited for the next one. Not counted where that was killed as well before
 * it could write anything.
 */
export function slowestTakeoverMs(events: readonly RecordedEvent[], kills: readonly Kill[]): number {
	const journals = Map.groupBy(events, ({ runId }) => runId)
	const waits = kills.flatMap(({ at, held }) =>
		held.flatMap(({ runId, attempt }) => {
			const next = journals.get(runId)?.find((event) => event.attempt === attempt + 1)
			return next === undefined ? [] : [next.at - at]
		}),
	)
	return Math.max(0, ...waits)
}
