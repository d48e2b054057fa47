import { z } from 'zod'
import { defineStage } from '../../core/stage.ts'

export const constraintSchema = z.object({
	id: z.string(),
	kind: z.enum(['number', 'integer', 'unit', 'must-include', 'other']),
	statement: z.string(),
	/** The unit or the words, for the kinds that have one. */
	value: z.string().nullable(),
})
export type Constraint = z.infer<typeof constraintSchema>

export const analysisSchema = z.object({
	/** A BCP 47 tag: the language of the question. */
	language: z.string(),
	restatement: z.string().min(1),
	givens: z.array(z.object({ id: z.string(), statement: z.string() })).max(60),
	unknown: z.string().min(1),
	constraints: z.array(constraintSchema).max(30),
	answerType: z.enum(['number', 'text', 'choice', 'yes-no', 'date', 'list', 'code']),
	ambiguities: z.array(z.object({ statement: z.string(), assumption: z.string(), changesAnswer: z.boolean() })).max(10),
})
export type Analysis = z.infer<typeof analysisSchema>

/** Problem analysis: what is asked and what is given, before anything is solved. */
export const analyze = defineStage({
	kind: 'analyze',
	needs: {},
	output: analysisSchema,

	async *run(_inputs, context) {
		return yield* context.askStructured({
			key: 'analysis',
			values: { question: context.question, history: context.history },
			maxOutputTokens: 1_500,
			output: { name: 'analysis', schema: analysisSchema },
		})
	},

	summarize: (analysis) => analysis.restatement,

	describe: (analysis) => [
		`**Asked:** ${analysis.unknown}`,
		...analysis.givens.map((given) => `**Given (${given.id}):** ${given.statement}`),
		...analysis.constraints.map((constraint) => `**Must hold (${constraint.id}):** ${constraint.statement}`),
		...analysis.ambiguities.map(({ statement, assumption }) => `**Assumed:** ${assumption} (${statement})`),
	],
})
