import { z } from 'zod'
import { counted } from '../../core/counted.ts'
import { defineStage, type Progress, type StageContext } from '../../core/stage.ts'
import { type Analysis, analyze } from '../analyze/stage.ts'
import { criticalPath, onePiece, type Plan, planProblem, planSchema } from './plan.ts'

/** The plan that is carried out, and how many of its subtasks must be done one after the other. */
export const decompositionSchema = planSchema.extend({ criticalPath: z.number().int().positive() })
export type Decomposition = z.infer<typeof decompositionSchema>

const attempts = 2
const reply = { maxOutputTokens: 1_500, output: { name: 'plan', schema: planSchema } }

/** Task decomposition: a small graph of subtasks, each of which can be checked alone. */
export const decompose = defineStage({
	kind: 'decompose',
	needs: { analysis: analyze },
	output: decompositionSchema,
	replies: { decompose: reply },

	async *run({ analysis }, context) {
		const plan: Plan = yield* findPlan(analysis, context)
		return { ...plan, criticalPath: criticalPath(plan) }
	},

	skip: ({ analysis }, { question, effort, modelKind }) =>
		modelKind === 'plain' || effort === 'high'
			? null
			: {
					reason: 'not-needed',
					because: 'The model plans by itself while it thinks.',
					output: { ...onePiece(analysis, question), criticalPath: 1 },
				},

	withoutBudget: ({ analysis }, { question }) => ({ ...onePiece(analysis, question), criticalPath: 1 }),

	summarize: ({ subtasks, criticalPath: length }) =>
		subtasks.length === 1
			? 'Solved in one piece.'
			: `${counted(subtasks.length, 'subtask')}, ${length} of them one after the other.`,

	describe: ({ subtasks }) =>
		subtasks.map((subtask) => {
			// Whoever reads this doesn't have the givens before them, only the other steps.
			const needed = subtask.inputs.filter((input) => subtasks.some(({ id }) => id === input))
			const inputs = needed.length === 0 ? '' : ` (from ${needed.join(', ')})`
			return `**${subtask.id}:** ${subtask.objective}${inputs}`
		}),
})

/** A plan that can't be used is asked for once more, with what is wrong with it; then the problem is solved in one piece. */
async function* findPlan(analysis: Analysis, context: StageContext): Progress<Plan> {
	const givenIds = analysis.givens.map((given) => given.id)
	let problem: string | null = null
	for (let attempt = 0; attempt < attempts; attempt++) {
		const plan: Plan | null = yield* askForPlan(analysis, context, attempt, problem)
		if (plan === null) return onePiece(analysis, context.question)
		problem = planProblem(plan, givenIds, context.limits.subtasks)
		if (problem === null) return plan.subtasks.length === 1 ? onePiece(analysis, context.question) : plan
		yield { kind: 'stage-delta', content: { text: `The plan was not usable: ${problem}` } }
	}
	return onePiece(analysis, context.question)
}

/** Null where no reply was a plan at all, although the model was shown what is wrong with its first one. */
async function* askForPlan(
	analysis: Analysis,
	context: StageContext,
	attempt: number,
	problem: string | null,
): Progress<Plan | null> {
	const plan: Plan | null = yield* context.askReadable({
		key: `plan-${attempt + 1}`,
		values: {
			question: context.question,
			restatement: analysis.restatement,
			givens: analysis.givens.map((given) => `${given.id}: ${given.statement}`).join('\n'),
			unknown: analysis.unknown,
			limit: String(context.limits.subtasks),
			problem: problem ?? 'none',
		},
		...reply,
	})
	if (plan === null)
		yield { kind: 'stage-delta', content: { text: 'There was no plan to be had: no reply could be read.' } }
	return plan
}
