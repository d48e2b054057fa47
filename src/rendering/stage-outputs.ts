import { z } from 'zod'
import { confidenceSchema } from '../core/journal.ts'

/**
 * What is read out of the outputs of stages to be shown. The stages have schemas of their own; these take what any version has
 * written: what isn't there or doesn't fit is left out.
 */
const text = z.string().catch('')
const optionalText = z.string().nullish().catch(null)
const optionalNumber = z.number().nullish().catch(null)

/** The items that fit. */
const list = <Item>(item: z.ZodType<Item>) =>
	z
		.array(z.unknown())
		.catch([])
		.transform((items) =>
			items.flatMap((each) => {
				const fitting = item.safeParse(each)
				return fitting.success ? [fitting.data] : []
			}),
		)

const statement = z.object({ id: text, statement: z.string() })

export const analysisOutput = z.object({
	unknown: text,
	givens: list(statement),
	constraints: list(statement),
	ambiguities: list(z.object({ assumption: z.string(), statement: text })),
	clarified: list(z.object({ question: z.string(), answer: z.string().nullable().catch(null) })),
})

export const planOutput = z.object({
	subtasks: list(z.object({ id: z.string(), objective: text, inputs: list(z.string()) })),
	refused: list(z.string()),
})

export const executionOutput = z.object({
	subtasks: list(
		z.object({
			id: z.string(),
			objective: text,
			result: text,
			status: z.enum(['checked', 'unchecked', 'low-confidence']).catch('unchecked'),
			samples: z.number().int().positive().catch(1),
			checks: list(z.string()),
		}),
	),
})

const candidate = z.object({ answer: z.string(), key: optionalText, weight: optionalNumber })

export const alternativesOutput = z.object({
	/** `refuted` says what speaks against it. */
	chain: candidate.extend({ refuted: optionalText }).nullable().catch(null),
	samples: list(candidate.extend({ method: text, check: optionalText })),
})

export const evaluationOutput = z.object({
	passed: z.boolean().nullable().catch(null),
	confidence: confidenceSchema.nullable().catch(null),
	failures: list(z.object({ where: text, evidence: z.string() })),
	checks: list(z.object({ statement: text, outcome: z.string(), evidence: text })),
	final: optionalText,
	source: optionalText,
	voteShare: optionalNumber,
	otherwise: optionalText,
})

export const correctionOutput = z.object({
	failures: list(z.unknown()),
	rounds: list(z.object({ where: text, reason: text, before: text, after: text, accepted: z.boolean() })),
	final: optionalText,
	insteadOfChain: optionalText,
	voteShare: optionalNumber,
})
