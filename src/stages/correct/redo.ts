import type { Progress, StageContext } from '../../core/stage.ts'
import type { Analysis } from '../analyze/stage.ts'
import type { Failure } from '../evaluate/assess.ts'
import { type SubtaskResult, subtaskReply } from '../execute/check-result.ts'
import { checkpoint, type SolvedSubtask, statusOf } from '../execute/solve-subtask.ts'
import { inputLines } from '../execute/stage.ts'

/** The steps with the failing one done again, knowing what the check found, and all that rest on it done again with its result. */
export async function* redoFrom(
	failure: Failure,
	subtasks: readonly SolvedSubtask[],
	analysis: Analysis,
	round: number,
	context: StageContext,
): Progress<readonly SolvedSubtask[]> {
	const failing = failure.subtaskId ?? subtasks.at(-1)?.id
	const changed = new Set<string>()
	const redone: SolvedSubtask[] = []
	for (const subtask of inOrder(subtasks)) {
		const isFailing = subtask.id === failing
		if (!isFailing && !subtask.inputs.some((input) => changed.has(input))) {
			redone.push(subtask)
			continue
		}
		const evidence = isFailing ? failure.evidence : null
		const next: SolvedSubtask = yield* redo(subtask, evidence, redone, analysis, round, context)
		redone.push(next)
		if (next !== subtask) changed.add(subtask.id)
	}
	// In the order of the plan, whose last step gives the answer.
	return subtasks
		.map(({ id }) => redone.find((subtask) => subtask.id === id))
		.filter((subtask) => subtask !== undefined)
}

/** Each step behind those that it needs. */
function inOrder(subtasks: readonly SolvedSubtask[]): readonly SolvedSubtask[] {
	const ordered: SolvedSubtask[] = []
	let left = subtasks
	while (left.length > 0) {
		const waiting = new Set(left.map(({ id }) => id))
		const ready = left.filter(({ inputs }) => !inputs.some((input) => waiting.has(input)))
		if (ready.length === 0) return [...ordered, ...left]
		ordered.push(...ready)
		left = left.filter((subtask) => !ready.includes(subtask))
	}
	return ordered
}

async function* redo(
	subtask: SolvedSubtask,
	evidence: string | null,
	solved: readonly SolvedSubtask[],
	analysis: Analysis,
	round: number,
	context: StageContext,
): Progress<SolvedSubtask> {
	const inputs = inputLines(
		subtask,
		analysis,
		solved.filter(({ id }) => subtask.inputs.includes(id)),
	)
	const key = `round-${round}-${subtask.id}`
	const result: SubtaskResult | null = yield* askAgain(subtask, evidence, inputs.text, key, round, context)
	if (result === null) return subtask
	const check = yield* checkpoint(subtask, inputs, { ...result, sample: subtask.samples }, `${key}-check`, context)
	if (check.outcome !== 'nothing-to-check') {
		const passed = check.outcome === 'passed'
		yield {
			kind: 'checkpoint',
			subtaskId: subtask.id,
			sample: round,
			method: check.method,
			passed,
			content: { evidence: check.evidence },
		}
	}
	return {
		...subtask,
		work: result.work,
		result: result.result,
		...statusOf(check, inputs),
		samples: subtask.samples + 1,
		checks: [...subtask.checks, check.evidence],
		checkedBy: check.outcome === 'nothing-to-check' ? null : check.method,
	}
}

/** Null where nothing came that can be read: the step stays as it is. */
async function* askAgain(
	{ objective, expectedOutput: expected, result: rejected }: SolvedSubtask,
	evidence: string | null,
	inputs: string,
	key: string,
	round: number,
	context: StageContext,
): Progress<SubtaskResult | null> {
	const request = {
		key,
		sample: round,
		...subtaskReply,
	}
	if (evidence !== null)
		return yield* context.askReadable({ ...request, values: { objective, inputs, expected, rejected, evidence } })
	if (!context.calls.includes('redo')) return null
	return yield* context.askReadable({ ...request, call: 'redo', values: { objective, inputs, expected } })
}
