import { AbortedError, abortCauseOf, mergeSignals } from '../core/abort.ts'
import { limitsFor } from '../core/effort.ts'
import type { JournalEventOf } from '../core/journal.ts'
import type { Effort, Route } from '../core/run-preferences.ts'
import type { Progress } from '../core/stage.ts'
import { type FreeSignals, readFreeSignals } from './free-signals.ts'
import type { Session } from './session.ts'
import { createStageContext } from './stage-context.ts'
import { type Verdict, verdictSchema } from './verdict-cache.ts'

export const complexityNode = 'complexity'

/** A person waits for the check, so it may not take long; the free signals decide if it does. */
const classifierTimeoutMs = 5_000
/** What the classifier answers in. */
export const complexityReply = { maxOutputTokens: 60, output: { name: 'complexity', schema: verdictSchema } }

/** The run-route event, before its nodes are known. */
export type RouteDecision = Pick<JournalEventOf<'run-route'>, 'route' | 'level' | 'source' | 'estimatedSteps'> & {
	readonly reason: string
}

/** Chooses the route: the person's own choice, else the free signals, else a classifier that may fail without harm. */
export async function* decideRoute(session: Session, effort: Effort): Progress<RouteDecision> {
	const signals = readFreeSignals(session.question)
	if (session.answerNow.aborted) return atOnce(signals)
	const chosen = session.run.preferences.route
	if (chosen !== null) return byPerson(chosen, signals)
	if (signals.level !== 'unsure') return bySignals(signals, signals.level)
	const verdict: Verdict | null = yield* classifyOnce(session, effort)
	if (session.answerNow.aborted) return atOnce(signals)
	if (verdict === null) return bySignals(signals, signals.leaning)
	const { level, reason, estimatedSteps } = verdict
	return { route: routeFor(level), level, source: 'classifier', estimatedSteps, reason }
}

/** A question that this process has classified before isn't classified again. */
async function* classifyOnce(session: Session, effort: Effort): Progress<Verdict | null> {
	const key = cacheKey(session)
	const known = session.verdicts?.get(key) ?? null
	if (known !== null) return known
	const verdict: Verdict | null = yield* classify(session, effort)
	if (verdict !== null) session.verdicts?.set(key, verdict)
	return verdict
}

/** Who is asked how, and the question without what doesn't matter to it. */
function cacheKey({ workflow, question }: Session): string {
	const { model, prompt } = workflow.complexity
	return JSON.stringify([model, prompt, question.normalize('NFKC').toLowerCase().replaceAll(/\s+/g, ' ').trim()])
}

function byPerson(route: Route, { estimatedSteps }: FreeSignals, reason = 'You chose it'): RouteDecision {
	const level = route === 'direct' ? 'easy' : 'hard'
	return { route, level, source: 'person', estimatedSteps, reason }
}

function atOnce(signals: FreeSignals): RouteDecision {
	return byPerson('direct', signals, 'The answer is wanted now')
}

function bySignals({ reason, estimatedSteps }: FreeSignals, level: 'easy' | 'hard'): RouteDecision {
	return { route: routeFor(level), level, source: 'signals', estimatedSteps, reason }
}

function routeFor(level: 'easy' | 'hard'): Route {
	return level === 'easy' ? 'direct' : 'staged'
}

/** Null when the classifier fails or is slow. Only an abort of the run itself gets through. */
async function* classify(session: Session, effort: Effort): Progress<Verdict | null> {
	const slow = new AbortController()
	const timer = setTimeout(() => slow.abort(new AbortedError('deadline')), classifierTimeoutMs)
	const impatient = { ...session, signal: mergeSignals(session.signal, session.answerNow, slow.signal) }
	const node = { id: complexityNode, ...session.workflow.complexity }
	const context = createStageContext(impatient, node, { effort, limits: limitsFor('direct', effort) })
	try {
		// Its thinking would use up the few tokens and the little time of the check.
		if (session.models(node.model).kind === 'reasoning') return null
		return yield* context.askStructured({
			key: 'level',
			values: { question: session.question },
			...complexityReply,
			repair: false,
		})
	} catch (error) {
		if (abortCauseOf(session.signal) !== null) throw error
		return null
	} finally {
		clearTimeout(timer)
	}
}
