import type { ChatRequest } from '../protocol.ts'
import { questionOf } from '../roles.ts'
import { condense } from '../solver/condense.ts'
import { solve } from '../solver/registry.ts'

type Subtask = {
	readonly id: string
	readonly objective: string
	readonly inputs: readonly string[]
	readonly expectedOutput: string
	readonly check: 'arithmetic' | 'none'
}

/** Task decomposition: the steps of the program, or a single subtask that will say honestly that it can't be done. */
export function planReply(request: ChatRequest): { readonly subtasks: readonly Subtask[] } {
	const question = questionOf(request)
	const program = solve(question)
	if (program === undefined) return { subtasks: [wholeQuestion(question)] }
	const steps = condense(program.steps, limitOf(request))
	return { subtasks: steps.map(({ parts: _, ...step }) => ({ ...step, check: 'arithmetic' })) }
}

/** "At most 7 subtasks" of the instructions. */
function limitOf(request: ChatRequest): number {
	const instructions = request.messages.find(({ role }) => role !== 'user')?.content ?? ''
	const [, limit] = /at most (\d+) subtasks/i.exec(instructions) ?? []
	return limit === undefined ? Number.POSITIVE_INFINITY : Number(limit)
}

function wholeQuestion(question: string): Subtask {
	return {
		id: 's1',
		objective: `Answer the whole question: ${question}`,
		inputs: [],
		expectedOutput: 'the answer',
		check: 'none',
	}
}
