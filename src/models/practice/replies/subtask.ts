import { type Dice, slips, withSlip } from '../mistakes.ts'
import type { PracticeOptions } from '../options.ts'
import type { ChatRequest } from '../protocol.ts'
import { sectionsOf } from '../roles.ts'
import { plain } from '../solver/exact.ts'
import { readExpectedOutput, roundIf } from '../solver/expected-output.ts'
import { bindOperands, readObjective } from '../solver/objective.ts'
import { type Calculation, type Input, type OperationName, perform } from '../solver/operations.ts'
import { readValue } from '../solver/reading.ts'
import { solve } from '../solver/registry.ts'
import { show } from '../solver/units.ts'
import { cannotAnswer } from './honesty.ts'

type SubtaskResult = {
	readonly work: string
	readonly calculations: readonly { readonly expression: string; readonly result: string }[]
	readonly result: string
}

type Work = {
	readonly operation: OperationName
	readonly inputs: readonly Input[]
	readonly label: string
	readonly unit: string
	readonly round: boolean
}

/** Systematic execution: does one subtask from nothing but its objective and the inputs as they stand in the prompt. */
export function subtaskReply(request: ChatRequest, options: PracticeOptions, dice: Dice): SubtaskResult {
	const sections = sectionsOf(request)
	const objective = sections.get('objective') ?? ''
	const work = workOf(objective, sections.get('inputs') ?? '', sections.get('expected-output') ?? '')
	if (work === undefined) return wholeQuestion(objective)
	const mustSlip = isFirstTry(request) && options.mistakePattern?.test(objective) === true
	const isSlip = mustSlip || slips(dice, options.mistakeRate)
	return carryOut(work, (calculation) => (isSlip ? withSlip(calculation, dice) : calculation))
}

function carryOut(
	{ operation, inputs, label, unit, round }: Work,
	slip: (calculation: Calculation) => Calculation,
): SubtaskResult {
	const { calculation, value, result } = perform(operation, inputs, unit, slip)
	const told = round ? show(roundIf(round, value), unit) : result
	const calculated = plain(calculation.value)
	const given = inputs.map((input) => `${input.label} is ${show(input.value, input.unit)}`).join('; ')
	return {
		work: `From the inputs: ${given}.\n${calculation.expression} = ${calculated}\nSo ${label} is ${told}.`,
		calculations: [{ expression: calculation.expression, result: calculated }],
		result: told,
	}
}

function workOf(objectiveText: string, inputLines: string, expected: string): Work | undefined {
	const objective = readObjective(objectiveText)
	if (objective === undefined) return undefined
	const values = readInputs(inputLines)
	const inputs = bindOperands(objective, (id) => values.get(id))
	if (inputs === undefined) return undefined
	const { unit, round } = readExpectedOutput(expected)
	return { operation: objective.operation, label: objective.label, inputs, unit: unit ?? inputs[0]?.unit ?? '', round }
}

/** The lines `g1: The price of one pen is $2.` and `s1: the cost of the pens in dollars: $8.00`. */
function readInputs(lines: string): ReadonlyMap<string, Omit<Input, 'label'>> {
	const found = [...lines.matchAll(/^\s*([gs]\d+): (.+)$/gm)]
	return new Map(
		found.flatMap(([, id = '', line = '']) => {
			const value = readValue(line)
			return value === undefined ? [] : [[id, { value: value.value, unit: value.unit }] as const]
		}),
	)
}

/** A resample or a correction says more than a first try, or carries a sample number. */
function isFirstTry(request: ChatRequest): boolean {
	const known = ['objective', 'inputs', 'expected-output']
	return (request.seed ?? 0) === 0 && [...sectionsOf(request).keys()].every((name) => known.includes(name))
}

/** The only subtask of a plan that wasn't split. */
function wholeQuestion(objective: string): SubtaskResult {
	const program = solve(objective.replace(/^Answer the question: /, ''))
	if (program === undefined)
		return { work: 'This is outside what the practice model can work out.', calculations: [], result: cannotAnswer() }
	return { work: program.steps.map((step) => step.objective).join('\n'), calculations: [], result: program.result }
}
