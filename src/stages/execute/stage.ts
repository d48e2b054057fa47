import { z } from 'zod'
import { counted } from '../../core/counted.ts'
import { defineStage, type Progress, type StageContext } from '../../core/stage.ts'
import { type Analysis, analyze } from '../analyze/stage.ts'
import type { Plan, Subtask } from '../decompose/plan.ts'
import { decompose } from '../decompose/stage.ts'
import { type SolvedSubtask, solvedSubtaskSchema, solveSubtask } from './solve-subtask.ts'

export const executionSchema = z.object({ subtasks: z.array(solvedSubtaskSchema).min(1), final: z.string() })
export type Execution = z.infer<typeof executionSchema>

/** Systematic execution: every subtask as soon as its inputs are there, each followed by its checkpoint. */
export const execute = defineStage({
	kind: 'execute',
	needs: { analysis: analyze, plan: decompose },
	output: executionSchema,

	async *run({ analysis, plan }, context) {
		const subtasks = yield* solveAll(plan, analysis, context)
		return { subtasks: [...subtasks], final: subtasks.at(-1)?.result ?? '' }
	},

	summarize: ({ subtasks }) => {
		const checked = subtasks.filter((subtask) => subtask.status === 'checked').length
		const again = subtasks.filter((subtask) => subtask.samples > 1).length
		const repeated = again === 0 ? '' : `, ${again} worked out again after a failed check`
		return `${subtasks.length} of ${counted(subtasks.length, 'step')} done, ${checked} checked${repeated}.`
	},

	describe: ({ subtasks }) =>
		subtasks.flatMap((subtask) => [
			`**${subtask.id}:** ${subtask.objective} → **${subtask.result}**`,
			...subtask.checks.map((check) => `— ${check}`),
		]),
})

/**
 * Starts all subtasks at once; each waits for the promises of its inputs. So a subtask runs as soon as it can, without a
 * scheduler.
 */
function solveAll(plan: Plan, analysis: Analysis, context: StageContext): Progress<readonly SolvedSubtask[]> {
	const results = new Map(plan.subtasks.map((subtask) => [subtask.id, Promise.withResolvers<SolvedSubtask>()]))
	// A subtask that nobody waits for reports its failure through `parallel` alone.
	for (const { promise } of results.values()) promise.catch(() => {})

	async function* solve(subtask: Subtask, own: StageContext): Progress<SolvedSubtask> {
		const result = results.get(subtask.id)
		try {
			const needed = subtask.inputs.flatMap((input) => results.get(input)?.promise ?? [])
			const solved = yield* solveSubtask(subtask, inputLines(subtask, analysis, await Promise.all(needed)), own)
			result?.resolve(solved)
			return solved
		} catch (error) {
			result?.reject(error)
			throw error
		}
	}
	return context.parallel(plan.subtasks.map((subtask) => (own) => solve(subtask, own)))
}

/** Only what the subtask names: given statements and the results of earlier subtasks. */
function inputLines(subtask: Subtask, analysis: Analysis, solved: readonly SolvedSubtask[]) {
	const givens = analysis.givens.filter((given) => subtask.inputs.includes(given.id))
	return {
		text: [
			...givens.map((given) => `${given.id}: ${given.statement}`),
			...solved.map((input) => `${input.id}: ${input.expectedOutput}: ${input.result}`),
		].join('\n'),
		trusted: solved.every((input) => input.status !== 'low-confidence'),
	}
}
