import type { ReplyView, StageRecord } from '../core/reply-view.ts'

type RecordOf<Kind extends StageRecord['kind']> = Extract<StageRecord, { kind: Kind }>

/** How many of the failures that checks have found stand in what the run has come to so far. */
export function openFailures({ route, stages, checks }: Pick<ReplyView, 'route' | 'stages' | 'checks'>): number {
	// The only check of a direct answer is the last one: what it fails is thrown away, or given as it is.
	if (route !== 'staged') return checks.failed
	const records = stages.map(({ record }) => record)
	const isMisread = ofKind(records, 'analyze').some((record) => record.checks.at(-1)?.passed === false)
	return (isMisread ? 1 : 0) + (leftByCorrection(records) ?? foundByVerdict(records) ?? doubtfulSteps(records))
}

function ofKind<Kind extends StageRecord['kind']>(
	records: readonly StageRecord[],
	kind: Kind,
): readonly RecordOf<Kind>[] {
	return records.filter((record): record is RecordOf<Kind> => record.kind === kind)
}

function leftByCorrection(records: readonly StageRecord[]): number | null {
	return ofKind(records, 'correct').at(-1)?.open ?? null
}

function foundByVerdict(records: readonly StageRecord[]): number | null {
	return ofKind(records, 'evaluate').at(-1)?.verdict?.failures.length ?? null
}

/** Before there is a verdict, what the steps themselves say. */
function doubtfulSteps(records: readonly StageRecord[]): number {
	const steps = ofKind(records, 'execute').flatMap(({ subtasks }) => subtasks)
	return steps.filter(({ status }) => status === 'low-confidence' || status === 'failed-check').length
}
