import { z } from 'zod'
import { ThreadwiseError } from '../../core/errors.ts'
import type { Progress, StageContext } from '../../core/stage.ts'
import { type Subtask, subtaskSchema } from '../decompose/plan.ts'
import { checkResult, type ResultCheck, type SubtaskResult, subtaskResultSchema } from './check-result.ts'

export const solvedSubtaskSchema = subtaskSchema.pick({ id: true, objective: true, expectedOutput: true }).extend({
	work: z.string(),
	result: z.string(),
	/** `low-confidence`: every sample failed its check, or an input of this subtask is of low confidence. */
	status: z.enum(['checked', 'unchecked', 'low-confidence']),
	samples: z.number().int().positive(),
	/** What the checkpoint said of each sample. */
	checks: z.array(z.string()),
})
export type SolvedSubtask = z.infer<typeof solvedSubtaskSchema>

export type SubtaskInputs = { readonly text: string; readonly trusted: boolean }

type Sample = { readonly result: SubtaskResult; readonly check: ResultCheck }

/** Works out one subtask. A result that fails its checkpoint is sampled again, not revised, within the retries. */
export async function* solveSubtask(
	subtask: Subtask,
	inputs: SubtaskInputs,
	context: StageContext,
): Progress<SolvedSubtask> {
	const startedAt = performance.now()
	const samples: Sample[] = []
	for (let sample = 0; sample <= context.limits.checkpointRetries; sample++) {
		yield { kind: 'stage-delta', subtaskId: subtask.id, content: { text: subtask.objective } }
		const taken: Sample = yield* takeSample(subtask, inputs, sample, context)
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

async function* takeSample(
	subtask: Subtask,
	inputs: SubtaskInputs,
	sample: number,
	context: StageContext,
): Progress<Sample> {
	const key = `${subtask.id}-${sample + 1}`
	const result: SubtaskResult = yield* context.askStructured({
		key,
		sample,
		values: { objective: subtask.objective, inputs: inputs.text, expected: subtask.expectedOutput },
		maxOutputTokens: 1_000,
		output: { name: 'subtask-result', schema: subtaskResultSchema },
	})
	// Another attempt finds the reply in the journal and comes to the same check, so it isn't kept.
	const check = checkResult(result)
	if (check.outcome !== 'nothing-to-check') {
		yield {
			kind: 'checkpoint',
			subtaskId: subtask.id,
			sample,
			method: 'arithmetic',
			passed: check.outcome === 'passed',
			content: { evidence: check.evidence },
		}
	}
	return { result, check }
}

function summarise(subtask: Subtask, inputs: SubtaskInputs, samples: readonly Sample[]): SolvedSubtask {
	const last = samples.at(-1)
	if (last === undefined)
		throw new ThreadwiseError('internal', `No sample was taken of ${subtask.id}.`, { fix: 'Report this.' })
	return {
		id: subtask.id,
		objective: subtask.objective,
		expectedOutput: subtask.expectedOutput,
		work: last.result.work,
		result: last.result.result,
		status: statusOf(last.check, inputs),
		samples: samples.length,
		checks: samples.map(({ check }) => check.evidence),
	}
}

function statusOf(check: ResultCheck, inputs: SubtaskInputs): SolvedSubtask['status'] {
	if (check.outcome === 'failed' || !inputs.trusted) return 'low-confidence'
	return check.outcome === 'passed' ? 'checked' : 'unchecked'
}
