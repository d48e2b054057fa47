import type { JournalEventKind, JournalEventOf, JournalRecord } from '../core/journal.ts'
import { addUsage, noUsage, type Usage } from '../core/usage.ts'

type RecordOf<Kind extends JournalEventKind> = JournalRecord & JournalEventOf<Kind>

/** What earlier attempts have left in the journal: whatever is there isn't done again. */
export type Replay = {
	readonly isEmpty: boolean
	readonly lastAttempt: number
	readonly runStart: RecordOf<'run-start'> | null
	/** The newest one: a cascade changes the route. */
	readonly runRoute: RecordOf<'run-route'> | null
	stageOutput(nodeId: string): unknown
	hasStarted(nodeId: string): boolean
	/** The reply of a call that was completed, or null. */
	reply(nodeId: string, callKey: string): string | null
	usageOf(nodeId: string): Usage
	readonly usage: Usage
}

/** Indexes a journal for resuming from it. */
export function replayOf(records: readonly JournalRecord[]): Replay {
	const calls = records.filter((record) => record.kind === 'model-call-end')
	const ends = records.filter((record) => record.kind === 'stage-end')
	const replies = new Map(calls.map((call) => [`${call.nodeId}/${call.callKey}`, call.content?.text ?? null]))
	const started = new Set(records.flatMap((record) => (record.kind === 'stage-start' ? [record.nodeId] : [])))
	const total = (of: typeof calls) => of.map((call) => call.usage).reduce(addUsage, noUsage)
	return {
		isEmpty: records.length === 0,
		lastAttempt: records.at(-1)?.attempt ?? 0,
		runStart: records.find((record) => record.kind === 'run-start') ?? null,
		runRoute: records.findLast((record) => record.kind === 'run-route') ?? null,
		stageOutput: (nodeId) => ends.find((end) => end.nodeId === nodeId)?.content?.output ?? null,
		hasStarted: (nodeId) => started.has(nodeId),
		reply: (nodeId, callKey) => replies.get(`${nodeId}/${callKey}`) ?? null,
		usageOf: (nodeId) => total(calls.filter((call) => call.nodeId === nodeId)),
		usage: total(calls),
	}
}
