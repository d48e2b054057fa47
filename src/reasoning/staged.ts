import { AbortedError } from '../core/abort.ts'
import { limitsFor } from '../core/effort.ts'
import { ThreadwiseError } from '../core/errors.ts'
import type { Effort } from '../core/run-preferences.ts'
import { correct, stages } from '../stages/index.ts'
import { type AnswerInputs, answerNeeds, answerNode, writeAnswer } from './answer.ts'
import { answerFromWhatThereIs, isWantedNow, keepingResults, type Result, untilWanted } from './answer-now.ts'
import type { FinalAnswer } from './final-answer.ts'
import { inNode, type Outputs, runStages } from './run-stages.ts'
import type { Session } from './session.ts'

/** What only the asker can say. The run waits for it. */
export type QuestionBack = { readonly question: string }

/** The route of a hard question: the stages of the workflow, then the answer from what they found. */
export async function answerInStages(session: Session, effort: Effort): Promise<FinalAnswer | QuestionBack> {
	session.budget.allowCalls(callsBeforeStages(session) + limitsFor('staged', effort).calls)
	const worked = await workInStages(session, effort)
	if ('question' in worked || 'answer' in worked) return worked
	const answered = await inNode(answerNode, writeAnswer(worked, session, effort), session)
	return answered.output
}

/** Work that isn't covered ends the run, but not before the answer is written from what there is: its share was put aside. */
async function workInStages(session: Session, effort: Effort): Promise<AnswerInputs | QuestionBack | FinalAnswer> {
	const outputs: Outputs = new Map()
	const results: Result[] = [...session.replay.results]
	try {
		const working = keepingResults(untilWanted(session), results)
		const question = await runStages(working, effort, session.stages ?? stages, outputs)
		if (question !== null) return { question }
	} catch (error) {
		if (isWantedNow(error, session)) return answerFromWhatThereIs(session, { outputs, results }, effort)
		const isUncovered = error instanceof AbortedError && error.abortCause === 'budget' && !session.signal.aborted
		if (isUncovered) await writeBestAnswer(session, outputs, effort)
		throw error
	}
	const outputFor = outputsByNeed(session, outputs)
	return {
		analysis: answerNeeds.analysis.output.parse(outputFor('analysis')),
		execution: answerNeeds.execution.output.parse(outputFor('execution')),
		evaluation: answerNeeds.evaluation.output.parse(outputFor('evaluation')),
		correction: correct.output.nullable().parse(outputFor('correction')),
		leftOut: [],
	}
}

/** The answer of a run that stops. If it can't be written, the results in the journal stand for it. */
async function writeBestAnswer(session: Session, outputs: Outputs, effort: Effort): Promise<void> {
	const outputFor = outputsByNeed(session, outputs)
	const analysis = answerNeeds.analysis.output.safeParse(outputFor('analysis'))
	const execution = answerNeeds.execution.output.safeParse(outputFor('execution'))
	if (!analysis.success || !execution.success) return
	const leftOut = ['The result was not evaluated, since the budget is used up.']
	const inputs = { analysis: analysis.data, execution: execution.data, evaluation: null, correction: null, leftOut }
	try {
		await inNode(answerNode, writeAnswer(inputs, session, effort), session)
	} catch (error) {
		session.signal.throwIfAborted()
		if (!(error instanceof AbortedError || error instanceof ThreadwiseError)) throw error
	}
}

function outputsByNeed({ workflow }: Session, outputs: Outputs) {
	return (need: keyof AnswerInputs) => outputs.get(workflow.answer.needs[need] ?? '') ?? null
}

/** The calls of the complexity check and the direct route. Those that earlier attempts made for the stages aren't among them. */
function callsBeforeStages({ budget, replay, workflow }: Session): number {
	const staged = [...workflow.nodes.map(({ id }) => id), answerNode]
	return staged.reduce((calls, nodeId) => calls - replay.usageOf(nodeId).calls, budget.spent().calls)
}
