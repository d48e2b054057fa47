import { z } from 'zod'
import { type Constraint, type ConstraintCheck, computeConstraint } from '../../checks/index.ts'
import { counted } from '../../core/counted.ts'
import { type ThreadwiseError, unreadableReply } from '../../core/errors.ts'
import { confidenceSchema } from '../../core/journal.ts'
import { defineStage, optional, type Progress, type StageContext } from '../../core/stage.ts'
import { type Alternatives, alternatives, keyOf } from '../alternatives/stage.ts'
import { countVotes, type Group, voteShareOf, votesFor } from '../alternatives/vote.ts'
import { chainWeight, refutations, weighedByConstraints } from '../alternatives/weight.ts'
import { type Analysis, analyze } from '../analyze/stage.ts'
import { type Execution, execute } from '../execute/stage.ts'
import { assess } from './assess.ts'
import { choiceReply, choose } from './choose.ts'

/** The evidence comes before the judgement, so that a model which doesn't think before it writes has looked first. */
export const judgementSchema = z.object({
	checks: z.array(z.object({ id: z.string(), evidence: z.string(), holds: z.boolean() })),
})
const judgementReply = { maxOutputTokens: 1_000, output: { name: 'judgement', schema: judgementSchema } }

export const failureSchema = z.object({
	where: z.string(),
	evidence: z.string(),
	subtaskId: z.string().nullable(),
	isProven: z.boolean(),
})

const sourceSchema = z.enum(['chain', 'rival', 'alternative'])

export const evaluationSchema = z.object({
	passed: z.boolean(),
	confidence: confidenceSchema,
	/** The answer that was chosen, and where it comes from. */
	final: z.string(),
	source: sourceSchema,
	/** How it was found, where that isn't the chain. */
	work: z.string(),
	checks: z.array(
		z.object({
			id: z.string(),
			statement: z.string(),
			outcome: z.enum(['holds', 'fails', 'not-checked']),
			evidence: z.string(),
			computed: z.boolean(),
		}),
	),
	failures: z.array(failureSchema),
	/** How many steps rest on a check, of how many. */
	steps: z.object({ checked: z.number().int(), of: z.number().int() }),
	voteShare: z.number(),
	/** All that could be the answer, with what each weighs; the chain, if it has one, is the first. */
	ballots: z
		.array(
			z.object({
				source: sourceSchema,
				answer: z.string(),
				key: z.string().nullable(),
				weight: z.number(),
				work: z.string(),
			}),
		)
		.default([]),
	/** The answer that is better than a chosen chain unless that can be corrected; null where there is none. */
	otherwise: z.string().nullable().default(null),
	/** What decided between answers that were nearly as good; null where nothing had to be decided. */
	closeCall: z.string().nullable(),
	score: z.number(),
})
export type Evaluation = z.infer<typeof evaluationSchema>

/** Self-evaluation: which answer has the most for it, and whether it holds: constraints, votes, and what the checkpoints said. */
export const evaluate = defineStage({
	kind: 'evaluate',
	needs: {
		analysis: analyze,
		execution: execute,
		alternatives: optional(alternatives),
		/** A second chain, worked out by another model. */
		rival: optional(execute),
	},
	output: evaluationSchema,
	calls: ['choose'],
	replies: { evaluate: judgementReply, 'evaluate/choose': choiceReply },

	async *run({ analysis, execution, alternatives: others, rival }, context) {
		const ballots = ballotsOf(analysis, execution, others, rival)
		const groups = countVotes(withHope(ballots, analysis, execution, context))
		const chosen: Chosen = yield* selectAnswer(groups, ballots, analysis, context)
		if (chosen.source === 'chain' && execution.subtasks.every(({ checkedBy }) => checkedBy === 'schema'))
			throw nothingReadable()
		const subtasks = { chain: execution, rival, alternative: null }[chosen.source]?.subtasks ?? []
		const checks: readonly ConstraintCheck[] = yield* checkConstraints(analysis, subtasks, chosen.final, context)
		const { interpretation } = analysis
		const { failures, steps, confidence, score } = assess({ ...chosen, interpretation, checks, subtasks })
		const passed = failures.length === 0
		yield {
			kind: 'verdict',
			passed,
			confidence,
			content: { failures: failures.map(({ where, evidence }) => ({ where, evidence })) },
		}
		const { final, source, work, voteShare, closeCall } = chosen
		return {
			passed,
			confidence,
			final,
			source,
			work,
			checks: [...checks],
			failures: [...failures],
			steps,
			voteShare,
			ballots: [...ballots],
			otherwise: otherwiseThan(chosen, ballots, analysis),
			closeCall,
			score,
		}
	},

	summarize: ({ passed, failures, checks, steps }) =>
		passed ? passedBy(steps, checks) : `Not everything holds: ${failures.map((failure) => failure.evidence).join(' ')}`,

	describe: ({ checks, failures, closeCall, source, final, voteShare, otherwise }) => [
		...(source === 'chain' ? [] : [`**Chosen instead of the worked-out result:** ${final}`]),
		...(closeCall === null ? [] : [`**Close call:** ${closeCall}`]),
		...(voteShare === 1
			? []
			: [`**Votes:** ${Math.round(voteShare * 100)} % of the weight of all solutions is for "${final}".`]),
		...(otherwise === null
			? []
			: [`**Not given up yet:** it is corrected first; if that fails, the answer is "${otherwise}".`]),
		...checks.map((check) => `${marks[check.outcome]} ${check.statement} — ${check.evidence}`),
		...failures
			.filter(({ where }) => !checks.some(({ id }) => id === where))
			.map(({ where, evidence }) => `✗ **${where}:** ${evidence}`),
	],
})

/** A model of which nothing could be read has failed: whatever else it writes would be no answer. */
function nothingReadable(): ThreadwiseError {
	return unreadableReply('No result could be read, neither of a step nor of another solution.')
}

const marks: Readonly<Record<ConstraintCheck['outcome'], string>> = { holds: '✓', fails: '✗', 'not-checked': '?' }

/** Only what there was to check is counted. */
function passedBy(steps: Evaluation['steps'], checks: Evaluation['checks']): string {
	const said = [
		...(steps.of === 0 ? [] : [`${steps.checked} of ${counted(steps.of, 'step')} checked`]),
		...(checks.length === 0 ? [] : [requirements(checks)]),
	]
	return said.length === 0
		? 'Nothing speaks against it, but there was nothing to check.'
		: `Passed: ${said.join(', ')}.`
}

function requirements(checks: Evaluation['checks']): string {
	const met = checks.filter(({ outcome }) => outcome === 'holds').length
	const open = checks.filter(({ outcome }) => outcome === 'not-checked').length
	return `${met} of ${counted(checks.length, 'requirement')} met${open === 0 ? '' : `, ${open} not checked`}`
}

type Ballots = Evaluation['ballots']

/** Everything that could be the answer; what breaks a constraint that can be computed counts for little. */
function ballotsOf(
	analysis: Analysis,
	execution: Execution,
	others: Alternatives | null,
	rival: Execution | null,
): Ballots {
	const ofChain = (source: 'chain' | 'rival', { final, subtasks }: Execution, key: string): Ballots[number] => ({
		source,
		answer: final,
		key,
		weight: weighedByConstraints(chainWeight(subtasks), final, analysis.constraints),
		work: subtasks.map(({ objective, result }) => `${objective} ${result}`).join('\n'),
	})
	const chainKey = others?.chain.key ?? keyOf(execution.final, analysis) ?? 'the chain'
	return [
		ofChain('chain', execution, chainKey),
		...(others?.samples ?? []).map(({ answer, key, weight, work }) => {
			return { source: 'alternative' as const, answer, key, weight, work }
		}),
		...(rival === null ? [] : [ofChain('rival', rival, keyOf(rival.final, analysis) ?? 'the rival')]),
	]
}

/**
 * A chain that only breaks a constraint is worth what its steps are, as long as it can still be corrected: three unchecked samples
 * that keep the constraint may all be wrong, and a result that isn't rounded is one step from being right. Another chain that breaks
 * none is better at once.
 */
function withHope(
	ballots: Ballots,
	{ constraints }: Analysis,
	{ subtasks }: Execution,
	{ laterStages, limits }: StageContext,
): Ballots {
	const canBeCorrected = limits.correctionRounds > 0 && laterStages.includes('correct')
	const rival = ballots.find(({ source }) => source === 'rival')
	const isRivalBetter = rival !== undefined && refutations(rival.answer, constraints).length === 0
	if (!canBeCorrected || isRivalBetter) return ballots
	return ballots.map((ballot) => (ballot.source === 'chain' ? { ...ballot, weight: chainWeight(subtasks) } : ballot))
}

/** What leads once nothing is hoped for any more. */
function otherwiseThan({ source, final }: Chosen, ballots: Ballots, { constraints }: Analysis): string | null {
	const [leader] = countVotes(ballots)
	const own = ballots.find((ballot) => ballot.source === source)
	const isHoped = source === 'chain' && refutations(final, constraints).length > 0
	if (!isHoped || leader === undefined || leader.key === own?.key) return null
	return refutations(leader.answer, constraints).length === 0 ? leader.answer : null
}

type Chosen = Pick<Evaluation, 'final' | 'source' | 'work' | 'voteShare' | 'closeCall'> & { readonly votes: number }

/** An answer that leads by less than this part is put to a judge. */
const clearLead = 1.5

async function* selectAnswer(
	[leader, runnerUp]: readonly Group[],
	ballots: Ballots,
	analysis: Analysis,
	context: StageContext,
): Progress<Chosen> {
	if (leader === undefined || runnerUp === undefined || leader.weight >= clearLead * runnerUp.weight)
		return chosenFrom(leader, ballots, null)
	// Of what a computation refutes, nobody needs to be asked.
	const isRefuted = [leader, runnerUp].some(({ answer }) => refutations(answer, analysis.constraints).length > 0)
	if (isRefuted || !context.calls.includes('choose')) return chosenFrom(leader, ballots, null)
	const { winner, evidence } = yield* choose(leader.answer, runnerUp.answer, analysis, context)
	return chosenFrom(winner === runnerUp.answer ? runnerUp : leader, ballots, evidence)
}

/** Of those who say the same, the chain stands for all, then the rival. */
function chosenFrom(group: Group | undefined, ballots: Ballots, closeCall: string | null): Chosen {
	const same = ballots.filter(({ key, weight }) => key === group?.key && weight > 0)
	const from = (wanted: Ballots[number]['source']) => same.find(({ source }) => source === wanted)
	const chosen = from('chain') ?? from('rival') ?? same[0] ?? ballots[0]
	const { answer: final = '', source = 'chain', work = '', key = null } = chosen ?? {}
	const votes = { voteShare: voteShareOf(key, ballots), votes: votesFor(key, ballots) }
	return { final, source, work: source === 'chain' ? '' : work, ...votes, closeCall }
}

/** Computed where that can be, else judged. */
async function* checkConstraints(
	analysis: Analysis,
	subtasks: Execution['subtasks'],
	final: string,
	context: StageContext,
): Progress<readonly ConstraintCheck[]> {
	const computed = analysis.constraints.flatMap((item) => computeConstraint(item, final) ?? [])
	for (const check of computed) yield checkpoint(check, 'constraint')
	const open = analysis.constraints.filter(({ id }) => !computed.some((check) => check.id === id))
	const judged = open.length === 0 ? [] : yield* judge(open, subtasks, final, context)
	return [...computed, ...judged]
}

function checkpoint(check: ConstraintCheck, method: 'constraint' | 'judge') {
	const content = { evidence: `${check.statement} ${check.evidence}` }
	return { kind: 'checkpoint', sample: 0, method, passed: check.outcome === 'holds', content } as const
}

async function* judge(
	constraints: readonly Constraint[],
	subtasks: Execution['subtasks'],
	final: string,
	context: StageContext,
): Progress<readonly ConstraintCheck[]> {
	const judgement: z.infer<typeof judgementSchema> = yield* askJudge(constraints, subtasks, final, context)
	const checks = constraints.map((constraint) => judgedCheck(constraint, judgement))
	for (const check of checks) if (check.outcome !== 'not-checked') yield checkpoint(check, 'judge')
	return checks
}

/** A judge that can't be read has said nothing. */
async function* askJudge(
	constraints: readonly Constraint[],
	subtasks: Execution['subtasks'],
	final: string,
	context: StageContext,
): Progress<z.infer<typeof judgementSchema>> {
	const judgement: z.infer<typeof judgementSchema> | null = yield* context.askReadable({
		key: 'judgement',
		values: {
			question: context.question,
			constraints: constraints.map(({ id, statement }) => `${id}: ${statement}`).join('\n'),
			results: subtasks.map(({ id, objective, result }) => `${id}: ${objective}: ${result}`).join('\n') || 'none',
			final,
		},
		...judgementReply,
	})
	return judgement ?? { checks: [] }
}

/** What the judge leaves out is open: silence is no evidence. */
function judgedCheck({ id, statement }: Constraint, judgement: z.infer<typeof judgementSchema>): ConstraintCheck {
	const said = judgement.checks.find((check) => check.id === id)
	if (said === undefined)
		return { id, statement, outcome: 'not-checked', evidence: 'The judge said nothing about it.', computed: false }
	return { id, statement, outcome: said.holds ? 'holds' : 'fails', evidence: said.evidence, computed: false }
}
