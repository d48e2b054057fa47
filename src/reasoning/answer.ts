import { limitsFor } from '../core/effort.ts'
import type { LanguageModels } from '../core/language-model.ts'
import type { Effort } from '../core/run-preferences.ts'
import type { OutputOf, Progress } from '../core/stage.ts'
import type { Workflow } from '../core/workflow.ts'
import { analyze, evaluate, execute } from '../stages/index.ts'
import { type Estimate, estimateTokens, tokensAtMost } from './estimate.ts'
import { emptyAnswer, type FinalAnswer } from './final-answer.ts'
import type { Session } from './session.ts'
import { createStageContext } from './stage-context.ts'

export const answerNode = 'answer'
const longestAnswerTokens = 1_000

/** What the final answer is written from. A workflow says which nodes these come from. */
export const answerNeeds = { analysis: analyze, execution: execute, evaluation: evaluate }
type Outcomes = { readonly [Name in keyof typeof answerNeeds]: OutputOf<(typeof answerNeeds)[Name]> }
/** `evaluation` is null where the budget ended before it. */
export type AnswerInputs = Omit<Outcomes, 'evaluation'> & { readonly evaluation: Outcomes['evaluation'] | null }

/** What the prompt says around the question: instructions, restatement, results. */
const surroundingTokens = 4_000

/** What the final answer may cost at most, to be put aside from the beginning. The question may stand in it twice, restated. */
export function answerShare({ answer }: Workflow, question: string, models: LanguageModels): Estimate {
	return estimateTokens(models(answer.model), surroundingTokens + 2 * tokensAtMost(question), longestAnswerTokens)
}

/** Writes the reply for the chat from the checked results. Its share of the budget was put aside from the beginning. */
export async function* writeAnswer(inputs: AnswerInputs, session: Session, effort: Effort): Progress<FinalAnswer> {
	const node = { id: answerNode, ...session.workflow.answer }
	const context = createStageContext(session, node, { effort, limits: limitsFor('staged', effort), purpose: 'answer' })
	const answer: string = yield* context.ask({
		key: 'answer',
		values: valuesFrom(inputs, session.question),
		maxOutputTokens: longestAnswerTokens,
		stream: true,
	})
	if (answer.trim() === '') throw emptyAnswer()
	return { answer: answer.trim(), confidence: inputs.evaluation?.confidence ?? 'low' }
}

const notEvaluated = 'The result was not evaluated, since the budget is used up.'

function valuesFrom({ analysis, execution, evaluation }: AnswerInputs, question: string) {
	return {
		question,
		restatement: analysis.restatement,
		assumptions: lines(analysis.ambiguities.map((ambiguity) => ambiguity.assumption)),
		results: lines(execution.subtasks.map(({ id, objective, result }) => `${id}: ${objective}: ${result}`)),
		final: execution.final,
		unresolved:
			evaluation === null
				? notEvaluated
				: lines(evaluation.failures.map(({ where, evidence }) => `${where}: ${evidence}`)),
	}
}

function lines(items: readonly string[]): string {
	return items.length === 0 ? 'none' : items.join('\n')
}
