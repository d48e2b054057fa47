import { AbortedError } from '../core/abort.ts'
import { textOf } from '../core/content.ts'
import { limitsFor } from '../core/effort.ts'
import { ThreadwiseError } from '../core/errors.ts'
import type { JournalEventOf, JournalRecord } from '../core/journal.ts'
import type { Run } from '../core/run.ts'
import type { Effort } from '../core/run-preferences.ts'
import { stages } from '../stages/index.ts'
import { type Account, createAccount } from './account.ts'
import { type AnswerInputs, answerNeeds, answerNode, answerShare, writeAnswer } from './answer.ts'
import { createRunBudget } from './budget.ts'
import { complexityNode, decideRoute, type RouteDecision } from './complexity.ts'
import { withDeadline } from './deadline.ts'
import { answerDirectly, directNode } from './direct.ts'
import type { Estimate } from './estimate.ts'
import type { FinalAnswer } from './final-answer.ts'
import { renderHistory } from './history.ts'
import { ignoresItsLimit } from './model-call.ts'
import { replayOf } from './replay.ts'
import { inNode, type Outputs, type Reasoning, runStages } from './run-stages.ts'
import type { ReasoningDependencies, Remember, Session } from './session.ts'

/** One attempt at a run: what the worker has claimed, and what earlier attempts have left. */
export type Attempt = {
	readonly run: Run
	readonly records: readonly JournalRecord[]
	readonly remember: Remember
	readonly signal: AbortSignal
}

/**
 * Answers a question: the route, then one reply or the stages, then the answer. Yields the journal; whoever takes an entry
 * asks for the next one after an entry that announces a request, or the outcome, only when everything so far is written, so that the
 * next attempt can go on from whatever anybody outside may know of.
 * @throws AbortedError when the signal aborts or the budget is used up; ThreadwiseError when a model or the workflow fails.
 */
export async function* reason(attempt: Attempt, dependencies: ReasoningDependencies): Reasoning<void> {
	const { session: opened, opening, startedAtMs } = openSession(attempt, dependencies)
	const remainingMs = opened.workflow.budget.seconds * 1_000 - opened.replay.activeMs
	using deadline = withDeadline(attempt.signal, Math.max(0, remainingMs))
	const session = { ...opened, signal: deadline.signal }
	yield { event: opening }
	const preferred = session.run.preferences.effort ?? dependencies.defaults.effort
	try {
		const { answer, confidence } = yield* answerByRoute(session, session.replay.runRoute?.effort ?? preferred)
		if (session.account !== null) await session.account.close()
		const elapsedMs = Math.max(0, Date.now() - startedAtMs)
		const outcome = { usage: session.budget.spent(), elapsedMs, ...lowBudget(session) }
		yield { event: { kind: 'run-end', ...outcome, confidence, content: { answer } } }
	} finally {
		if (session.account !== null) await session.account.close()
	}
}

/** Below this part of a day's budget, people are told what is left of it. */
const lowPart = 0.2

function lowBudget({ account }: Session): Pick<JournalEventOf<'run-end'>, 'budget'> {
	const budget = account?.lowest() ?? null
	return budget === null || budget.left >= lowPart * budget.limit ? {} : { budget }
}

/** The first attempt fixes the workflow in the journal; later ones go on with that, whatever the file says by then. */
function openSession({ run, records, remember, signal }: Attempt, dependencies: ReasoningDependencies) {
	const replay = replayOf(records)
	const started = replay.runStart
	const { workflow, hash } =
		started === null
			? dependencies.workflow(run.preferences.workflow ?? dependencies.defaults.workflow)
			: { workflow: started.workflow, hash: started.workflowHash }
	const question = textOf(run.question)
	const share = answerShare(workflow, question, dependencies.models)
	const session: Session = {
		run,
		question,
		history: renderHistory(run.history),
		workflow,
		replay,
		budget: createRunBudget(workflow.budget, replay.usage, share),
		account: accountFor(run, dependencies, share),
		models: dependencies.models,
		prompts: dependencies.prompts,
		remember,
		signal,
		...(dependencies.verdicts === undefined ? {} : { verdicts: dependencies.verdicts }),
		...(dependencies.stages === undefined ? {} : { stages: dependencies.stages }),
	}
	const calls = records.filter((record) => record.kind === 'model-call-end')
	if (calls.some((call) => ignoresItsLimit(call, dependencies.models(call.alias)))) session.budget.endWork()
	const opening = started === null ? runStart(session, hash, dependencies.disclosure) : runResume(replay.lastAttempt)
	return { session, opening, startedAtMs: started === null ? Date.now() : Date.parse(started.at) }
}

/** Null where no day has a budget, so that a call costs nothing more. */
function accountFor(run: Run, { spending }: ReasoningDependencies, share: Estimate): Account | null {
	if (spending === undefined || !spending.isLimited) return null
	return createAccount(spending, { ...run.conversation, personId: run.asker.id }, share)
}

function runStart(
	{ run, question, workflow }: Session,
	workflowHash: string,
	disclosure: string | null,
): JournalEventOf<'run-start'> {
	const { id: personId, locale, timeZone } = run.asker
	const asker = {
		personId,
		...(locale === undefined ? {} : { locale }),
		...(timeZone === undefined ? {} : { timeZone }),
	}
	return {
		kind: 'run-start',
		workflow,
		workflowHash,
		disclosure,
		asker,
		content: { question, history: [...run.history] },
	}
}

function runResume(previousAttempt: number): JournalEventOf<'run-resume'> {
	return { kind: 'run-resume', previousAttempt }
}

async function* answerByRoute(session: Session, effort: Effort): Reasoning<FinalAnswer> {
	const route = session.replay.runRoute?.route ?? (yield* chooseRoute(session, effort))
	if (route === 'direct') {
		session.budget.allowCalls(limitsFor('direct', effort).calls)
		const { output } = yield* inNode(directNode, answerDirectly(session, effort), session.replay)
		if (output.problem === null) return { answer: output.answer, confidence: output.confidence }
		yield { event: routeEvent(session, effort, cascadeFrom(output.problem)) }
	}
	session.budget.allowCalls(callsBeforeStages(session) + limitsFor('staged', effort).calls)
	const inputs = yield* workInStages(session, effort)
	const answered = yield* inNode(answerNode, writeAnswer(inputs, session, effort), session.replay)
	return answered.output
}

/** Work that isn't covered ends the run, but not before the answer is written from what there is: its share was put aside. */
async function* workInStages(session: Session, effort: Effort): Reasoning<AnswerInputs> {
	const outputs: Outputs = new Map()
	try {
		yield* runStages(session, effort, session.stages ?? stages, outputs)
	} catch (error) {
		const isUncovered = error instanceof AbortedError && error.abortCause === 'budget' && !session.signal.aborted
		if (isUncovered) yield* writeBestAnswer(session, outputs, effort)
		throw error
	}
	const outputFor = outputsByNeed(session, outputs)
	return {
		analysis: answerNeeds.analysis.output.parse(outputFor('analysis')),
		execution: answerNeeds.execution.output.parse(outputFor('execution')),
		evaluation: answerNeeds.evaluation.output.parse(outputFor('evaluation')),
	}
}

/** The answer of a run that stops. If it can't be written, the results in the journal stand for it. */
async function* writeBestAnswer(session: Session, outputs: Outputs, effort: Effort): Reasoning<void> {
	const outputFor = outputsByNeed(session, outputs)
	const analysis = answerNeeds.analysis.output.safeParse(outputFor('analysis'))
	const execution = answerNeeds.execution.output.safeParse(outputFor('execution'))
	if (!analysis.success || !execution.success) return
	const inputs = { analysis: analysis.data, execution: execution.data, evaluation: null }
	try {
		yield* inNode(answerNode, writeAnswer(inputs, session, effort), session.replay)
	} catch (error) {
		session.signal.throwIfAborted()
		if (!(error instanceof AbortedError || error instanceof ThreadwiseError)) throw error
	}
}

function outputsByNeed({ workflow }: Session, outputs: Outputs) {
	return (need: keyof AnswerInputs) => outputs.get(workflow.answer.needs[need] ?? '')
}

/** The calls of the complexity check and the direct route. Those that earlier attempts made for the stages aren't among them. */
function callsBeforeStages({ budget, replay, workflow }: Session): number {
	const staged = [...workflow.nodes.map(({ id }) => id), answerNode]
	return staged.reduce((calls, nodeId) => calls - replay.usageOf(nodeId).calls, budget.spent().calls)
}

async function* chooseRoute(session: Session, effort: Effort): Reasoning<RouteDecision['route']> {
	session.budget.allowCalls(limitsFor('direct', effort).calls)
	const { output } = yield* inNode(complexityNode, decideRoute(session, effort), session.replay)
	yield { event: routeEvent(session, effort, output) }
	return output.route
}

/** A direct answer that failed its checks is worth the stages. */
function cascadeFrom(problem: string): RouteDecision {
	return {
		route: 'staged',
		level: 'hard',
		source: 'cascade',
		estimatedSteps: 3,
		reason: `The direct answer was wrong: ${problem}`,
	}
}

function routeEvent(
	session: Session,
	effort: Effort,
	{ reason: why, ...decision }: RouteDecision,
): JournalEventOf<'run-route'> {
	const staged = decision.route === 'staged'
	return {
		kind: 'run-route',
		...decision,
		effort,
		callLimit: limitsFor(decision.route, effort).calls,
		nodes: staged ? session.workflow.nodes.map(({ id, stage }) => ({ id, stage })) : [],
		content: { reason: why },
	}
}
