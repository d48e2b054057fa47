import { z } from 'zod'
import { type Constraint, type ConstraintCheck, computeConstraint } from '../../checks/index.ts'
import { counted } from '../../core/counted.ts'
import { type ThreadwiseError, unreadableReply } from '../../core/errors.ts'
import { confidenceSchema } from '../../core/journal.ts'
import { defineStage, optional, type Progress, type StageContext } from '../../core/stage.ts'
import { type Alternatives, alternatives, keyOf } from '../alternatives/stage.ts'
import { countVotes, type Group } from '../alternatives/vote.ts'
import { chainWeight } from '../alternatives/weight.ts'
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

export const evaluationSchema = z.object({
	passed: z.boolean(),
	confidence: confidenceSchema,
	/** The answer that was chosen, and where it comes from. */
	final: z.string(),
	source: z.enum(['chain', 'rival', 'alternative']),
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
		const candidates = candidatesOf(analysis, execution, others, rival)
		const chosen: Chosen = yield* selectAnswer(candidates, analysis, context)
		if (chosen.source === 'chain' && execution.subtasks.every(({ checkedBy }) => checkedBy === 'schema'))
			throw nothingReadable()
		const subtasks = chosen.source === 'chain' ? execution.subtasks : (chosen.subtasks ?? [])
		const checks: readonly ConstraintCheck[] = yield* checkConstraints(analysis, subtasks, chosen.final, context)
		const { failures, steps, confidence, score } = assess({ checks, subtasks, voteShare: chosen.voteShare })
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
			closeCall,
			score,
		}
	},

	summarize: ({ passed, failures, checks, steps }) =>
		passed
			? `Passed: ${steps.checked} of ${counted(steps.of, 'step')} checked, ${requirements(checks)}.`
			: `Not everything holds: ${failures.map((failure) => failure.evidence).join(' ')}`,

	describe: ({ checks, failures, closeCall, source, final, voteShare }) => [
		...(source === 'chain' ? [] : [`**Chosen instead of the worked-out result:** ${final}`]),
		...(closeCall === null ? [] : [`**Close call:** ${closeCall}`]),
		...(voteShare === 1 ? [] : [`**Votes:** ${Math.round(voteShare * 100)} % of the weight is for this answer.`]),
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

function requirements(checks: Evaluation['checks']): string {
	const met = checks.filter(({ outcome }) => outcome === 'holds').length
	const open = checks.filter(({ outcome }) => outcome === 'not-checked').length
	return `${met} of ${counted(checks.length, 'requirement')} met${open === 0 ? '' : `, ${open} not checked`}`
}

/** All that could be the answer. */
type Candidates = {
	readonly chain: { readonly final: string; readonly key: string | null }
	readonly rival: Execution | null
	readonly rivalKey: string | null
	readonly samples: Alternatives['samples']
	/** Equal ones together, the heaviest first. */
	readonly groups: readonly Group[]
}

function candidatesOf(
	analysis: Analysis,
	execution: Execution,
	others: Alternatives | null,
	rival: Execution | null,
): Candidates {
	const { final } = execution
	const chainKey = others?.chain.key ?? keyOf(final, analysis) ?? 'the chain'
	const rivalKey = rival === null ? null : (keyOf(rival.final, analysis) ?? 'the rival')
	const ballots = [
		{ answer: final, key: chainKey, weight: chainWeight(execution.subtasks) },
		...(others?.samples ?? []),
		...(rival === null ? [] : [{ answer: rival.final, key: rivalKey, weight: chainWeight(rival.subtasks) }]),
	]
	return {
		chain: { final, key: chainKey },
		rival,
		rivalKey,
		samples: others?.samples ?? [],
		groups: countVotes(ballots),
	}
}

type Chosen = Pick<Evaluation, 'final' | 'source' | 'work' | 'voteShare' | 'closeCall'> & {
	readonly subtasks: Execution['subtasks'] | null
}

/** An answer that leads by less than this part is put to a judge. */
const clearLead = 1.5

async function* selectAnswer(candidates: Candidates, analysis: Analysis, context: StageContext): Progress<Chosen> {
	const [leader, runnerUp] = candidates.groups
	if (leader === undefined || runnerUp === undefined || leader.weight >= clearLead * runnerUp.weight)
		return chosenFrom(leader, candidates, null)
	if (!context.calls.includes('choose')) return chosenFrom(leader, candidates, null)
	const { winner, evidence } = yield* choose(leader.answer, runnerUp.answer, analysis, context)
	return chosenFrom(winner === runnerUp.answer ? runnerUp : leader, candidates, evidence)
}

function chosenFrom(group: Group | undefined, candidates: Candidates, closeCall: string | null): Chosen {
	const { chain, rival, rivalKey, samples, groups } = candidates
	const total = groups.reduce((sum, { weight }) => sum + weight, 0)
	const voteShare = group === undefined || total === 0 ? 1 : group.weight / total
	if (group === undefined || group.key === chain.key)
		return { final: chain.final, source: 'chain', work: '', voteShare, closeCall, subtasks: null }
	if (rival !== null && group.key === rivalKey) {
		const work = rival.subtasks.map(({ objective, result }) => `${objective} ${result}`).join('\n')
		return { final: rival.final, source: 'rival', work, voteShare, closeCall, subtasks: rival.subtasks }
	}
	const sample = samples.find(({ key, weight }) => key === group.key && weight > 0)
	return { final: group.answer, source: 'alternative', work: sample?.work ?? '', voteShare, closeCall, subtasks: null }
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
