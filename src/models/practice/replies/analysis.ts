import type { ChatRequest } from '../protocol.ts'
import { questionOf } from '../roles.ts'
import type { Program } from '../solver/program.ts'
import { solve } from '../solver/registry.ts'

type Constraint = {
	readonly id: string
	readonly kind: string
	readonly statement: string
	readonly value: string | null
}

/** Problem analysis: what the question says and what it asks for. Of a question it can't solve it claims to know nothing. */
export function analysisReply(request: ChatRequest): unknown {
	const question = questionOf(request)
	const program = solve(question)
	const base = { language: 'en', ambiguities: [] }
	if (program === undefined) {
		return { ...base, restatement: question, givens: [], unknown: question, constraints: [], answerType: 'text' }
	}
	return {
		...base,
		restatement: `Find ${program.unknown}, from the ${program.givens.length} facts that the question gives.`,
		givens: program.givens,
		unknown: program.unknown,
		constraints: constraintsOf(program),
		answerType: isComparison(program) ? 'choice' : 'number',
	}
}

function isComparison(program: Program): boolean {
	return program.steps.at(-1)?.objective.startsWith('Compare ') === true
}

function constraintsOf(program: Program): readonly Constraint[] {
	const { unit } = program
	const other = { id: 'c1', kind: 'other', statement: `The result is ${program.unknown}.`, value: null }
	if (isComparison(program) || unit.startsWith('time') || unit === 'hours and minutes') return [other]
	const number = { id: 'c1', kind: 'number', statement: 'The answer is a number.', value: null }
	if (unit === '') return [number]
	return [number, { id: 'c2', kind: 'unit', statement: `The answer is given in ${unit}.`, value: unit }]
}
