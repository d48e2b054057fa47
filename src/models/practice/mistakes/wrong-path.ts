import { chance, choose } from '../chance.ts'
import { reworked } from '../solver/as-read.ts'
import { type Objective, writeObjective } from '../solver/objective.ts'
import type { OperationName } from '../solver/operations.ts'
import type { Program, Step } from '../solver/program.ts'
import { readValue } from '../solver/reading.ts'
import { isSentence, sameAnswer } from '../solver/same-answer.ts'
import type { Dice } from './dice.ts'

/** How large a part of the wrong answers to a question agree on one wrong answer, as measured on recorded ones. */
const agreeing = 0.84

/** What somebody does instead when they take the wrong way. */
const confusedWith: Readonly<Partial<Record<OperationName, readonly OperationName[]>>> = {
	multiply: ['add', 'divide'],
	divide: ['multiply', 'subtract'],
	subtract: ['add'],
	difference: ['add'],
	add: ['multiply', 'subtract'],
	average: ['add'],
	'round up': ['round down', 'divide'],
	'round down': ['round up', 'divide'],
	remainder: ['divide', 'round down'],
	share: ['divide', 'subtract'],
	power: ['multiply', 'add'],
	later: ['earlier'],
	earlier: ['later'],
}

/**
 * The program with a step that is the wrong one, though every calculation in it is right: recomputing finds nothing. Most of those
 * who go wrong about one question go the same wrong way. Undefined where there is no wrong way to be had.
 */
export function onWrongPath(program: Program, question: string, { seed, digest }: Dice): Program | undefined {
	const ways = wrongWays(program)
	const usual = choose(ways, seed, question, 'usual wrong way')
	const others = ways.filter((each) => usual !== undefined && !sameAnswer(each.result, usual.result))
	const isUsual = others.length === 0 || chance(seed, digest, 'agrees with the others') < agreeing
	return isUsual ? usual : choose(others, seed, digest, 'other wrong way')
}

function wrongWays(program: Program): readonly Program[] {
	return program.steps.flatMap((step) =>
		wrongSteps(step).flatMap((wrong) => {
			const way = reworked({ ...program, steps: program.steps.map((each) => (each === step ? wrong : each)) })
			const isPossible = way.result !== '' && (readValue(way.result)?.value.s ?? 0n) > 0n
			return isPossible && isOtherAnswer(way.result, program.result) ? [way] : []
		}),
	)
}

/** Of a comparison, people remember who wins: another gap alone would hardly be a wrong answer. */
function isOtherAnswer(result: string, right: string): boolean {
	return isSentence(right) ? winnerIn(result) !== winnerIn(right) : !sameAnswer(result, right)
}

function winnerIn(comparison: string): string {
	return comparison.replace(/ (?:is cheaper|pays more) by .*$/, '')
}

function wrongSteps(step: Step): readonly Step[] {
	const [part, ...more] = step.parts
	if (part === undefined || more.length > 0) return []
	return wrongObjectives(part.objective).map((objective) => ({
		...step,
		objective: writeObjective(objective),
		parts: [{ ...part, objective }],
	}))
}

function wrongObjectives(objective: Objective): readonly Objective[] {
	const { operation, operands } = objective
	if (operation === 'compare') return [{ ...objective, operands: withSwappedLabels(operands) }]
	if (operands.length > 2)
		return operation === 'add'
			? operands.map((left) => ({ ...objective, operands: operands.filter((each) => each !== left) }))
			: []
	return (confusedWith[operation] ?? []).map((other) => ({ ...objective, operation: other }))
}

/** Which value belongs to whom gets mixed up. */
function withSwappedLabels(operands: Objective['operands']): Objective['operands'] {
	const labels = operands.map(({ label }) => label).toReversed()
	return operands.map((operand, index) => ({ ...operand, label: labels[index] ?? operand.label }))
}
