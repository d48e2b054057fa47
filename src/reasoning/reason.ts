import { textOf } from '../core/content.ts'
import { limitsFor } from '../core/effort.ts'
import type { JournalEventOf, JournalRecord } from '../core/journal.ts'
import { type ResolvedSettings, settingsFrom } from '../core/resolve-settings.ts'
import type { Run } from '../core/run.ts'
import type { Effort, Route } from '../core/run-preferences.ts'
import type { Payer } from '../core/spend-store.ts'
import { type Account, createAccount } from './account.ts'
import { answerShare } from './answer.ts'
import { notingWish } from './answer-now.ts'
import { createRunBudget } from './budget.ts'
import { complexityNode, decideRoute, type RouteDecision } from './complexity.ts'
import { withDeadline } from './deadline.ts'
import { answerDirectly, directNode } from './direct.ts'
import { ceilingOf, type Estimate } from './estimate.ts'
import type { FinalAnswer } from './final-answer.ts'
import { renderHistory } from './history.ts'
import { ignoresItsLimit } from './model-call.ts'
import { replayOf } from './replay.ts'
import { inNode } from './run-stages.ts'
import type { ReasoningDependencies, Session, WriteEntry } from './session.ts'
import { answerInStages, type QuestionBack } from './staged.ts'

/** One attempt at a run: what the worker has claimed, and what earlier attempts have left. */
export type Attempt = {
	readonly run: Run
	readonly records: readonly JournalRecord[]
	readonly signal: AbortSignal
	/** Aborts when somebody wants the answer now. Nobody does if absent. */
	readonly answerNow?: AbortSignal
}

/**
 * Answers a question: the route, then one reply or the stages, then the answer, or a question back. All of it is written to the journal.
 * @throws AbortedError when the signal aborts or the budget is used up; ThreadwiseError when a model or the workflow fails; whatever
 * `write` rejects with.
 */
export async function reason(attempt: Attempt, dependencies: ReasoningDependencies, write: WriteEntry): Promise<void> {
	const settings = await settingsOf(attempt, dependencies)
	const { session: opened, opening, startedAtMs } = openSession(attempt, dependencies, settings, write)
	const remainingMs = opened.workflow.budget.seconds * 1_000 - opened.replay.activeMs
	using deadline = withDeadline(attempt.signal, Math.max(0, remainingMs))
	const session = { ...opened, signal: deadline.signal }
	await write({ event: opening })
	const preferred = session.run.preferences.effort ?? settings.effort
	try {
		const result = await notingWish(session, (noting) =>
			answerByRoute(noting, session.replay.runRoute?.effort ?? preferred),
		)
		if (session.account !== null) await session.account.close()
		if ('question' in result) {
			await write({ event: { kind: 'run-wait', reason: 'clarification', content: { question: result.question } } })
			return
		}
		const { answer, confidence } = result
		const elapsedMs = Math.max(0, Date.now() - startedAtMs)
		const outcome = { usage: session.budget.spent(), elapsedMs, ...lowBudget(session) }
		await write({ event: { kind: 'run-end', ...outcome, confidence, content: { answer } } })
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

type Settings = Omit<ResolvedSettings, 'admission'>

/** What is set when a run begins, and then what its journal says of that. */
async function settingsOf({ run, records }: Attempt, { settings, defaults }: ReasoningDependencies): Promise<Settings> {
	const started = records.find((record) => record.kind === 'run-start')
	if (started?.settings !== undefined) return { ...started.settings, workflow: started.workflow.name }
	const read = started === undefined && settings !== undefined ? settings : settingsFrom(defaults)
	return read({ ...run.conversation, personId: run.asker.id })
}

/** The first attempt fixes the workflow in the journal; later ones go on with that, whatever the file says by then. */
function openSession(
	{ run, records, signal, answerNow }: Attempt,
	dependencies: ReasoningDependencies,
	{ workflow: preferred, effort, quiet, usdPerDay }: Settings,
	write: WriteEntry,
) {
	const replay = replayOf(records)
	const started = replay.runStart
	const { workflow, hash } =
		started === null
			? dependencies.workflow(run.preferences.workflow ?? preferred)
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
		account: accountFor({ ...run.conversation, personId: run.asker.id, usdPerDay }, dependencies, share),
		models: dependencies.models,
		prompts: dependencies.prompts,
		write,
		signal,
		answerNow: answerNow ?? new AbortController().signal,
		...(dependencies.typicalRun === undefined ? {} : { typicalRun: dependencies.typicalRun }),
		...(dependencies.verdicts === undefined ? {} : { verdicts: dependencies.verdicts }),
		...(dependencies.stages === undefined ? {} : { stages: dependencies.stages }),
	}
	const calls = records.filter((record) => record.kind === 'model-call-end')
	if (calls.some((call) => ignoresItsLimit(call, dependencies.models(call.alias)))) session.budget.endWork()
	const opening =
		started === null
			? { ...runStart(session, hash, dependencies.disclosure), settings: { effort, quiet, usdPerDay } }
			: runResume(replay.lastAttempt)
	return { session, opening, startedAtMs: started === null ? Date.now() : Date.parse(started.at) }
}

/** Null where no day has a budget, so that a call costs nothing more. */
function accountFor(payer: Payer, { spending }: ReasoningDependencies, share: Estimate): Account | null {
	return spending?.limits(payer) ? createAccount(spending, payer, share) : null
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

async function answerByRoute(session: Session, effort: Effort): Promise<FinalAnswer | QuestionBack> {
	const route = session.replay.runRoute?.route ?? (await chooseRoute(session, effort))
	if (route === 'direct') {
		session.budget.allowCalls(limitsFor('direct', effort).calls)
		const { output } = await inNode(directNode, answerDirectly(session, effort), session)
		if (output.problem === null) return { answer: output.answer, confidence: output.confidence }
		// Who wants the answer now gets this one: the stages would only begin here.
		if (session.answerNow.aborted) return { answer: output.answer, confidence: 'low' }
		await session.write({ event: await routeEvent(session, effort, cascadeFrom(output.problem)) })
	}
	return answerInStages(session, effort)
}

async function chooseRoute(session: Session, effort: Effort): Promise<RouteDecision['route']> {
	session.budget.allowCalls(limitsFor('direct', effort).calls)
	const { output } = await inNode(complexityNode, decideRoute(session, effort), session)
	await session.write({ event: await routeEvent(session, effort, output) })
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

/** What such runs took, else the most that this one may. That nobody can say it now keeps no run from going on. */
async function estimateRun({ workflow, models, typicalRun }: Session, route: Route, effort: Effort) {
	const typical = (await typicalRun?.({ workflow: workflow.name, route, effort }).catch(() => null)) ?? null
	if (typical !== null) return { ...typical, isCeiling: false }
	return { ...ceilingOf(workflow, models), isCeiling: true }
}

async function routeEvent(
	session: Session,
	effort: Effort,
	{ reason: why, ...decision }: RouteDecision,
): Promise<JournalEventOf<'run-route'>> {
	const staged = decision.route === 'staged'
	return {
		kind: 'run-route',
		...decision,
		effort,
		callLimit: limitsFor(decision.route, effort).calls,
		estimate: await estimateRun(session, decision.route, effort),
		nodes: staged ? session.workflow.nodes.map(({ id, stage }) => ({ id, stage })) : [],
		content: { reason: why },
	}
}
