import {
	type JournalEvent,
	type JournalEventKind,
	type JournalEventOf,
	type JournalRecord,
	journalEventSchema,
} from '../core/journal.ts'
import type { Clarification } from '../core/stage.ts'
import { addUsage, noUsage, type Usage } from '../core/usage.ts'
import type { ModelReply } from './model-reply.ts'

type RecordOf<Kind extends JournalEventKind> = JournalRecord & JournalEventOf<Kind>

/** What earlier attempts have left in the journal: whatever is there isn't done again. */
export type Replay = {
	readonly lastAttempt: number
	readonly runStart: RecordOf<'run-start'> | null
	/** The newest one: a cascade changes the route. */
	readonly runRoute: RecordOf<'run-route'> | null
	stageOutput(nodeId: string): unknown
	hasStarted(nodeId: string): boolean
	hasSkipped(nodeId: string): boolean
	/** Whether the node was left out since the budget didn't cover it. */
	wasUncovered(nodeId: string): boolean
	/** Whether the journal says that the answer is wanted now. */
	readonly answersNow: boolean
	/** The steps that were worked out, oldest first. */
	readonly results: readonly RecordOf<'subtask-end'>[]
	/** The questions back and what the asker has said to them. */
	readonly clarifications: readonly Clarification[]
	/** The reply of a call that was completed, or null. */
	reply(nodeId: string, callKey: string): ModelReply | null
	/** Whether some of the node's answer was shown already. */
	hasShown(nodeId: string): boolean
	/** Whether the node has written this event already. Each record answers for one event. */
	isRepetition(nodeId: string, event: JournalEvent): boolean
	usageOf(nodeId: string): Usage
	readonly usage: Usage
	/** How long earlier attempts have worked on the run; the time between them doesn't count. */
	readonly activeMs: number
	/** The same of one node. */
	activeMsOf(nodeId: string): number
}

/** Indexes a journal for resuming from it at the given time. */
export function replayOf(records: readonly JournalRecord[], nowMs: number = Date.now()): Replay {
	const calls = records.filter((record) => record.kind === 'model-call-end')
	const ends = records.filter((record) => record.kind === 'stage-end')
	const replies = new Map(calls.map((call) => [`${call.nodeId}/${call.callKey}`, toReply(call)]))
	const started = new Set(records.flatMap((record) => (record.kind === 'stage-start' ? [record.nodeId] : [])))
	const skips = records.filter((record) => record.kind === 'stage-skip')
	const skipped = new Set(skips.map(({ nodeId }) => nodeId))
	const shown = new Set(records.flatMap((record) => (record.kind === 'answer-delta' ? [record.nodeId] : [])))
	const total = (of: typeof calls) => of.map((call) => call.usage).reduce(addUsage, noUsage)
	return {
		lastAttempt: records.at(-1)?.attempt ?? 0,
		runStart: records.find((record) => record.kind === 'run-start') ?? null,
		runRoute: records.findLast((record) => record.kind === 'run-route') ?? null,
		stageOutput: (nodeId) => ends.find((end) => end.nodeId === nodeId)?.content?.output ?? null,
		hasStarted: (nodeId) => started.has(nodeId),
		hasSkipped: (nodeId) => skipped.has(nodeId),
		wasUncovered: (nodeId) => skips.some((skip) => skip.nodeId === nodeId && skip.reason === 'budget'),
		answersNow: records.some(({ kind }) => kind === 'answer-now'),
		results: records.filter((record) => record.kind === 'subtask-end'),
		clarifications: clarificationsIn(records),
		reply: (nodeId, callKey) => replies.get(`${nodeId}/${callKey}`) ?? null,
		hasShown: (nodeId) => shown.has(nodeId),
		isRepetition: repetitionsOf(records),
		usageOf: (nodeId) => total(calls.filter((call) => call.nodeId === nodeId)),
		usage: total(calls),
		activeMs: workedMs(records, records, nowMs),
		activeMsOf: (nodeId) =>
			workedMs(
				records.filter((record) => record.nodeId === nodeId),
				records,
				nowMs,
			),
	}
}

/** A question back that has no answer by the time the run goes on gets none. */
function clarificationsIn(records: readonly JournalRecord[]): readonly Clarification[] {
	const clarifications: Clarification[] = []
	for (const record of records) {
		if (record.kind === 'run-wait') clarifications.push({ question: record.content?.question ?? '', answer: null })
		const asked = clarifications.at(-1)
		if (record.kind !== 'clarification' || asked === undefined) continue
		const said = record.content?.answer ?? null
		const answer = asked.answer === null || said === null ? said : `${asked.answer}\n${said}`
		clarifications.splice(-1, 1, { ...asked, answer })
	}
	return clarifications
}

function toReply({ content, finishReason }: JournalEventOf<'model-call-end'>): ModelReply | null {
	return content === null ? null : { text: content.text, finishReason }
}

/** An attempt that is gone may have worked as long after its last record: the lease of its claim. */
const longestSilenceMs = 10_000

/** How long attempts have worked on what these records tell of: each until the next one began, or its lease had ended. */
function workedMs(records: readonly JournalRecord[], journal: readonly JournalRecord[], nowMs: number): number {
	const attempts = Map.groupBy(
		records.filter(({ attempt }) => attempt > 0),
		({ attempt }) => attempt,
	)
	const durations = [...attempts].map(([attempt, own]) => {
		const next = journal.find((record) => record.attempt > attempt)
		const nextAtMs = next === undefined ? nowMs : Date.parse(next.at)
		const [firstMs, lastMs] = [Date.parse(own[0]?.at ?? ''), Date.parse(own.at(-1)?.at ?? '')]
		return Math.max(lastMs, Math.min(nextAtMs, lastMs + longestSilenceMs)) - firstMs
	})
	return durations.reduce((sum, duration) => sum + duration, 0)
}

/** What a node says again when it is resumed, although the calls behind it are not made again. */
const repeatedKinds: ReadonlySet<JournalEventKind> = new Set([
	'stage-delta',
	'checkpoint',
	'subtask-end',
	'sample',
	'verdict',
	'correction',
])

function repetitionsOf(records: readonly JournalRecord[]): Replay['isRepetition'] {
	const left = new Map<string, number>()
	for (const record of records) {
		if (!repeatedKinds.has(record.kind)) continue
		const said = whatIsSaid(record.nodeId, record)
		left.set(said, (left.get(said) ?? 0) + 1)
	}
	return (nodeId, event) => {
		if (left.size === 0 || !repeatedKinds.has(event.kind)) return false
		const said = whatIsSaid(nodeId, event)
		const count = left.get(said) ?? 0
		left.set(said, count - 1)
		return count > 0
	}
}

/** The event without its place in the journal and its duration; the schema puts its properties in one order. */
function whatIsSaid(nodeId: string | undefined, event: JournalEvent): string {
	return JSON.stringify([nodeId, { ...journalEventSchema.parse(event), elapsedMs: 0 }])
}
