import { z } from 'zod'
import { defineStage, type Progress, type StageContext } from '../../../src/core/stage.ts'
import { type Analysis, analyze } from '../../../src/stages/index.ts'
import { referenceSamples } from './reference-work.ts'

export const alternativeSchema = z.object({ answer: z.string().min(1), key: z.string() })
export type Alternative = z.infer<typeof alternativeSchema>

/** Three samples of the whole problem side by side, each durable before anything is made of it, and the one that most agree on. */
export const alternatives = defineStage({
	kind: 'alternatives',
	needs: { analysis: analyze },
	output: z.object({ samples: z.array(alternativeSchema), chosen: z.string() }),

	async *run({ analysis }, context) {
		const indexes = Array.from({ length: referenceSamples }, (_, index) => index)
		const samples = yield* context.parallel(indexes.map((index) => (own) => takeSample(index, analysis, own)))
		return { samples: [...samples], chosen: mostFrequent(samples) }
	},

	summarize: ({ samples, chosen }) => `${samples.length} solutions; chosen: ${chosen}.`,
	describe: ({ samples }) => samples.map(({ answer }) => answer),
})

async function* takeSample(sample: number, analysis: Analysis, context: StageContext): Progress<Alternative> {
	const alternative: Alternative = yield* context.askStructured({
		key: `alternative-${sample + 1}`,
		sample,
		values: {
			question: context.question,
			restatement: analysis.restatement,
			givens: analysis.givens.map((given) => `${given.id}: ${given.statement}`).join('\n'),
		},
		maxOutputTokens: 1_000,
		output: { name: 'alternative', schema: alternativeSchema },
	})
	yield { kind: 'sample', sample, method: 'vote', content: alternative }
	return alternative
}

/** The key that occurs most often, the first of them where several do. */
export function mostFrequent(samples: readonly Alternative[]): string {
	const counted = Map.groupBy(samples, ({ key }) => key)
	const [first = ''] = [...counted].toSorted(([, left], [, right]) => right.length - left.length)
	return first[0] ?? ''
}
