import { z } from 'zod'
import { type ConstraintCheck, computeConstraint } from '../../checks/index.ts'
import { confidenceSchema } from '../../core/journal.ts'
import { defineStage, type Progress, type StageContext } from '../../core/stage.ts'
import { keyOf } from '../alternatives/stage.ts'
import { voteShareOf, votesFor } from '../alternatives/vote.ts'
import { chainWeight, refutations, weighedByConstraints } from '../alternatives/weight.ts'
import { type Analysis, analyze } from '../analyze/stage.ts'
import { type Assessed, type Assessment, assess, type Failure } from '../evaluate/assess.ts'
import { type Evaluation, evaluate, failureSchema } from '../evaluate/stage.ts'
import { subtaskReply } from '../execute/check-result.ts'
import { type SolvedSubtask, solvedSubtaskSchema } from '../execute/solve-subtask.ts'
import { execute } from '../execute/stage.ts'
import { redoFrom } from './redo.ts'

const roundSchema = z.object({
	where: z.string(),
	reason: z.string(),
	before: z.string(),
	after: z.string(),
	accepted: z.boolean(),
})
type Round = z.infer<typeof roundSchema>

export const correctionSchema = z.object({
	final: z.string(),
	subtasks: z.array(solvedSubtaskSchema),
	passed: z.boolean(),
	confidence: confidenceSchema,
	/** What stayed wrong. */
	failures: z.array(failureSchema),
	rounds: z.array(roundSchema),
	/** The part of all vote weight that is for the answer. */
	voteShare: z.number().default(1),
	/** How the answer was found where no correction of the chain was good enough for it; null where the chain gives it. */
	insteadOfChain: z.string().nullable().default(null),
})
export type Correction = z.infer<typeof correctionSchema>

/**
 * Self-correction: only where something outside of the draft has shown a specific mistake, from the failing step on, and kept only
 * if it is better than what was there. "Look again" without such evidence makes answers worse.
 */
export const correct = defineStage({
	kind: 'correct',
	needs: { analysis: analyze, execution: execute, evaluation: evaluate },
	output: correctionSchema,
	calls: ['redo', 'verify'],
	replies: { correct: subtaskReply },

	skip: ({ execution, evaluation }, { limits }) => {
		const output = asItIs({ ...evaluation, subtasks: execution.subtasks }, [])
		if (evaluation.passed) return { reason: 'not-needed', because: 'Nothing failed.', output }
		if (limits.correctionRounds === 0)
			return { reason: 'effort', because: 'Low effort corrects nothing; what failed is named in the answer.', output }
		if (!evaluation.failures.some(({ isProven }) => isProven))
			return {
				reason: 'not-needed',
				because: 'No check from outside has shown a mistake, and an opinion is no reason.',
				output,
			}
		return evaluation.source === 'chain'
			? null
			: { reason: 'not-needed', because: 'The answer was found as a whole; there is no step to begin from.', output }
	},

	withoutBudget: ({ analysis, execution, evaluation }) =>
		settled({ ...evaluation, subtasks: execution.subtasks }, [], { analysis, evaluation }),

	async *run({ analysis, execution, evaluation }, context) {
		const rounds: Round[] = []
		let best: State = { ...evaluation, subtasks: execution.subtasks }
		for (let round = 1; round <= context.limits.correctionRounds; round++) {
			const failure = mostSpecific(best.failures)
			if (failure === undefined) break
			const next: State = yield* correctOnce(failure, best, round, { analysis, evaluation }, context)
			const accepted = next.score > best.score
			const made = { where: failure.where, reason: failure.evidence, before: best.final, after: next.final, accepted }
			rounds.push(made)
			const { before, after, reason } = made
			yield { kind: 'correction', round, accepted, content: { before, after, reason } }
			if (accepted) best = next
		}
		return settled(best, rounds, { analysis, evaluation })
	},

	summarize: ({ rounds, failures, insteadOfChain, final }) => {
		if (insteadOfChain !== null) return `No correction was good enough; another solution gives ${final}.`
		const accepted = rounds.findLast((round) => round.accepted)
		if (accepted === undefined) return 'No correction was better than what was there.'
		const open = failures.length === 0 ? '' : ` Still open: ${failures.map(({ where }) => where).join(', ')}.`
		return `Corrected: ${accepted.before} → ${accepted.after}.${open}`
	},

	describe: ({ rounds, voteShare, insteadOfChain, final }) => [
		...rounds.map(
			({ where, before, after, accepted, reason }, index) =>
				`**Round ${index + 1} (${where}):** ${before} → ${after}, ${accepted ? 'kept' : 'not kept, since it is no better'}. Reason: ${reason}`,
		),
		...(insteadOfChain === null ? [] : [`**Given instead:** ${final}, as another solution has it.`]),
		...(voteShare === 1
			? []
			: [`**Votes:** ${Math.round(voteShare * 100)} % of the weight of all solutions is for "${final}" now.`]),
	],
})

type State = Pick<Assessment, 'failures' | 'confidence' | 'score'> & {
	readonly subtasks: readonly SolvedSubtask[]
	readonly final: string
	readonly voteShare: number
}

function asItIs({ final, subtasks, failures, confidence, voteShare }: State, rounds: readonly Round[]): Correction {
	const passed = failures.length === 0
	return {
		final,
		subtasks: [...subtasks],
		passed,
		confidence,
		failures: [...failures],
		rounds: [...rounds],
		voteShare,
		insteadOfChain: null,
	}
}

/** The best state; or, where that still breaks a constraint and another solution doesn't, that one. */
function settled(best: State, rounds: readonly Round[], { analysis, evaluation }: Given): Correction {
	const { otherwise } = evaluation
	const other = evaluation.ballots.find(({ source, answer }) => source !== 'chain' && answer === otherwise)
	if (other === undefined || refutations(best.final, analysis.constraints).length === 0) return asItIs(best, rounds)
	const ballots = ballotsWith(best, { analysis, evaluation })
	const votes = { voteShare: voteShareOf(other.key, ballots), votes: votesFor(other.key, ballots) }
	const checks = evaluation.checks.map((check) => checkAnother(check, analysis, other.answer))
	const { interpretation } = analysis
	const assessed = assess({ final: other.answer, interpretation, checks, subtasks: [], ...votes })
	const state = { ...assessed, subtasks: best.subtasks, final: other.answer, voteShare: votes.voteShare }
	return { ...asItIs(state, rounds), insteadOfChain: other.work }
}

/** A step that failed comes first: what is wrong with the whole answer may come from it. */
function mostSpecific(failures: readonly Failure[]): Failure | undefined {
	const proven = failures.filter(({ isProven }) => isProven)
	return proven.find(({ subtaskId }) => subtaskId !== null) ?? proven[0]
}

type Given = { readonly analysis: Analysis; readonly evaluation: Evaluation }

/** One round: the failing step anew, then all that rests on it, then the same checks as before. */
async function* correctOnce(
	failure: Failure,
	{ subtasks, final: before }: State,
	round: number,
	{ analysis, evaluation }: Given,
	context: StageContext,
): Progress<State> {
	const redone: readonly SolvedSubtask[] = yield* redoFrom(failure, subtasks, analysis, round, context)
	const final = redone.at(-1)?.result ?? before
	const checks = evaluation.checks.map((check) => checkAgain(check, analysis, final))
	const votes = votesOf({ subtasks: redone, final }, { analysis, evaluation })
	const { interpretation } = analysis
	const assessed = assess({ final, interpretation, checks, subtasks: redone, ...votes })
	return { subtasks: redone, final, voteShare: votes.voteShare, ...assessed }
}

type ChainState = Pick<State, 'subtasks' | 'final'>

/** Whoever else has come to the corrected answer is for it now, and who has come to the old one no longer is. */
function votesOf(state: ChainState, given: Given): Pick<Assessed, 'voteShare' | 'votes'> {
	const ballots = ballotsWith(state, given)
	const key = ballots[0]?.key ?? null
	return ballots.length === 0
		? { voteShare: given.evaluation.voteShare, votes: 1 }
		: { voteShare: voteShareOf(key, ballots), votes: votesFor(key, ballots) }
}

/** All that could be the answer, the chain being what it is by now. */
function ballotsWith({ subtasks, final }: ChainState, { analysis, evaluation }: Given): Evaluation['ballots'] {
	return evaluation.ballots.map((ballot) => {
		if (ballot.source !== 'chain') return ballot
		const weight = weighedByConstraints(chainWeight(subtasks), final, analysis.constraints)
		const key = ballot.answer === final ? ballot.key : (keyOf(final, analysis) ?? 'the corrected chain')
		return { ...ballot, answer: final, weight, key }
	})
}

/** What a judge has said of one answer says nothing of another one. */
function checkAnother(check: ConstraintCheck, analysis: Analysis, final: string): ConstraintCheck {
	const again = checkAgain(check, analysis, final)
	return again.computed ? again : { ...again, outcome: 'not-checked', evidence: 'It was not checked of this solution.' }
}

/** What a judge has said stays as it was: asking until somebody is content proves nothing. */
function checkAgain(check: ConstraintCheck, { constraints }: Analysis, final: string): ConstraintCheck {
	const constraint = constraints.find(({ id }) => id === check.id)
	return (constraint === undefined ? null : computeConstraint(constraint, final)) ?? check
}
