import { calculationsIn, checkCalculation } from '../checks/index.ts'
import { limitsFor } from '../core/effort.ts'
import type { Effort } from '../core/run-preferences.ts'
import type { Progress } from '../core/stage.ts'
import { type FinalAnswer, finalAnswer } from './final-answer.ts'
import type { Session } from './session.ts'
import { createStageContext } from './stage-context.ts'

export const directNode = 'direct'
/** What the direct route answers in: text. */
export const directReply = { maxOutputTokens: 1_000 }

/** The reply to a simple question, and what the free checks found wrong with it, if anything. */
export type DirectAnswer = FinalAnswer & { readonly problem: string | null }

/** The key of the only call of the direct route. */
const onlyCall = { key: 'answer', notes: [] as readonly string[] }

/** Answers in one call, then recomputes what the answer calculates. `notes` is what we know of the question so far. */
export async function* answerDirectly(
	session: Session,
	effort: Effort,
	{ key, notes } = onlyCall,
): Progress<DirectAnswer> {
	const node = { id: directNode, ...session.workflow.direct }
	const context = createStageContext(session, node, { effort, limits: limitsFor('direct', effort), purpose: 'answer' })
	const answer: string = yield* context.ask({
		key,
		values: { question: session.question, history: [session.history, ...notes].join('\n') },
		...directReply,
		stream: true,
	})
	const checks = calculationsIn(answer).map(checkCalculation)
	const problem = checks.find((check) => check.outcome === 'wrong')?.evidence ?? null
	const recomputed = checks.filter((check) => check.outcome !== 'uncheckable').length
	if (recomputed > 0) {
		const evidence = problem ?? `Recomputed ${recomputed} of ${checks.length} calculations in the answer.`
		yield { kind: 'checkpoint', sample: 0, method: 'arithmetic', passed: problem === null, content: { evidence } }
	}
	const allRecomputed = checks.length > 0 && recomputed === checks.length
	return { ...finalAnswer(answer, allRecomputed ? 'high' : 'medium'), problem }
}
