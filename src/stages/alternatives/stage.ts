import { z } from 'zod'
import { answerKey } from '../../checks/index.ts'
import { counted } from '../../core/counted.ts'
import { defineStage, type Progress, type StageContext } from '../../core/stage.ts'
import { type Analysis, analyze } from '../analyze/stage.ts'
import { checkResult } from '../execute/check-result.ts'
import { type Execution, execute } from '../execute/stage.ts'
import { comparing, type Grouped, groupByJudge, noneGrouped, samenessReply } from './group-by-judge.ts'
import { countVotes, leadIsSafe } from './vote.ts'
import { chainWeight, refutations, sampleWeight, weighedByConstraints } from './weight.ts'

const solutionSchema = z.object({
	work: z.string(),
	calculations: z.array(z.object({ expression: z.string(), result: z.string() })).max(60),
	answer: z.string().min(1),
})

const solutionReply = { maxOutputTokens: 1_500, output: { name: 'solution', schema: solutionSchema } }

const candidateSchema = z.object({
	answer: z.string(),
	key: z.string().nullable(),
	/** What its vote counts for, by what it was checked with. */
	weight: z.number().nonnegative(),
})

export const alternativesSchema = z.object({
	/** The answer of the worked-out chain, which is a candidate like any other. */
	chain: candidateSchema.extend({
		/** What speaks against it, if a computation does. */
		refuted: z.string().nullable().default(null),
	}),
	samples: z.array(candidateSchema.extend({ method: z.string(), work: z.string(), check: z.string() })),
	/** Equal answers together, the heaviest first. */
	groups: z.array(z.object({ key: z.string(), answer: z.string(), weight: z.number(), votes: z.number().int() })),
	/** Whether further samples were left out because the leader would have stayed the leader. */
	stoppedEarly: z.boolean(),
})
export type Alternatives = z.infer<typeof alternativesSchema>
type Sample = Alternatives['samples'][number]

/** How many are worked out side by side before the votes are counted. */
const windowSize = 3

/**
 * Alternative solutions: the whole question again, by other methods, compared by the answer alone. Where the chain's evidence is
 * missing or bad; at high effort always one window. Votes are weighed by verification.
 */
export const alternatives = defineStage({
	kind: 'alternatives',
	needs: { analysis: analyze, execution: execute },
	output: alternativesSchema,
	calls: 'any',
	replies: {
		'alternatives/forwards': solutionReply,
		'alternatives/backwards': solutionReply,
		'alternatives/equation': solutionReply,
		'alternatives/compare': samenessReply,
	},

	skip: ({ analysis, execution }, { effort, limits, modelKind }) => {
		const without = (reason: 'not-needed' | 'effort', because: string) => ({
			reason,
			because,
			output: onlyChain(analysis, execution),
		})
		if (limits.alternatives === 0) return without('effort', 'Low effort works out no alternatives.')
		if (effort === 'high') return null
		if (modelKind === 'reasoning')
			return without('not-needed', 'The model weighs alternatives by itself while it thinks.')
		return lacksEvidence(analysis, execution) ? null : without('not-needed', whatWasChecked(execution))
	},

	withoutBudget: ({ analysis, execution }) => onlyChain(analysis, execution),

	async *run({ analysis, execution }, context) {
		const methods = context.calls.filter((name) => name !== comparing)
		const chain = chainCandidate(analysis, execution)
		// One window where the steps were checked: it is there to contradict, not to outvote. A broken constraint can be corrected.
		const most = hasCheckedSteps(execution) ? windowSize : context.limits.alternatives
		const samples: Sample[] = []
		let grouped: Grouped = yield* groupByJudge(noneGrouped, [chain], context)
		let asked = 0
		// What can't be read counts as asked: a model that writes nothing useful isn't asked forever.
		while (methods.length > 0 && asked < most && !leadIsSafe(countVotes(grouped.ballots))) {
			const size = Math.min(windowSize, most - asked)
			const taken: readonly Sample[] = yield* takeWindow(asked, size, methods, analysis, context)
			asked += size
			samples.push(...taken)
			grouped = yield* groupByJudge(grouped, taken, context)
		}
		const keyed = grouped.ballots.map(({ key }) => key)
		return {
			chain: { ...chain, key: keyed[0] ?? null },
			samples: samples.map((sample, index) => ({ ...sample, key: keyed[index + 1] ?? null })),
			groups: [...countVotes(grouped.ballots)],
			stoppedEarly: asked < most && methods.length > 0,
		}
	},

	summarize: ({ chain, samples, groups, stoppedEarly }) => {
		const agreeing = samples.filter(({ key }) => key !== null && key === chain.key).length
		const [first, ...others] = groups
		const early = stoppedEarly ? ' More would hardly have changed that.' : ''
		if (samples.length === 0) return 'No independent solution could be had.'
		if (first === undefined)
			return `None of ${counted(samples.length, 'independent solution')} has an answer that counts.`
		if (others.length === 0 && first.key === chain.key)
			return `${agreeing} of ${counted(samples.length, 'independent solution')} agree.${early}`
		return `${agreeing} of ${counted(samples.length, 'independent solution')} agree with "${chain.answer}"; most weight is on "${first.answer}".`
	},

	describe: ({ chain, samples, groups }) => [
		`**Worked out step by step:** ${chain.answer} (weight ${chain.weight}${chain.refuted === null ? '' : `; ${chain.refuted}`})`,
		...samples.map(
			({ method, answer, weight, check }) => `**By the method "${method}":** ${answer} (weight ${weight}; ${check})`,
		),
		...groups.map(({ answer, weight, votes }) => `— "${answer}": ${counted(votes, 'vote')}, weight ${weight}`),
	],
})

function whatWasChecked({ subtasks }: Execution): string {
	const checked = subtasks.filter(({ status }) => status === 'checked').length
	if (checked === subtasks.length) return 'Every step was checked.'
	return `${checked} of ${counted(subtasks.length, 'step')} could be checked, and nothing failed.`
}

/** A chain without a failed step or constraint, in which something was checked, needs no second opinion. */
function lacksEvidence(analysis: Analysis, { subtasks, final }: Execution): boolean {
	return refutations(final, analysis.constraints).length > 0 || !hasCheckedSteps({ subtasks })
}

function hasCheckedSteps({ subtasks }: Pick<Execution, 'subtasks'>): boolean {
	const statuses = new Set(subtasks.map(({ status }) => status))
	return statuses.has('checked') && !statuses.has('low-confidence')
}

function chainCandidate(analysis: Analysis, { subtasks, final }: Execution) {
	const weight = weighedByConstraints(chainWeight(subtasks), final, analysis.constraints)
	const [broken] = refutations(final, analysis.constraints)
	return { answer: final, key: keyOf(final, analysis), weight, refuted: broken?.evidence ?? null }
}

function onlyChain(analysis: Analysis, execution: Execution): Alternatives {
	const chain = chainCandidate(analysis, execution)
	return { chain, samples: [], groups: [...countVotes([chain])], stoppedEarly: false }
}

/** What an answer to this question is compared by. */
export function keyOf(answer: string, { answerType, constraints }: Analysis): string | null {
	const unit = constraints.find(({ kind }) => kind === 'unit')?.value ?? undefined
	return answerKey(answer, { form: answerType, unit })
}

async function* takeWindow(
	first: number,
	size: number,
	methods: readonly string[],
	analysis: Analysis,
	context: StageContext,
): Progress<readonly Sample[]> {
	const numbers = Array.from({ length: size }, (_, index) => first + index)
	const taken: readonly (Sample | null)[] = yield* context.parallel(
		numbers.map((number) => (own) => takeSample(number, methods[number % methods.length] ?? '', analysis, own)),
	)
	return taken.filter((sample) => sample !== null)
}

/** Null where the model wrote nothing that can be read: it has no vote. */
async function* takeSample(
	number: number,
	method: string,
	analysis: Analysis,
	context: StageContext,
): Progress<Sample | null> {
	const solution: z.infer<typeof solutionSchema> | null = yield* context.askReadable({
		key: `sample-${number + 1}`,
		call: method,
		sample: number,
		values: {
			question: context.question,
			restatement: analysis.restatement,
			givens: analysis.givens.map(({ id, statement }) => `${id}: ${statement}`).join('\n'),
			unknown: analysis.unknown,
			constraints: analysis.constraints.map(({ id, statement }) => `${id}: ${statement}`).join('\n') || 'none',
		},
		...solutionReply,
	})
	if (solution === null) return null
	const sample = candidateOf(solution, method, analysis)
	const { answer, key, weight } = sample
	yield { kind: 'sample', sample: number, method, weight, content: { answer, key: key ?? '' } }
	return sample
}

/** Checked like a step of the chain. */
function candidateOf(
	{ work, calculations, answer }: z.infer<typeof solutionSchema>,
	method: string,
	analysis: Analysis,
): Sample {
	const { outcome, evidence } = checkResult({ work, calculations, result: answer }, analysis.unknown)
	const [refuted] = refutations(answer, analysis.constraints)
	return {
		method,
		work,
		answer,
		key: keyOf(answer, analysis),
		weight: weighedByConstraints(sampleWeight(outcome, answer), answer, analysis.constraints),
		check: refuted?.evidence ?? evidence,
	}
}
