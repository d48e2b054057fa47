import type { CheckView, StageRecord, StageView } from '../core/reply-view.ts'
import { english } from './catalogue.ts'

type RecordOf<Kind extends StageRecord['kind']> = Extract<StageRecord, { kind: Kind }>

const { record: texts } = english

/** What a stage has found out, as lines of Markdown: one that was cut short hasn't described itself. */
export function describeStage({ status, details, record }: StageView): readonly string[] {
	return status === 'done' ? details : describeRecord(record)
}

/** All that is known of a stage, as lines of Markdown: what it came to, how, and whatever else was noticed on the way. */
export function describeWholeStage(stage: StageView): readonly string[] {
	const said = [stage.summary, ...describeStage(stage)]
	const others = stage.notices.filter((notice) => !said.some((line) => line.includes(notice)))
	return [...said, ...others.map((notice) => `! ${notice}`)].filter((line) => line.trim() !== '')
}

/** A record as lines of Markdown, for a stage that hasn't ended, and so hasn't described itself; none where nothing is known yet. */
export function describeRecord(record: StageRecord): readonly string[] {
	switch (record.kind) {
		case 'analyze':
			return describeAnalysis(record)
		case 'decompose':
			return describePlan(record)
		case 'execute':
			return record.subtasks.flatMap(describeStep)
		case 'alternatives':
			return record.solutions.map(describeSolution)
		case 'evaluate':
			return describeEvaluation(record)
		case 'correct':
			return describeCorrections(record)
		default:
			return []
	}
}

function describeAnalysis(record: RecordOf<'analyze'>): readonly string[] {
	return [
		...(record.asked === '' ? [] : [`**${texts.asked}:** ${record.asked}`]),
		...record.givens.map(({ id, statement }) => `**${texts.given(id)}:** ${statement}`),
		...record.constraints.map(({ id, statement }) => `**${texts.mustHold(id)}:** ${statement}`),
		...record.clarified.map(
			({ question, answer }) => `**${texts.askedBack}:** ${question} — ${answer ?? texts.noAnswerCame}`,
		),
		...record.assumptions.map(({ assumption, because }) => `**${texts.assumed}:** ${assumption}${brackets(because)}`),
		...record.checks.map(describeCheck),
	]
}

function describePlan({ subtasks, refused = [] }: RecordOf<'decompose'>): readonly string[] {
	return [
		...refused.map((problem, index) => `**${texts.refused(index + 1)}:** ${problem}`),
		...subtasks.map(
			({ id, objective, inputs }) => `**${id}:** ${objective}${inputs.length === 0 ? '' : ` (${texts.from(inputs)})`}`,
		),
	]
}

function brackets(text: string): string {
	return text === '' ? '' : ` (${text})`
}

function describeCheck({ passed, evidence }: CheckView): string {
	return `${passed ? '✓' : '✗'} ${evidence}`
}

function describeStep(step: RecordOf<'execute'>['subtasks'][number]): readonly string[] {
	const { id, objective, result, checks, unchecked } = step
	const outcome = result === null ? texts.notDone : `**${result}**`
	return [
		`**${id}:** ${objective} → ${outcome}`,
		...checks.map(describeCheck),
		...(unchecked === undefined ? [] : [`? ${unchecked}`]),
	]
}

function describeSolution({ method, answer, weight, check }: RecordOf<'alternatives'>['solutions'][number]): string {
	const weighed = [texts.weight(weight), ...(check === undefined ? [] : [check])].join('; ')
	return `**${texts.by(method)}:** ${answer} (${weighed})`
}

function describeEvaluation(record: RecordOf<'evaluate'>): readonly string[] {
	const { verdict, checks, unchecked = [], chosen, voteShare, otherwise } = record
	return [
		...(verdict === null ? [] : [`**${texts.verdict}:** ${verdict.passed ? texts.holds : texts.fails}`]),
		...(chosen === undefined ? [] : [`**${texts.chosen}:** ${chosen}`]),
		...(voteShare === undefined ? [] : [texts.votes(voteShare, chosen ?? null)]),
		...(otherwise === undefined ? [] : [texts.otherwise(otherwise)]),
		...checks.map(describeCheck),
		...unchecked.map(({ statement, why }) => `? ${statement} — ${why}`),
		...(verdict?.failures ?? []).map(({ where, evidence }) => `✗ **${where}:** ${evidence}`),
	]
}

function describeCorrections({ corrections, instead, voteShare }: RecordOf<'correct'>): readonly string[] {
	return [
		...corrections.map(({ round, where = null, before, after, accepted, reason }) => {
			const heading = texts.correction(round, where)
			return `**${heading}:** ${before} → ${after}, ${accepted ? texts.kept : texts.notKept}. ${texts.reason}: ${reason}`
		}),
		...(instead === undefined ? [] : [`**${texts.instead}:** ${instead}`]),
		...(voteShare === undefined ? [] : [texts.votes(voteShare, instead ?? null)]),
	]
}
