import { describe, expect, test } from 'vitest'
import { judgeCalls, type Kill, slowestTakeoverMs } from './calls.ts'
import type { RecordedEvent, RecordedRequest } from './records.ts'

const runId = 'run-1'
const callKey = 'plan-1'

/** Events of one run, each as attempt, kind and time. */
function journal(...events: readonly (readonly [number, string, number])[]): readonly RecordedEvent[] {
	return events.map(([attempt, kind, at], index) => ({
		runId,
		seq: index + 1,
		attempt,
		kind,
		nodeId: 'decompose',
		callKey: kind.startsWith('model-call') ? callKey : null,
		at,
	}))
}

function asked(startedAt: number, outcome: RecordedRequest['outcome'] = 'completed'): RecordedRequest {
	return { startedAt, outcome, call: `${runId}/decompose/${callKey}` }
}

const killed = (at: number, attempt = 1): Kill => ({ at, held: [{ runId, attempt }] })
const begun = [1, 'run-start', 100] as const
const resumed = [2, 'run-resume', 500] as const

describe('a call', () => {
	test('that was made once and recorded repeats nothing', () => {
		const events = journal(begun, [1, 'model-call-end', 200])
		expect(judgeCalls(events, [asked(110)], [killed(300)])).toEqual({
			calls: 1,
			repeatedCalls: 0,
			callsMadeAgain: 0,
			callsInFlightAtKills: 0,
			unexplainedRepeats: 0,
			recordedResultsComputedTwice: 0,
		})
	})

	test('that a kill has broken off was in flight, and is made again', () => {
		const events = journal(begun, resumed, [2, 'model-call-end', 600])
		expect(judgeCalls(events, [asked(110, 'aborted'), asked(510)], [killed(150)])).toMatchObject({
			repeatedCalls: 0,
			callsMadeAgain: 1,
			callsInFlightAtKills: 1,
			unexplainedRepeats: 0,
		})
	})

	test('whose result came too late for the journal is a repeated one', () => {
		const events = journal(begun, resumed, [2, 'model-call-end', 600])
		expect(judgeCalls(events, [asked(110), asked(510)], [killed(150)])).toMatchObject({
			repeatedCalls: 1,
			callsInFlightAtKills: 1,
			unexplainedRepeats: 0,
		})
	})

	test('that is made again without a kill is unexplained', () => {
		const events = journal(begun, resumed, [2, 'model-call-end', 600])
		expect(judgeCalls(events, [asked(110), asked(510)], [])).toMatchObject({
			callsInFlightAtKills: 0,
			unexplainedRepeats: 1,
		})
	})

	test('that is made after its result was recorded is computed twice', () => {
		const events = journal(begun, [1, 'model-call-end', 200], resumed)
		expect(judgeCalls(events, [asked(110), asked(510)], [killed(300)])).toMatchObject({
			recordedResultsComputedTwice: 1,
			unexplainedRepeats: 0,
		})
	})

	test('whose result stands in the journal twice is computed twice', () => {
		const events = journal(begun, [1, 'model-call-end', 200], [1, 'model-call-end', 210])
		expect(judgeCalls(events, [asked(110)], []).recordedResultsComputedTwice).toBe(1)
	})
})

describe('a takeover', () => {
	test('takes from the kill to the first event of the next attempt', () => {
		expect(slowestTakeoverMs(journal(begun, resumed), [killed(150)])).toBe(350)
	})

	test('by a worker that was killed as well before it wrote anything is not counted', () => {
		const events = journal(begun, [3, 'run-resume', 900])
		expect(slowestTakeoverMs(events, [killed(150), killed(600, 2)])).toBe(300)
	})
})
