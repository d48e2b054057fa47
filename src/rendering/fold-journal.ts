import type { JournalEventKind, JournalEventOf, JournalRecord } from '../core/journal.ts'
import { isFinal, type ReplyView, type StageView, type SubtaskView } from '../core/reply-view.ts'
import { addUsage, noUsage } from '../core/usage.ts'
import { english } from './catalogue.ts'
import { openFailures } from './open-failures.ts'
import { emptyRecord, recordAfter } from './stage-record.ts'

/** The view of a run of which nothing is written yet. */
export const emptyReplyView: ReplyView = {
	status: 'queued',
	disclosure: null,
	quiet: false,
	route: null,
	effort: null,
	routing: null,
	stages: [],
	answer: '',
	confidence: null,
	answerNow: false,
	stopReason: null,
	budget: null,
	skipped: [],
	checks: { passed: 0, failed: 0, open: 0 },
	usage: noUsage,
	startedAt: null,
	elapsedMs: 0,
	error: null,
	placeInQueue: null,
	lastSeq: 0,
}

type RecordOf<Kind extends JournalEventKind> = JournalRecord & JournalEventOf<Kind>

/** The view of a whole journal. */
export function foldJournal(records: Iterable<JournalRecord>): ReplyView {
	let view = emptyReplyView
	for (const record of records) view = foldRecord(view, record)
	return view
}

/**
 * The view after one more record. Pure, and total: any order of any records gives a view. A record that was folded in before
 * changes nothing, so a reader may start again anywhere.
 */
export function foldRecord(view: ReplyView, record: JournalRecord): ReplyView {
	if (record.seq <= view.lastSeq) return view
	return withOpen({ ...fold(view, record), lastSeq: record.seq })
}

function withOpen(view: ReplyView): ReplyView {
	const open = openFailures(view)
	return open === view.checks.open ? view : { ...view, checks: { ...view.checks, open } }
}

function fold(view: ReplyView, record: JournalRecord): ReplyView {
	switch (record.kind) {
		case 'run-start':
			return foldStart(view, record)
		case 'run-route':
			return foldRoute(view, record)
		case 'run-resume':
			// What was asked back is no beginning of the answer.
			return { ...view, status: 'working', answer: view.status === 'waiting' ? '' : view.answer }
		case 'stage-start':
			return inStage(view, record, (stage) => ({ ...stage, status: 'running', startedAt: record.at }))
		case 'stage-delta':
			return inStage(view, record, (stage) => foldDelta(stage, record))
		case 'subtask-end':
			return inStage(view, record, (stage) => withSubtask(stage, toSubtask(record)))
		case 'sample':
		case 'verdict':
		case 'correction':
			return inStage(view, record, (stage) => stage)
		case 'checkpoint':
			return foldCheckpoint(view, record)
		case 'stage-skip':
			return inStage(view, record, (stage) => ({
				...stage,
				status: 'skipped',
				summary: record.content?.reason ?? english.erased,
			}))
		case 'stage-end':
			return inStage(view, record, (stage) => foldStageEnd(stage, record))
		case 'model-call-end':
			return { ...view, usage: addUsage(view.usage, record.usage) }
		case 'answer-delta':
			return { ...view, answer: (record.restart ? '' : view.answer) + (record.content?.text ?? '') }
		case 'clarification':
			// Said, and about to be worked with; no question stands open any more.
			return { ...inAsking(view, record), ...(view.status === 'waiting' ? { status: 'working', answer: '' } : {}) }
		case 'run-wait':
			return { ...inAsking(view, record), status: 'waiting', answer: record.content?.question ?? english.erased }
		case 'answer-now':
			return isFinal(view) ? view : { ...view, answerNow: true }
		case 'run-end':
		case 'run-stop':
		case 'run-fail':
			return foldOutcome(view, record)
		case 'model-call-start':
		case 'tool-call':
		case 'tool-result':
		case 'reply-posted':
		case 'feedback':
			return view
		default:
			return assertNever(record)
	}
}

function foldStart(view: ReplyView, { at, disclosure, settings }: RecordOf<'run-start'>): ReplyView {
	const quiet = settings?.quiet ?? false
	return { ...view, status: 'working', placeInQueue: null, startedAt: at, disclosure, quiet }
}

function assertNever(record: never): never {
	throw new TypeError(`No way to fold ${JSON.stringify(record)}`)
}

function foldRoute(view: ReplyView, record: RecordOf<'run-route'>): ReplyView {
	const { level, source, route, effort } = record
	return {
		...view,
		route,
		effort,
		routing: { level, source, reason: record.content?.reason ?? english.erased, estimate: record.estimate ?? null },
		// A cascade throws away what the direct route has written.
		answer: '',
		stages: record.nodes.map(({ id, stage }) => pendingStage(id, stage)),
	}
}

function pendingStage(id: string, stage: StageView['stage']): StageView {
	return {
		id,
		stage,
		title: english.stageTitles[stage],
		status: 'pending',
		summary: '',
		details: [],
		record: emptyRecord(stage),
		subtasks: [],
		notices: [],
		startedAt: null,
		elapsedMs: 0,
		usage: noUsage,
	}
}

function inStage(view: ReplyView, record: JournalRecord, change: (stage: StageView) => StageView): ReplyView {
	const changed = (stage: StageView) => ({ ...change(stage), record: recordAfter(stage.record, record) })
	return { ...view, stages: view.stages.map((stage) => (stage.id === record.nodeId ? changed(stage) : stage)) }
}

/** A question back and what is said to it belong to the whole run; the stage that asked is the one that hasn't ended. */
function inAsking(view: ReplyView, record: RecordOf<'run-wait' | 'clarification'>): ReplyView {
	const stages = view.stages.map((stage) =>
		stage.status === 'running' ? { ...stage, record: recordAfter(stage.record, record) } : stage,
	)
	return { ...view, stages }
}

function foldDelta(stage: StageView, record: RecordOf<'stage-delta'>): StageView {
	const text = record.content?.text ?? english.erased
	if (record.subtaskId === undefined) return { ...stage, notices: [...stage.notices, text] }
	// Its sample begins: the first one, or another one after a failed check.
	const failed = stage.subtasks.some(({ id, status }) => id === record.subtaskId && status === 'failed-check')
	return withSubtask(stage, { id: record.subtaskId, text, status: failed ? 'sampling-again' : 'running' })
}

function toSubtask(record: RecordOf<'subtask-end'>): SubtaskView {
	const { objective, result } = record.content ?? { objective: english.erased, result: english.erased }
	return { id: record.subtaskId, text: `${objective} → ${result}`, status: record.status }
}

function withSubtask(stage: StageView, subtask: SubtaskView): StageView {
	const known = stage.subtasks.some(({ id }) => id === subtask.id)
	const subtasks = known
		? stage.subtasks.map((other) => (other.id === subtask.id ? subtask : other))
		: [...stage.subtasks, subtask]
	return { ...stage, subtasks }
}

function foldCheckpoint(view: ReplyView, record: RecordOf<'checkpoint'>): ReplyView {
	const counted = { ...view, checks: countedChecks(view.checks, record) }
	return inStage(counted, record, (stage) => (record.passed ? stage : foldFailure(stage, record)))
}

/** A judge who can't choose between two answers has found nothing wrong with either. */
function countedChecks(checks: ReplyView['checks'], { method, passed }: RecordOf<'checkpoint'>): ReplyView['checks'] {
	if (method === 'pairwise') return checks
	return passed ? { ...checks, passed: checks.passed + 1 } : { ...checks, failed: checks.failed + 1 }
}

function foldFailure(stage: StageView, record: RecordOf<'checkpoint'>): StageView {
	return {
		...stage,
		notices: [...stage.notices, record.content?.evidence ?? english.erased],
		subtasks: stage.subtasks.map((subtask) =>
			subtask.id === record.subtaskId ? { ...subtask, status: 'failed-check' } : subtask,
		),
	}
}

function foldStageEnd(stage: StageView, record: RecordOf<'stage-end'>): StageView {
	const { summary, details } = record.content ?? { summary: english.erased, details: [] }
	return { ...stage, status: 'done', summary, details, elapsedMs: record.elapsedMs, usage: record.usage }
}

function foldOutcome(view: ReplyView, record: RecordOf<'run-end' | 'run-stop' | 'run-fail'>): ReplyView {
	const { usage, elapsedMs } = record
	if (record.kind === 'run-end') {
		const answer = record.content?.answer ?? english.erased
		const { confidence, budget = null } = record
		return { ...view, usage, elapsedMs, status: 'answered', answer, confidence, budget }
	}
	if (record.kind === 'run-stop') {
		const { reason: stopReason, skipped, budget = null } = record
		const answer = record.content?.answer ?? english.erased
		return {
			...view,
			usage,
			elapsedMs,
			status: 'stopped',
			answer,
			stopReason,
			budget,
			skipped: titles(skipped),
			stages: ended(view, 'stopped'),
		}
	}
	const { message, fix } = record.content ?? { message: english.erased, fix: '' }
	return {
		...view,
		usage,
		elapsedMs,
		status: 'failed',
		error: { code: record.code, message, fix },
		stages: ended(view, 'failed'),
	}
}

function titles(kinds: readonly string[]): readonly string[] {
	const known: Readonly<Record<string, string>> = english.stageTitles
	return kinds.map((kind) => known[kind] ?? kind)
}

/** A run that ends early leaves its running stage stopped or failed, and those behind it skipped. */
function ended(view: ReplyView, status: 'stopped' | 'failed'): readonly StageView[] {
	return view.stages.map((stage) => {
		if (stage.status === 'running') return { ...stage, status }
		return stage.status === 'pending' ? { ...stage, status: 'skipped' } : stage
	})
}
