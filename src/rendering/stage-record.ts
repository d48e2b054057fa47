import type { z } from 'zod'
import type { JournalEventKind, JournalEventOf, JournalRecord } from '../core/journal.ts'
import type { CheckView, StageRecord } from '../core/reply-view.ts'
import type { StageKind } from '../core/workflow.ts'
import { english } from './catalogue.ts'
import {
	alternativesOutput,
	analysisOutput,
	correctionOutput,
	evaluationOutput,
	executionOutput,
	planOutput,
} from './stage-outputs.ts'

type RecordOf<Kind extends StageKind> = Extract<StageRecord, { kind: Kind }>
type EventOf<Kind extends JournalEventKind> = JournalEventOf<Kind>
type Step = RecordOf<'execute'>['subtasks'][number]
type Solution = RecordOf<'alternatives'>['solutions'][number]

const emptyRecords: { readonly [Kind in StageKind]: RecordOf<Kind> } = {
	analyze: { kind: 'analyze', asked: '', givens: [], constraints: [], assumptions: [], clarified: [], checks: [] },
	decompose: { kind: 'decompose', subtasks: [] },
	execute: { kind: 'execute', subtasks: [] },
	alternatives: { kind: 'alternatives', solutions: [] },
	evaluate: { kind: 'evaluate', checks: [], verdict: null },
	correct: { kind: 'correct', corrections: [] },
}

/** The record of a stage that hasn't begun. */
export function emptyRecord(stage: StageKind): StageRecord {
	return emptyRecords[stage]
}

/** The record of a stage after one more event of its node, or of its run while it works. Pure and total. */
export function recordAfter(record: StageRecord, event: JournalRecord): StageRecord {
	switch (record.kind) {
		case 'analyze':
			return foldAnalysis(record, event)
		case 'decompose':
			return event.kind === 'stage-end' ? planned(record, event) : record
		case 'execute':
			return foldExecution(record, event)
		case 'alternatives':
			return foldAlternatives(record, event)
		case 'evaluate':
			return foldEvaluation(record, event)
		case 'correct':
			return foldCorrection(record, event)
		default:
			return record
	}
}

/** The output of a stage, as far as it can be read; null where it can't or was erased. */
function outputOf<Output>({ content }: EventOf<'stage-end'>, schema: z.ZodType<Output>): Output | null {
	const output = schema.safeParse(content?.output)
	return output.success ? output.data : null
}

/** The same check said twice is one. */
function withCheck(checks: readonly CheckView[], event: EventOf<'checkpoint'>): readonly CheckView[] {
	const { method, passed, sample } = event
	const check = { method, passed, sample, evidence: event.content?.evidence ?? english.erased }
	return checks.some((other) => isSame(other, check)) ? checks : [...checks, check]
}

function isSame(left: CheckView, right: CheckView): boolean {
	return (
		left.method === right.method &&
		left.passed === right.passed &&
		left.sample === right.sample &&
		left.evidence === right.evidence
	)
}

function foldAnalysis(record: RecordOf<'analyze'>, event: JournalRecord): StageRecord {
	switch (event.kind) {
		case 'checkpoint':
			return { ...record, checks: withCheck(record.checks, event) }
		case 'run-wait': {
			const asked = { question: event.content?.question ?? english.erased, answer: null }
			return { ...record, clarified: [...record.clarified, asked] }
		}
		case 'clarification':
			return { ...record, clarified: answered(record.clarified, event) }
		case 'stage-end':
			return analysed(record, event)
		default:
			return record
	}
}

/** What is said belongs to the question that was asked last. */
function answered(
	clarified: RecordOf<'analyze'>['clarified'],
	{ content }: EventOf<'clarification'>,
): RecordOf<'analyze'>['clarified'] {
	const said = content?.answer ?? english.erased
	return clarified.map((asked, index) => {
		if (index < clarified.length - 1) return asked
		return { ...asked, answer: asked.answer === null ? said : `${asked.answer}\n${said}` }
	})
}

function analysed(record: RecordOf<'analyze'>, event: EventOf<'stage-end'>): StageRecord {
	if (event.content === null) return { ...record, asked: english.erased }
	const output = outputOf(event, analysisOutput)
	if (output === null) return record
	const { unknown, givens, constraints, ambiguities, clarified } = output
	return {
		...record,
		asked: unknown,
		givens,
		constraints,
		assumptions: ambiguities.map(({ assumption, statement }) => ({ assumption, because: statement })),
		clarified: clarified.length === 0 ? record.clarified : clarified,
	}
}

/** Whoever sees the plan has the other steps before them, not the givens. */
function planned(record: RecordOf<'decompose'>, event: EventOf<'stage-end'>): StageRecord {
	const output = outputOf(event, planOutput)
	if (output === null) return record
	const ids = new Set(output.subtasks.map(({ id }) => id))
	const subtasks = output.subtasks.map((subtask) => ({
		...subtask,
		inputs: subtask.inputs.filter((input) => ids.has(input)),
	}))
	return { ...record, subtasks, ...(output.refused.length === 0 ? {} : { refused: output.refused }) }
}

function foldExecution(record: RecordOf<'execute'>, event: JournalRecord): StageRecord {
	switch (event.kind) {
		case 'stage-delta':
			return inStep(record, event.subtaskId, (step) => begun(step, event.content?.text ?? english.erased))
		case 'checkpoint':
			return inStep(record, event.subtaskId, (step) => checked(step, event))
		case 'subtask-end': {
			const { status, samples } = event
			const { objective, result } = event.content ?? { objective: english.erased, result: english.erased }
			return inStep(record, event.subtaskId, (step) => ({
				id: event.subtaskId,
				checks: step?.checks ?? [],
				objective,
				result,
				status,
				samples,
			}))
		}
		case 'stage-end':
			return executed(record, event)
		default:
			return record
	}
}

function inStep(
	record: RecordOf<'execute'>,
	id: string | undefined,
	change: (step: Step | null) => Omit<Step, 'id'>,
): StageRecord {
	if (id === undefined) return record
	const known = record.subtasks.some((step) => step.id === id)
	const subtasks = known
		? record.subtasks.map((step) => (step.id === id ? { ...change(step), id } : step))
		: [...record.subtasks, { ...change(null), id }]
	return { ...record, subtasks }
}

/** A sample begins: the first one, or another one after a failed check. */
function begun(step: Step | null, objective: string): Omit<Step, 'id'> {
	if (step === null) return { objective, result: null, status: 'running', samples: 1, checks: [] }
	if (step.status === 'failed-check') return { ...step, objective, status: 'sampling-again', samples: step.samples + 1 }
	return { ...step, objective, result: null, status: 'running' }
}

function checked(step: Step | null, event: EventOf<'checkpoint'>): Omit<Step, 'id'> {
	const before = step ?? { objective: '', result: null, status: 'running', samples: 1, checks: [] }
	const status = event.passed ? before.status : 'failed-check'
	return { ...before, status, checks: withCheck(before.checks, event) }
}

/** The journal has said of each check what came of it; what is left is why there was none. */
function executed(record: RecordOf<'execute'>, event: EventOf<'stage-end'>): StageRecord {
	const output = outputOf(event, executionOutput)
	if (output === null || output.subtasks.length === 0) return record
	const subtasks = output.subtasks.map(({ checks: said, ...subtask }): Step => {
		const checks = record.subtasks.find(({ id }) => id === subtask.id)?.checks ?? []
		const unchecked = said.findLast((each) => !checks.some(({ evidence }) => evidence === each))
		return { ...subtask, checks, ...(unchecked === undefined ? {} : { unchecked }) }
	})
	return { ...record, subtasks }
}

function foldAlternatives(record: RecordOf<'alternatives'>, event: JournalRecord): StageRecord {
	if (event.kind === 'stage-end') return weighed(record, event)
	if (event.kind !== 'sample') return record
	const { sample, method, weight = null } = event
	const { answer, key } = event.content ?? { answer: english.erased, key: '' }
	const others = record.solutions.filter((solution) => solution.sample !== sample)
	return { ...record, solutions: [...others, { sample, method, answer, key, weight }] }
}

/** With the end come what the steps have come to, as one solution among them, and keys that a judge gave. */
function weighed(record: RecordOf<'alternatives'>, event: EventOf<'stage-end'>): StageRecord {
	const output = outputOf(event, alternativesOutput)
	if (output === null) return record
	const numbers = record.solutions.flatMap(({ sample }) => sample ?? []).toSorted((left, right) => left - right)
	// A sample that nobody could read has no place in the output, so the numbers stand only where every one has.
	const areComplete = numbers.length === output.samples.length
	const chain = output.chain === null ? [] : [chainOf(output.chain)]
	const samples = output.samples.map((solution, index) => {
		const number = areComplete ? numbers[index] : undefined
		return { ...toSolution(solution), ...(number === undefined ? {} : { sample: number }) }
	})
	return samples.length + chain.length === 0 ? record : { ...record, solutions: [...chain, ...samples] }
}

function chainOf({ refuted, ...chain }: NonNullable<z.infer<typeof alternativesOutput>['chain']>): Solution {
	return toSolution({ ...chain, method: english.record.stepByStep, check: refuted })
}

type Weighed = z.infer<typeof alternativesOutput>['samples'][number]

function toSolution({ method, answer, key, weight, check }: Weighed): Solution {
	return {
		method,
		answer,
		key: key ?? '',
		weight: weight ?? null,
		...(check === undefined || check === null ? {} : { check }),
	}
}

function foldEvaluation(record: RecordOf<'evaluate'>, event: JournalRecord): StageRecord {
	switch (event.kind) {
		case 'checkpoint':
			return { ...record, checks: withCheck(record.checks, event) }
		case 'verdict': {
			const { passed, confidence } = event
			const unknown = passed ? [] : [{ where: english.erased, evidence: english.erased }]
			return { ...record, verdict: { passed, confidence, failures: event.content?.failures ?? unknown } }
		}
		case 'stage-end':
			return judged(record, event)
		default:
			return record
	}
}

function judged(record: RecordOf<'evaluate'>, event: EventOf<'stage-end'>): StageRecord {
	const output = outputOf(event, evaluationOutput)
	if (output === null) return record
	const { passed, confidence, failures, checks, final, source, voteShare, otherwise } = output
	const said = passed === null || confidence === null ? null : { passed, confidence, failures }
	const open = checks.filter(({ outcome }) => outcome === 'not-checked')
	const isChain = source === undefined || source === null || source === 'chain'
	return {
		...record,
		verdict: record.verdict ?? said,
		...(open.length === 0 ? {} : { unchecked: open.map(({ statement, evidence }) => ({ statement, why: evidence })) }),
		...(isChain || !final ? {} : { chosen: final }),
		...shareOf(voteShare),
		...(otherwise ? { otherwise } : {}),
	}
}

/** Where all weight is on one answer, there was nothing to vote on. */
function shareOf(voteShare: number | null | undefined): { readonly voteShare?: number } {
	return voteShare === undefined || voteShare === null || voteShare === 1 ? {} : { voteShare }
}

function foldCorrection(record: RecordOf<'correct'>, event: JournalRecord): StageRecord {
	if (event.kind === 'stage-end') return corrected(record, event)
	if (event.kind !== 'correction') return record
	const { round, accepted } = event
	const erased = { before: english.erased, after: english.erased, reason: english.erased }
	const others = record.corrections.filter((correction) => correction.round !== round)
	return { ...record, corrections: [...others, { round, accepted, ...(event.content ?? erased) }] }
}

function corrected(record: RecordOf<'correct'>, event: EventOf<'stage-end'>): StageRecord {
	const output = outputOf(event, correctionOutput)
	if (output === null) return record
	const { rounds, failures, final, insteadOfChain, voteShare } = output
	const corrections = rounds.map((correction, index) => ({ round: index + 1, ...correction }))
	const isInstead = insteadOfChain !== undefined && insteadOfChain !== null
	return {
		...record,
		corrections: corrections.length === 0 ? record.corrections : corrections,
		open: failures.length,
		...(isInstead && final ? { instead: final } : {}),
		...shareOf(voteShare),
	}
}
