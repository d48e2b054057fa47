import { z } from 'zod'
import { counted } from '../../core/counted.ts'
import { defineStage, optional, type Progress, type StageContext } from '../../core/stage.ts'
import { type Analysis, analyze } from '../analyze/stage.ts'
import { onePiece, type Plan, type Subtask } from '../decompose/plan.ts'
import { decompose } from '../decompose/stage.ts'
import { subtaskReply } from './check-result.ts'
import { createSlots } from './slots.ts'
import { type SolvedSubtask, solvedSubtaskSchema, solveSubtask } from './solve-subtask.ts'
import { claimReply } from './verify-claim.ts'

export const executionSchema = z.object({ subtasks: z.array(solvedSubtaskSchema).min(1), final: z.string() })
export type Execution = z.infer<typeof executionSchema>

/** Systematic execution: every subtask as soon as its inputs are there, each followed by its checkpoint. */
export const execute = defineStage({
	kind: 'execute',
	// Without a plan, the problem is solved in one piece.
	needs: { analysis: analyze, plan: optional(decompose) },
	output: executionSchema,
	calls: ['verify'],
	replies: { execute: subtaskReply, 'execute/verify': claimReply },

	async *run({ analysis, plan }, context) {
		const subtasks = yield* solveAll(plan ?? onePiece(analysis, context.question), analysis, context)
		return { subtasks: [...subtasks], final: subtasks.at(-1)?.result ?? '' }
	},

	summarize: ({ subtasks }) => {
		const checked = subtasks.filter((subtask) => subtask.status === 'checked').length
		const again = subtasks.filter((subtask) => subtask.samples > 1).length
		const repeated = again === 0 ? '' : `, ${again} worked out again after a failed check`
		const doubtful = subtasks.filter((subtask) => subtask.status === 'low-confidence').length
		const inDoubt = doubtful === 0 ? '' : `, ${doubtful} in doubt`
		return `${subtasks.length} of ${counted(subtasks.length, 'step')} done, ${checked} checked${repeated}${inDoubt}.`
	},

	describe: ({ subtasks }) =>
		subtasks.flatMap((subtask) => [
			`**${subtask.id}:** ${subtask.objective} → **${subtask.result}**`,
			...subtask.checks.map((check) => `— ${check}`),
		]),
})

/** How many subtasks are worked on at a time: a model's server has its limits, and other questions are waiting too. */
const concurrency = 4

/**
 * Starts all subtasks at once; each waits for the promises of its inputs, then for a slot. So a subtask runs as soon as it can,
 * and one that waits for another keeps no third from working.
 */
function solveAll(plan: Plan, analysis: Analysis, context: StageContext): Progress<readonly SolvedSubtask[]> {
	const slots = createSlots(concurrency)
	const results = new Map(plan.subtasks.map((subtask) => [subtask.id, Promise.withResolvers<SolvedSubtask>()]))
	// A subtask that nobody waits for reports its failure through `parallel` alone.
	for (const { promise } of results.values()) promise.catch(() => {})

	async function* solve(subtask: Subtask, own: StageContext): Progress<SolvedSubtask> {
		const result = results.get(subtask.id)
		try {
			const needed = subtask.inputs.flatMap((input) => results.get(input)?.promise ?? [])
			const inputs = inputLines(subtask, analysis, await Promise.all(needed))
			const solved = yield* slots.use(solveSubtask(subtask, inputs, own))
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
export function inputLines(subtask: Pick<Subtask, 'inputs'>, analysis: Analysis, solved: readonly SolvedSubtask[]) {
	const givens = analysis.givens.filter((given) => subtask.inputs.includes(given.id))
	return {
		text: [
			...givens.map((given) => `${given.id}: ${given.statement}`),
			...solved.map((input) => `${input.id}: ${input.expectedOutput}: ${input.result}`),
		].join('\n'),
		trusted: solved.every((input) => input.status !== 'low-confidence'),
	}
}
