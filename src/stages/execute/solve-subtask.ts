import { z } from 'zod'
import { refuses } from '../../checks/index.ts'
import { BudgetUsedUp } from '../../core/budget-level.ts'
import { ThreadwiseError } from '../../core/errors.ts'
import { checkMethodSchema } from '../../core/journal.ts'
import type { Progress, StageContext } from '../../core/stage.ts'
import { type Subtask, subtaskSchema } from '../decompose/plan.ts'
import { checkResult, type ResultCheck, type SubtaskResult, subtaskReply } from './check-result.ts'
import { verifyClaim } from './verify-claim.ts'

export const solvedSubtaskSchema = subtaskSchema.omit({ check: true }).extend({
	work: z.string(),
	result: z.string(),
	/** `low-confidence`: every sample failed its check, or an input of this subtask is of low confidence. */
	status: z.enum(['checked', 'unchecked', 'low-confidence']),
	/** Whether it is of low confidence only because of an input. */
	isDerived: z.boolean(),
	samples: z.number().int().positive(),
	/** What the checkpoint said of each sample, and by which method. */
	checks: z.array(z.string()),
	checkedBy: checkMethodSchema.nullable(),
})
export type SolvedSubtask = z.infer<typeof solvedSubtaskSchema>

export type SubtaskInputs = { readonly text: string; readonly trusted: boolean }

type Sample = { readonly result: SubtaskResult; readonly check: ResultCheck }

/**
 * Works out one subtask. A result that fails its checkpoint is sampled again, not revised, within the retries and the budget: what
 * there is stays rather than nothing.
 */
export async function* solveSubtask(
	subtask: Subtask,
	inputs: SubtaskInputs,
	context: StageContext,
): Progress<SolvedSubtask> {
	const startedAt = performance.now()
	const samples: Sample[] = []
	for (let sample = 0; sample <= context.limits.checkpointRetries; sample++) {
		yield { kind: 'stage-delta', subtaskId: subtask.id, content: { text: subtask.objective } }
		const taken: Sample | null = yield* takeSampleIfCovered(subtask, inputs, sample, context)
		if (taken === null) break
		samples.push(taken)
		if (taken.check.outcome !== 'failed') break
	}
	const solved = summarise(subtask, inputs, samples)
	yield {
		kind: 'subtask-end',
		subtaskId: subtask.id,
		status: solved.status,
		samples: solved.samples,
		elapsedMs: Math.round(performance.now() - startedAt),
		content: { objective: subtask.objective, result: solved.result },
	}
	return solved
}

/** Null where there is one already, and the budget covers no further one. */
async function* takeSampleIfCovered(
	subtask: Subtask,
	inputs: SubtaskInputs,
	sample: number,
	context: StageContext,
): Progress<Sample | null> {
	try {
		return yield* takeSample(subtask, inputs, sample, context)
	} catch (error) {
		if (sample === 0 || !(error instanceof BudgetUsedUp)) throw error
		const text = `${subtask.id} is not worked out again: the budget does not cover it.`
		yield { kind: 'stage-delta', content: { text } }
		return null
	}
}

async function* takeSample(
	subtask: Subtask,
	inputs: SubtaskInputs,
	sample: number,
	context: StageContext,
): Progress<Sample> {
	const key = `${subtask.id}-${sample + 1}`
	const result: SubtaskResult | null = yield* askForResult(subtask, inputs, sample, key, context)
	const check: ResultCheck =
		result === null ? unreadable : yield* checkpoint(subtask, inputs, { ...result, sample }, `${key}-check`, context)
	if (check.outcome !== 'nothing-to-check') {
		yield {
			kind: 'checkpoint',
			subtaskId: subtask.id,
			sample,
			method: check.method,
			passed: check.outcome === 'passed',
			content: { evidence: check.evidence },
		}
	}
	return { result: result ?? nothing, check }
}

/** What stands for the result of a step that no reply gave. */
export const noResult = '(no result)'
const nothing: SubtaskResult = { work: '', calculations: [], result: noResult }
const unreadable: ResultCheck = { method: 'schema', outcome: 'failed', evidence: 'The reply could not be read.' }

/** That somebody can't work it out says nothing of what was asked, so nobody need confirm it. */
const noClaim: ResultCheck = {
	method: 'arithmetic',
	outcome: 'nothing-to-check',
	evidence: "It says that it can't be worked out, so there is nothing to check.",
}

/** Null where the model wrote nothing that can be read, not even when it was shown what is wrong. */
function askForResult(
	subtask: Subtask,
	inputs: SubtaskInputs,
	sample: number,
	key: string,
	context: StageContext,
): Progress<SubtaskResult | null> {
	return context.askReadable({
		key,
		sample,
		values: { objective: subtask.objective, inputs: inputs.text, expected: subtask.expectedOutput },
		...subtaskReply,
	})
}

/** The ladder: what can be computed is; only what can't is put to a verifier that doesn't see how it was found. */
export async function* checkpoint(
	subtask: Pick<Subtask, 'objective' | 'expectedOutput'>,
	inputs: Pick<SubtaskInputs, 'text'>,
	{ sample, ...result }: SubtaskResult & { readonly sample: number },
	key: string,
	context: StageContext,
): Progress<ResultCheck> {
	// Another attempt finds the reply in the journal and comes to the same check, so it isn't kept.
	const computed = checkResult(result, subtask.expectedOutput)
	if (computed.outcome !== 'nothing-to-check') return computed
	if (refuses(result.result)) return noClaim
	if (!context.calls.includes('verify')) return computed
	const { objective, expectedOutput: expected } = subtask
	return yield* verifyClaim({ key, sample, objective, inputs: inputs.text, expected, result: result.result }, context)
}

function summarise(subtask: Subtask, inputs: SubtaskInputs, samples: readonly Sample[]): SolvedSubtask {
	const last = samples.at(-1)
	if (last === undefined)
		throw new ThreadwiseError('internal', `No sample was taken of ${subtask.id}.`, { fix: 'Report this.' })
	return {
		id: subtask.id,
		objective: subtask.objective,
		inputs: subtask.inputs,
		expectedOutput: subtask.expectedOutput,
		work: last.result.work,
		result: last.result.result,
		...statusOf(last.check, inputs),
		samples: samples.length,
		checks: samples.map(({ check }) => check.evidence),
		checkedBy: last.check.outcome === 'nothing-to-check' ? null : last.check.method,
	}
}

/** What a check and the inputs of a result make of it. */
export function statusOf(
	{ outcome }: ResultCheck,
	{ trusted }: SubtaskInputs,
): Pick<SolvedSubtask, 'status' | 'isDerived'> {
	if (outcome === 'failed') return { status: 'low-confidence', isDerived: false }
	if (!trusted) return { status: 'low-confidence', isDerived: true }
	return { status: outcome === 'passed' ? 'checked' : 'unchecked', isDerived: false }
}
