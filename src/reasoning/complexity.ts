import { z } from 'zod'
import { AbortedError, abortCauseOf, mergeSignals } from '../core/abort.ts'
import { limitsFor } from '../core/effort.ts'
import type { JournalEventOf } from '../core/journal.ts'
import type { Effort, Route } from '../core/run-preferences.ts'
import type { Progress } from '../core/stage.ts'
import { type FreeSignals, readFreeSignals } from './free-signals.ts'
import type { Session } from './session.ts'
import { createStageContext } from './stage-context.ts'

export const complexityNode = 'complexity'

const verdictSchema = z.object({
	level: z.enum(['easy', 'hard']),
	reason: z.string().max(200),
	estimatedSteps: z.number().int().min(1).max(20),
	ambiguous: z.boolean(),
})
type Verdict = z.infer<typeof verdictSchema>

/** A person waits for the check, so it may not take long; the free signals decide if it does. */
const classifierTimeoutMs = 5_000
const classifierTokens = 60

/** The run-route event, before its nodes are known. */
export type RouteDecision = Pick<JournalEventOf<'run-route'>, 'route' | 'level' | 'source' | 'estimatedSteps'> & {
	readonly reason: string
}

/** Chooses the route: the person's own choice, else the free signals, else a classifier that may fail without harm. */
export async function* decideRoute(session: Session, effort: Effort): Progress<RouteDecision> {
	const signals = readFreeSignals(session.question)
	const chosen = session.run.preferences.route
	if (chosen !== null) return byPerson(chosen, signals)
	if (signals.level !== 'unsure') return bySignals(signals, signals.level)
	const verdict: Verdict | null = yield* classify(session, effort)
	if (verdict === null) return bySignals(signals, signals.leaning)
	const { level, reason, estimatedSteps } = verdict
	return { route: routeFor(level), level, source: 'classifier', estimatedSteps, reason }
}

function byPerson(route: Route, signals: FreeSignals): RouteDecision {
	const level = route === 'direct' ? 'easy' : 'hard'
	return { route, level, source: 'person', estimatedSteps: signals.estimatedSteps, reason: 'You chose it' }
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
	const impatient = { ...session, signal: mergeSignals(session.signal, slow.signal) }
	const node = { id: complexityNode, ...session.workflow.complexity }
	const context = createStageContext(impatient, node, { effort, limits: limitsFor('direct', effort) })
	try {
		return yield* context.askStructured({
			key: 'level',
			values: { question: session.question },
			maxOutputTokens: classifierTokens,
			output: { name: 'complexity', schema: verdictSchema },
			repair: false,
		})
	} catch (error) {
		if (abortCauseOf(session.signal) !== null) throw error
		return null
	} finally {
		clearTimeout(timer)
	}
}
