import type { ConstraintCheck } from '../../checks/index.ts'
import type { Confidence } from '../../core/journal.ts'
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
	readonly checks: readonly ConstraintCheck[]
	/** The steps that the answer rests on; empty where it was found as a whole. */
	readonly subtasks: readonly SolvedSubtask[]
	/** The part of all vote weight that is for the answer; 1 where there was no vote. */
	readonly voteShare: number
}

/** What the checks say of an answer, all together. */
export function assess({ checks, subtasks, voteShare }: Assessed): Assessment {
	const failures = [...checks.flatMap(constraintFailure), ...subtasks.flatMap(stepFailure)]
	const checked = subtasks.filter(({ status }) => status === 'checked').length
	const steps = { checked, of: subtasks.length }
	const checkedShare = subtasks.length === 0 ? 0 : checked / subtasks.length
	return {
		failures,
		steps,
		confidence: confidenceOf(failures.length, checkedShare, voteShare, checks),
		score: checkedShare / 4 + voteShare / 4 - failures.length,
	}
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

function confidenceOf(
	failures: number,
	checkedShare: number,
	voteShare: number,
	checks: readonly ConstraintCheck[],
): Confidence {
	if (failures > 0 || voteShare < 0.5) return 'low'
	const isOpen = checks.some(({ outcome }) => outcome === 'not-checked')
	return checkedShare === 1 && !isOpen && voteShare >= clearMajority ? 'high' : 'medium'
}
