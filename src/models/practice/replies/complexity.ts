import type { ChatRequest } from '../protocol.ts'
import { questionOf } from '../roles.ts'
import { solve } from '../solver/registry.ts'
import { smallTalk } from './honesty.ts'

/** How much work a question is: several steps are hard, an expression or small talk is easy. */
export function complexityReply(request: ChatRequest): unknown {
	const question = questionOf(request)
	const program = solve(question)
	const steps = program?.steps.length ?? 1
	if (smallTalk(question) !== undefined) return verdict('easy', 'Small talk.', 1)
	if (program === undefined) return verdict('easy', 'Outside what the practice model works out.', 1)
	if (program.family === 'arithmetic') return verdict('easy', 'One expression to calculate.', steps)
	return steps < 2
		? verdict('easy', 'One calculation.', steps)
		: verdict('hard', `${steps} calculations that build on each other.`, steps)
}

function verdict(level: 'easy' | 'hard', reason: string, estimatedSteps: number): unknown {
	return { level, reason, estimatedSteps, ambiguous: false }
}
