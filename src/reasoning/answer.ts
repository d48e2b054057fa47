import { limitsFor } from '../core/effort.ts'
import type { LanguageModels } from '../core/language-model.ts'
import type { Effort } from '../core/run-preferences.ts'
import { optional, type Progress } from '../core/stage.ts'
import type { Workflow } from '../core/workflow.ts'
import {
	type Analysis,
	analyze,
	type Correction,
	correct,
	type Evaluation,
	type Execution,
	evaluate,
	execute,
} from '../stages/index.ts'
import { type Estimate, estimateTokens, tokensAtMost } from './estimate.ts'
import { type FinalAnswer, finalAnswer } from './final-answer.ts'
import type { Session } from './session.ts'
import { createStageContext } from './stage-context.ts'

export const answerNode = 'answer'
/** What the final answer is written in: text. */
export const answerReply = { maxOutputTokens: 1_000 }

/** What the final answer is written from. A workflow says which nodes these come from. */
export const answerNeeds = {
	analysis: analyze,
	execution: execute,
	evaluation: evaluate,
	correction: optional(correct),
}
/** `evaluation` is null where the budget ended before it, `correction` where the workflow has none. */
export type AnswerInputs = {
	readonly analysis: Analysis
	readonly execution: Execution
	readonly evaluation: Evaluation | null
	readonly correction: Correction | null
	/** What was left out on the way, a sentence each, so that the answer can say what it is worth. */
	readonly leftOut: readonly string[]
}

/** What the prompt says around the question: instructions, restatement, results. */
const surroundingTokens = 4_000

/** What the final answer may cost at most, to be put aside from the beginning. The question may stand in it twice, restated. */
export function answerShare({ answer }: Workflow, question: string, models: LanguageModels): Estimate {
	return estimateTokens(
		models(answer.model),
		surroundingTokens + 2 * tokensAtMost(question),
		answerReply.maxOutputTokens,
	)
}

/** Writes the reply for the chat from the checked results. Its share of the budget was put aside from the beginning. */
export async function* writeAnswer(inputs: AnswerInputs, session: Session, effort: Effort): Progress<FinalAnswer> {
	const node = { id: answerNode, ...session.workflow.answer }
	const context = createStageContext(session, node, { effort, limits: limitsFor('staged', effort), purpose: 'answer' })
	const answer: string = yield* context.ask({
		key: 'answer',
		values: valuesFrom(inputs, session.question),
		...answerReply,
		stream: true,
	})
	const { correction, evaluation } = inputs
	return finalAnswer(answer, correction?.confidence ?? evaluation?.confidence ?? 'low')
}

function valuesFrom(inputs: AnswerInputs, question: string) {
	const { analysis, execution, evaluation, correction, leftOut } = inputs
	const final = correction?.final ?? evaluation?.final ?? execution.final
	const failures = correction?.failures ?? evaluation?.failures ?? []
	return {
		question,
		language: analysis.language,
		restatement: analysis.restatement,
		assumptions: lines(assumptionsOf(analysis)),
		results: lines(resultsFor(inputs)),
		final,
		unresolved: lines([...leftOut, ...failures.map(({ where, evidence }) => `${where}: ${evidence}`)]),
	}
}

/** What is taken for granted, since the question doesn't say it and the asker hasn't. */
export function assumptionsOf({ ambiguities }: Analysis): readonly string[] {
	return ambiguities.map(({ assumption }) => assumption)
}

/** What the final result rests on: the steps, or, where another solution was chosen, how that was found. */
function resultsFor({ execution, evaluation, correction }: AnswerInputs): readonly string[] {
	const instead = correction?.insteadOfChain ?? null
	if (instead !== null) return instead.split('\n')
	if (evaluation !== null && evaluation.source !== 'chain') return evaluation.work.split('\n')
	const subtasks = correction?.subtasks ?? execution.subtasks
	return subtasks.map(({ id, objective, result }) => `${id}: ${objective}: ${result}`)
}

function lines(items: readonly string[]): string {
	return items.length === 0 ? 'none' : items.join('\n')
}
