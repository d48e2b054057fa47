import { type ConstraintCheck, refuses } from '../../checks/index.ts'
import type { Confidence } from '../../core/journal.ts'
import type { Analysis } from '../analyze/stage.ts'
import type { SolvedSubtask } from '../execute/solve-subtask.ts'

/** Something that is wrong, and what shows it. */
export type Failure = {
	/** The constraint or the subtask. */
	readonly where: string
	readonly evidence: string
	/** The subtask to begin again from; null where it is the whole answer. */
	readonly subtaskId: string | null
	/** Whether something outside of the draft shows it: a computation, a checkpoint, independent solutions. A judge's word alone does not. */
	readonly isProven: boolean
}

export type Assessment = {
	readonly failures: readonly Failure[]
	/** How many steps rest on a check, of how many. */
	readonly steps: { readonly checked: number; readonly of: number }
	readonly confidence: Confidence
	/** Higher is better. Only for comparing states of one run. */
	readonly score: number
}

export type Assessed = {
	readonly final: string
	/** How the reading of the question compares with it. */
	readonly interpretation: Analysis['interpretation']
	readonly checks: readonly ConstraintCheck[]
	/** The steps that the answer rests on; empty where it was found as a whole. */
	readonly subtasks: readonly SolvedSubtask[]
	/** The part of all vote weight that is for the answer; 1 where there was no vote. */
	readonly voteShare: number
	/** How many have come to the answer, each by itself. */
	readonly votes: number
}

/** What the checks say of an answer, all together. */
export function assess(assessed: Assessed): Assessment {
	const { final, checks, subtasks, voteShare } = assessed
	const failures = [...refusal(final), ...checks.flatMap(constraintFailure), ...subtasks.flatMap(stepFailure)]
	const steps = { checked: subtasks.filter(isChecked).length, of: subtasks.length }
	const checkedShare = steps.of === 0 ? 0 : steps.checked / steps.of
	const isWrong = failures.length > 0 || voteShare < 0.5
	return {
		failures,
		steps,
		confidence: isWrong ? 'low' : isEstablished(assessed) ? 'high' : 'medium',
		score: checkedShare / 4 + voteShare / 4 - failures.length,
	}
}

function isChecked({ status }: SolvedSubtask): boolean {
	return status === 'checked'
}

/** No answer, however well the way to it was checked. */
function refusal(final: string): readonly Failure[] {
	const evidence = "It says that the question can't be answered."
	return refuses(final) ? [{ where: 'answer', evidence, subtaskId: null, isProven: false }] : []
}

function constraintFailure({ id, outcome, evidence, computed }: ConstraintCheck): readonly Failure[] {
	return outcome === 'fails' ? [{ where: id, evidence, subtaskId: null, isProven: computed }] : []
}

/** Only the step itself, not those that are doubtful because they rest on it. */
function stepFailure({ id, status, checks, isDerived }: SolvedSubtask): readonly Failure[] {
	if (status !== 'low-confidence' || isDerived) return []
	return [{ where: id, evidence: checks.at(-1) ?? 'It failed its check.', subtaskId: id, isProven: true }]
}

const clearMajority = 0.6

/**
 * Whether everything was checked, and not by one model's word alone: something was computed, or whoever worked the question out by
 * itself has come to the same.
 */
function isEstablished({ interpretation, checks, subtasks, voteShare, votes }: Assessed): boolean {
	const isMisread = (interpretation?.remaining ?? []).length > 0
	const isOpen = checks.some(({ outcome }) => outcome === 'not-checked')
	const areChecked = subtasks.length > 0 && subtasks.every(isChecked)
	const isVouchedFor = votes > 1 || subtasks.some(({ checkedBy }) => checkedBy === 'arithmetic')
	return areChecked && isVouchedFor && !isOpen && !isMisread && voteShare >= clearMajority
}
