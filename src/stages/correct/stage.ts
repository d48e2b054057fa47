import { z } from 'zod'
import { type ConstraintCheck, computeConstraint } from '../../checks/index.ts'
import { confidenceSchema } from '../../core/journal.ts'
import { defineStage, type Progress, type StageContext } from '../../core/stage.ts'
import { type Analysis, analyze } from '../analyze/stage.ts'
import { type Assessment, assess, type Failure } from '../evaluate/assess.ts'
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
		const output = asItIs(execution.subtasks, evaluation)
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

	withoutBudget: ({ execution, evaluation }) => asItIs(execution.subtasks, evaluation),

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
		const { final, subtasks, failures, confidence } = best
		return {
			final,
			subtasks: [...subtasks],
			passed: failures.length === 0,
			confidence,
			failures: [...failures],
			rounds,
		}
	},

	summarize: ({ rounds, failures }) => {
		const accepted = rounds.findLast((round) => round.accepted)
		if (accepted === undefined) return 'No correction was better than what was there.'
		const open = failures.length === 0 ? '' : ` Still open: ${failures.map(({ where }) => where).join(', ')}.`
		return `Corrected: ${accepted.before} → ${accepted.after}.${open}`
	},

	describe: ({ rounds }) =>
		rounds.map(
			({ where, before, after, accepted, reason }, index) =>
				`**Round ${index + 1} (${where}):** ${before} → ${after}, ${accepted ? 'kept' : 'not kept, since it is no better'}. Reason: ${reason}`,
		),
})

type State = Pick<Assessment, 'failures' | 'confidence' | 'score'> & {
	readonly subtasks: readonly SolvedSubtask[]
	readonly final: string
}

function asItIs(subtasks: readonly SolvedSubtask[], { final, passed, confidence, failures }: Evaluation): Correction {
	return { final, subtasks: [...subtasks], passed, confidence, failures, rounds: [] }
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
	return { subtasks: redone, final, ...assess({ checks, subtasks: redone, voteShare: evaluation.voteShare }) }
}

/** What a judge has said stays as it was: asking until somebody is content proves nothing. */
function checkAgain(check: ConstraintCheck, { constraints }: Analysis, final: string): ConstraintCheck {
	const constraint = constraints.find(({ id }) => id === check.id)
	return (constraint === undefined ? null : computeConstraint(constraint, final)) ?? check
}
