import {
	type CheckView,
	isRepeatable,
	type ReplyView,
	rests,
	type StageRecord,
	type StageView,
} from '../../src/core/reply-view.ts'
import { describeFacts, english, withNamedDirections, withoutControls } from '../../src/rendering/index.ts'
import { toTree } from './markdown.ts'
import type { PageCheck, PageRecord, PageStage, PageTexts, PageView } from './page-view.ts'

/**
 * What the page shows of a run. `stagePage` may be given to make a stage that hasn't changed only once: of the many views of a run,
 * one follows the other with one stage changed.
 */
export function showPage(view: ReplyView, stagePage: (stage: StageView) => PageStage = showStage): PageView {
	const { stages, ...rest } = view
	const plain = cleaned(rest)
	return {
		...named(plain),
		answer: toTree(plain.answer),
		answerText: withNamedDirections(plain.answer),
		stages: stages.map(stagePage),
		rests: rests(view),
		isRepeatable: isRepeatable(view),
		texts: named(textsOf(cleaned(view))),
	}
}

export function showStage(stage: StageView): PageStage {
	const { summary, details, record, ...plain } = cleaned(stage)
	const shown = { summary: toTree(summary), details: details.map(toTree), record: named(showRecord(record)) }
	return { ...named(plain), ...shown }
}

function showRecord(record: StageRecord): PageRecord {
	switch (record.kind) {
		case 'analyze':
			return {
				...record,
				asked: toTree(record.asked),
				givens: record.givens.map(showStatement),
				constraints: record.constraints.map(showStatement),
				assumptions: record.assumptions.map(({ assumption, because }) => ({
					assumption: toTree(assumption),
					because: toTree(because),
				})),
				clarified: record.clarified.map(({ question, answer }) => ({
					question: toTree(question),
					answer: answer === null ? null : toTree(answer),
				})),
				checks: record.checks.map(showCheck),
			}
		case 'decompose':
			return {
				...record,
				subtasks: record.subtasks.map((subtask) => ({ ...subtask, objective: toTree(subtask.objective) })),
				refused: (record.refused ?? []).map(toTree),
			}
		case 'execute':
			return { ...record, subtasks: record.subtasks.map(showSubtask) }
		case 'alternatives':
			return {
				...record,
				solutions: record.solutions.map((solution) => ({ ...solution, answer: toTree(solution.answer) })),
			}
		case 'evaluate':
			return { ...record, checks: record.checks.map(showCheck), verdict: showVerdict(record.verdict) }
		case 'correct':
			return {
				...record,
				corrections: record.corrections.map((correction) => ({
					...correction,
					before: toTree(correction.before),
					after: toTree(correction.after),
					reason: toTree(correction.reason),
				})),
			}
	}
}

type RecordOf<Kind extends StageRecord['kind']> = Extract<StageRecord, { kind: Kind }>
type PageRecordOf<Kind extends StageRecord['kind']> = Extract<PageRecord, { kind: Kind }>

function showStatement({ id, statement }: RecordOf<'analyze'>['givens'][number]) {
	return { id, statement: toTree(statement) }
}

function showCheck(check: CheckView): PageCheck {
	return { ...check, evidence: toTree(check.evidence) }
}

function showSubtask(subtask: RecordOf<'execute'>['subtasks'][number]): PageRecordOf<'execute'>['subtasks'][number] {
	return {
		...subtask,
		objective: toTree(subtask.objective),
		result: subtask.result === null ? null : toTree(subtask.result),
		checks: subtask.checks.map(showCheck),
	}
}

function showVerdict(verdict: RecordOf<'evaluate'>['verdict']): PageRecordOf<'evaluate'>['verdict'] {
	if (verdict === null) return null
	const failures = verdict.failures.map(({ where, evidence }) => ({ where, evidence: toTree(evidence) }))
	return { ...verdict, failures }
}

function textsOf(view: ReplyView): PageTexts {
	const { stopReason, skipped, budget } = view
	return {
		routed: view.routing === null ? null : english.routed(view),
		queued: view.status === 'queued' ? english.queued(view.placeInQueue) : null,
		stopped: stopReason === null ? null : english.stopped(stopReason, budget),
		skipped: skipped.length === 0 ? null : english.skippedChecks(skipped),
		facts: describeFacts(view),
	}
}

/** The same without what no page can show. */
function cleaned<Value>(value: Value): Value {
	return withEveryText(value, withoutControls)
}

/** The same, of which nothing turns what stands around it. Of Markdown that was done when it became a tree. */
function named<Value>(value: Value): Value {
	return withEveryText(value, withNamedDirections)
}

function withEveryText<Value>(value: Value, change: (text: string) => string): Value {
	if (typeof value === 'string') return change(value) as Value
	if (Array.isArray(value)) return value.map((part) => withEveryText(part, change)) as Value
	if (typeof value !== 'object' || value === null) return value
	const changed = Object.entries(value).map(([name, part]) => [name, withEveryText(part, change)])
	return Object.fromEntries(changed) as Value
}
