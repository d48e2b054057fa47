import type { ChatRequest } from '../protocol.ts'
import { questionOf } from '../roles.ts'
import { demandOf } from './demand.ts'
import { smallTalk } from './honesty.ts'
import { understand } from './understanding.ts'

type Verdict = {
	readonly level: 'easy' | 'hard'
	readonly reason: string
	readonly estimatedSteps: number
	readonly ambiguous: boolean
}

/** How much work a question is: several steps are hard, an expression or small talk is easy. Of what it can't solve, its words tell. */
export function complexityReply(request: ChatRequest): Verdict {
	const question = questionOf(request)
	const { program, ambiguity } = understand(request)
	const steps = program?.steps.length ?? 1
	if (smallTalk(question) !== undefined) return verdict('easy', 'Small talk.', 1)
	if (program === undefined) return byWords(question)
	if (program.family === 'arithmetic') return verdict('easy', 'One expression to calculate.', steps)
	if (ambiguity !== undefined) return { ...verdict('hard', 'It can be meant in two ways.', steps), ambiguous: true }
	return steps < 2
		? verdict('easy', 'One calculation.', steps)
		: verdict('hard', `${steps} calculations that build on each other.`, steps)
}

/** What can't be worked out can still be judged: nobody who classifies has the answer. */
function byWords(question: string): Verdict {
	const demand = demandOf(question)
	return demand < 2
		? verdict('easy', 'Nothing in it tells of several steps.', 1)
		: verdict('hard', 'Its words tell of several steps.', Math.min(demand, mostSteps))
}

const mostSteps = 8

function verdict(level: Verdict['level'], reason: string, estimatedSteps: number): Verdict {
	return { level, reason, estimatedSteps, ambiguous: false }
}
