import { defineStage, type Progress, type StageContext } from '../../core/stage.ts'
import { type Analysis, analyze } from '../analyze/stage.ts'
import { onePiece, type Plan, planProblem, planSchema } from './plan.ts'

const attempts = 2

/** Task decomposition: a small graph of subtasks, each of which can be checked alone. */
export const decompose = defineStage({
	kind: 'decompose',
	needs: { analysis: analyze },
	output: planSchema,

	async *run({ analysis }, context) {
		const givenIds = analysis.givens.map((given) => given.id)
		let problem: string | null = null
		for (let attempt = 0; attempt < attempts; attempt++) {
			const plan: Plan = yield* askForPlan(analysis, context, attempt, problem)
			problem = planProblem(plan, givenIds, context.limits.subtasks)
			if (problem === null) return plan.subtasks.length === 1 ? onePiece(analysis, context.question) : plan
			yield { kind: 'stage-delta', content: { text: `The plan was not usable: ${problem}` } }
		}
		return onePiece(analysis, context.question)
	},

	summarize: ({ subtasks }) => (subtasks.length === 1 ? 'Solved in one piece.' : `${subtasks.length} subtasks.`),

	describe: ({ subtasks }) =>
		subtasks.map((subtask) => {
			const inputs = subtask.inputs.length === 0 ? '' : ` (from ${subtask.inputs.join(', ')})`
			return `**${subtask.id}:** ${subtask.objective}${inputs}`
		}),
})

function askForPlan(
	analysis: Analysis,
	context: StageContext,
	attempt: number,
	problem: string | null,
): Progress<Plan> {
	return context.askStructured({
		key: `plan-${attempt + 1}`,
		values: {
			question: context.question,
			restatement: analysis.restatement,
			givens: analysis.givens.map((given) => `${given.id}: ${given.statement}`).join('\n'),
			unknown: analysis.unknown,
			limit: String(context.limits.subtasks),
			problem: problem ?? 'none',
		},
		maxOutputTokens: 1_500,
		output: { name: 'plan', schema: planSchema },
	})
}
