import { z } from 'zod'
import { constraintSchema } from '../../checks/index.ts'
import { type Clarification, defineStage, type Progress, type StageContext } from '../../core/stage.ts'

/** What a model reads out of a question. */
export const readingSchema = z.object({
	/** A BCP 47 tag: the language of the question. */
	language: z.string(),
	restatement: z.string().min(1),
	givens: z.array(z.object({ id: z.string(), statement: z.string() })).max(60),
	unknown: z.string().min(1),
	constraints: z.array(constraintSchema).max(30),
	answerType: z.enum(['number', 'text', 'choice', 'yes-no', 'date', 'list', 'code']),
	ambiguities: z
		.array(
			z.object({
				statement: z.string(),
				assumption: z.string(),
				changesAnswer: z.boolean(),
				/** What to ask whoever wrote the question, in their language; null where an assumption will do. */
				question: z.string().nullable().default(null),
			}),
		)
		.max(10),
})
export type Reading = z.infer<typeof readingSchema>

export const analysisSchema = readingSchema.extend({
	/**
	 * How the reading was compared with the question: what was added, dropped or changed the first time, and what still was after it
	 * was read again; null where it wasn't compared, or not again.
	 */
	interpretation: z
		.object({
			differences: z.array(z.string()),
			agreed: z.boolean(),
			remaining: z.array(z.string()).nullable().default(null),
		})
		.nullable()
		.default(null),
	clarified: z.array(z.object({ question: z.string(), answer: z.string().nullable() })).default([]),
})
export type Analysis = z.infer<typeof analysisSchema>

const comparisonSchema = z.object({
	differences: z.array(z.object({ kind: z.enum(['added', 'dropped', 'changed']), what: z.string() })).max(20),
})

const reading = { maxOutputTokens: 1_500, output: { name: 'analysis', schema: readingSchema } }
const comparison = { maxOutputTokens: 500, output: { name: 'comparison', schema: comparisonSchema } }

/** Problem analysis: what is asked and what is given, before anything is solved. */
export const analyze = defineStage({
	kind: 'analyze',
	needs: {},
	output: analysisSchema,
	calls: ['verify'],
	replies: { analyze: reading, 'analyze/verify': comparison },

	async *run(_inputs, context) {
		const clarified = context.clarifications.map(({ question, answer }) => ({ question, answer }))
		const first: Reading | null = yield* read(context, 'analysis', null)
		if (first === null) return { ...asItStands(context.question), interpretation: null, clarified }
		// A misreading is the largest class of errors, and nothing after this stage could notice it.
		if (context.effort === 'low' || !context.calls.includes('verify'))
			return { ...first, interpretation: null, clarified }
		const differences: readonly string[] | null = yield* compare(first, 0, context)
		if (differences === null) return { ...first, interpretation: null, clarified }
		if (differences.length === 0) return { ...first, interpretation: agreement, clarified }
		yield { kind: 'stage-delta', content: { text: 'The question is read again, with these differences in mind.' } }
		const second: Reading | null = yield* read(context, 'analysis-again', differences)
		const remaining: readonly string[] | null = second === null ? null : yield* compare(second, 1, context)
		if (remaining?.length === 0)
			yield { kind: 'stage-delta', content: { text: 'Read again, it agrees with the question.' } }
		return {
			...(second ?? asItStands(context.question)),
			interpretation: {
				differences: [...differences],
				agreed: false,
				remaining: remaining === null ? null : [...remaining],
			},
			clarified,
		}
	},

	/** One question at most: who asks back twice is a nuisance. */
	asksBack: ({ ambiguities, clarified }) => {
		if (clarified.length > 0) return null
		return ambiguities.find(({ changesAnswer, question }) => changesAnswer && question !== null)?.question ?? null
	},

	summarize: ({ restatement, interpretation }) => `${whatRereadingCameTo(interpretation)}${restatement}`,

	describe: (analysis) => [
		`**Asked:** ${analysis.unknown}`,
		...analysis.givens.map((given) => `**Given (${given.id}):** ${given.statement}`),
		...analysis.constraints.map((constraint) => `**Must hold (${constraint.id}):** ${constraint.statement}`),
		...analysis.clarified.map(({ question, answer }) => `**Asked back:** ${question} — ${answer ?? 'no answer came'}`),
		...analysis.ambiguities.map(({ statement, assumption }) => `**Assumed:** ${assumption} (${statement})`),
		...describeInterpretation(analysis.interpretation),
	],
})

function describeInterpretation(interpretation: Analysis['interpretation']): readonly string[] {
	if (interpretation === null) return []
	const { agreed, differences, remaining } = interpretation
	if (agreed) return ['**Checked:** a second reading found nothing added, dropped or changed.']
	return [
		`**Read again**, since a second reading found: ${differences.join('; ')}`,
		...(remaining === null
			? []
			: [`**Checked again:** ${remaining.join('; ') || 'nothing added, dropped or changed.'}`]),
	]
}

const agreement: Analysis['interpretation'] = { differences: [], agreed: true, remaining: null }

/** It stands first, since a summary is cut where its line ends. Nothing where reading once was enough. */
function whatRereadingCameTo(interpretation: Analysis['interpretation']): string {
	if (interpretation === null || interpretation.agreed || interpretation.remaining === null) return ''
	return interpretation.remaining.length === 0
		? 'Misread at first, then put right: '
		: 'Read twice, and still not quite as it was asked: '
}

/** Null where the model wrote nothing that can be read, not even when it was shown what is wrong. */
async function* read(
	context: StageContext,
	key: string,
	differences: readonly string[] | null,
): Progress<Reading | null> {
	return yield* context.askReadable({
		// Once the asker has said more, it is another request.
		key: context.clarifications.length === 0 ? key : `${key}-clarified-${context.clarifications.length}`,
		values: {
			question: context.question,
			history: context.history,
			clarifications: clarificationLines(context.clarifications),
			differences: differences?.join('\n') ?? 'none',
		},
		...reading,
	})
}

/** A question that can't be taken apart is still a question: it is worked on as it stands. */
function asItStands(question: string): Reading {
	return {
		language: 'und',
		restatement: question,
		givens: [{ id: 'g1', statement: question }],
		unknown: 'the answer to the question',
		constraints: [],
		answerType: 'text',
		ambiguities: [],
	}
}

function clarificationLines(clarifications: readonly Clarification[]): string {
	if (clarifications.length === 0) return 'none'
	return clarifications
		.map(
			({ question, answer }) =>
				`Asked back: ${question}\nAnswered: ${answer ?? '(no answer; assume what is likeliest)'}`,
		)
		.join('\n')
}

/** What the reading adds to the question, drops or changes; null where the model that compares them can't be read. */
async function* compare(reading: Reading, sample: number, context: StageContext): Progress<readonly string[] | null> {
	const again = sample === 0 ? '' : '-again'
	const suffix = context.clarifications.length === 0 ? '' : `-clarified-${context.clarifications.length}`
	const compared: z.infer<typeof comparisonSchema> | null = yield* context.askReadable({
		key: `comparison${again}${suffix}`,
		call: 'verify',
		values: {
			question: context.question,
			clarifications: clarificationLines(context.clarifications),
			restatement: reading.restatement,
			givens: reading.givens.map(({ id, statement }) => `${id}: ${statement}`).join('\n'),
			unknown: reading.unknown,
		},
		...comparison,
	})
	if (compared === null) return null
	const differences = compared.differences.map(({ kind, what }) => `${kind}: ${what}`)
	const evidence =
		differences.length === 0
			? 'The reading adds, drops and changes nothing.'
			: `The reading differs: ${differences.join('; ')}`
	yield {
		kind: 'checkpoint',
		sample,
		method: 'interpretation',
		passed: differences.length === 0,
		content: { evidence },
	}
	return differences
}
