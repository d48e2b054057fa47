import { z } from 'zod'
import { counted } from '../../core/counted.ts'
import { defineStage, type Progress, type StageContext } from '../../core/stage.ts'
import { type Analysis, analyze } from '../analyze/stage.ts'
import { criticalPath, onePiece, type Plan, planProblem, planSchema } from './plan.ts'

/** The plan that is carried out, how many of its subtasks must be done one after the other, and which plans were refused for it. */
export const decompositionSchema = planSchema.extend({
	criticalPath: z.number().int().positive(),
	/** What was wrong with each plan that was refused before, in order. */
	refused: z.array(z.string()).default([]),
})
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
		const found: Found = yield* findPlan(analysis, context)
		return { ...found.plan, criticalPath: criticalPath(found.plan), refused: found.refused }
	},

	skip: ({ analysis }, { question, effort, modelKind }) =>
		modelKind === 'plain' || effort === 'high'
			? null
			: {
					reason: 'not-needed',
					because: 'The model plans by itself while it thinks.',
					output: undivided(analysis, question),
				},

	withoutBudget: ({ analysis }, { question }) => undivided(analysis, question),

	summarize: ({ subtasks, criticalPath: length, refused }) => {
		const plan =
			subtasks.length === 1
				? 'Solved in one piece'
				: `${counted(subtasks.length, 'subtask')}, ${length} of them one after the other`
		return `${plan}${refused.length === 0 ? '' : `; ${counted(refused.length, 'plan')} refused before`}.`
	},

	describe: ({ subtasks, refused }) => [
		...refused.map((problem, index) => `**Plan ${index + 1} refused:** ${problem}`),
		...subtasks.map((subtask) => {
			// Whoever reads this doesn't have the givens before them, only the other steps.
			const needed = subtask.inputs.filter((input) => subtasks.some(({ id }) => id === input))
			const inputs = needed.length === 0 ? '' : ` (from ${needed.join(', ')})`
			return `**${subtask.id}:** ${subtask.objective}${inputs}`
		}),
	],
})

function undivided(analysis: Analysis, question: string): Decomposition {
	return { ...onePiece(analysis, question), criticalPath: 1, refused: [] }
}

type Found = { readonly plan: Plan; readonly refused: string[] }

/** A plan that can't be used is refused and asked for once more, with what is wrong with it; then the problem is solved in one piece. */
async function* findPlan(analysis: Analysis, context: StageContext): Progress<Found> {
	const whole = onePiece(analysis, context.question)
	const refused: string[] = []
	const givenIds = analysis.givens.map((given) => given.id)
	let problem: string | null = null
	for (let attempt = 0; attempt < attempts; attempt++) {
		const plan: Plan | null = yield* askForPlan(analysis, context, attempt, problem)
		if (plan === null) return { plan: whole, refused: [...refused, 'It could not be read.'] }
		problem = planProblem(plan, givenIds, context.limits.subtasks)
		if (problem === null) return { plan: plan.subtasks.length === 1 ? whole : plan, refused }
		refused.push(problem)
		yield { kind: 'stage-delta', content: { text: `The plan was not usable: ${problem}` } }
	}
	return { plan: whole, refused }
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
