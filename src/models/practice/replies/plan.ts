import type { ChatRequest } from '../protocol.ts'
import { questionOf } from '../roles.ts'
import type { Program } from '../solver/program.ts'
import { solve } from '../solver/registry.ts'

/** Task decomposition: the steps of the program, or a single subtask that will say honestly that it can't be done. */
export function planReply(request: ChatRequest): unknown {
	const question = questionOf(request)
	const program = solve(question)
	const limit = limitOf(request)
	if (program === undefined || program.steps.length > limit) return { subtasks: [wholeQuestion(question)] }
	return { subtasks: program.steps.map((step) => ({ ...step, check: 'arithmetic' })) }
}

/** "At most 7 subtasks" of the instructions. */
function limitOf(request: ChatRequest): number {
	const system = request.messages.find(({ role }) => role !== 'user')?.content ?? ''
	const [, limit] = /at most (\d+) subtasks/i.exec(system) ?? []
	return limit === undefined ? Number.POSITIVE_INFINITY : Number(limit)
}

function wholeQuestion(question: string): Program['steps'][number] & { check: 'none' } {
	return {
		id: 's1',
		objective: `Answer the question: ${question}`,
		inputs: [],
		expectedOutput: 'the answer',
		check: 'none',
	}
}
