import { type Dice, slips, withSlip } from '../mistakes.ts'
import type { PracticeOptions } from '../options.ts'
import type { ChatRequest } from '../protocol.ts'
import { sectionsOf } from '../roles.ts'
import { carryOut, carryOutProgram, type Done, readValues } from '../solver/carry-out.ts'
import { plain } from '../solver/exact.ts'
import type { Calculation, Slip } from '../solver/operations.ts'
import { solve } from '../solver/registry.ts'
import { show } from '../solver/units.ts'
import { cannotAnswer } from './honesty.ts'

type SubtaskResult = {
	readonly work: string
	readonly calculations: readonly { readonly expression: string; readonly result: string }[]
	readonly result: string
}

/** Systematic execution: does one subtask from nothing but its objective and the inputs as they stand in the prompt. */
export function subtaskReply(request: ChatRequest, options: PracticeOptions, dice: Dice): SubtaskResult {
	const sections = sectionsOf(request)
	const objective = sections.get('objective') ?? ''
	const mustSlip = isFirstTry(request) && options.mistakePattern?.test(objective) === true
	const isSlip = mustSlip || slips(dice, options.mistakeRate)
	const slip: Slip = (calculation) => (isSlip ? withSlip(calculation, dice) : calculation)
	const done = carryOut(
		objective,
		readValues(sections.get('inputs') ?? ''),
		sections.get('expected-output') ?? '',
		slip,
	)
	return told(done ?? wholeQuestion(objective, slip))
}

/** A plan that couldn't be split has one subtask, whose objective quotes the question. */
function wholeQuestion(objective: string, slip: Slip): readonly Done[] {
	const program = solve(objective.replace(/^Answer the (?:whole )?question: /, ''))
	return program === undefined ? [] : carryOutProgram(program, slip)
}

function told(done: readonly Done[]): SubtaskResult {
	const last = done.at(-1)
	if (last === undefined)
		return { work: 'This is outside what the practice model works out.', calculations: [], result: cannotAnswer() }
	const calculations = done.flatMap((each) => each.calculations.map(claimed))
	return { work: done.map(derivation).join('\n'), calculations, result: last.result }
}

/** The words between the numbers keep a reader, and a checker, from taking an input for part of the calculation. */
function derivation({ label, inputs, calculations, result }: Done): string {
	const given = inputs.map((input) => `${input.label} is ${show(input.value, input.unit)}`).join(', ')
	const steps = calculations.map(claimed).map((each) => `Calculation: ${each.expression} = ${each.result}`)
	return [`Known: ${given}`, ...steps, `Result: ${label} is ${result}`].join('\n')
}

function claimed({ expression, value }: Calculation): { expression: string; result: string } {
	return { expression, result: plain(value) }
}

/** A resample carries a sample number, and a correction says more than a first try. */
function isFirstTry(request: ChatRequest): boolean {
	const known = ['objective', 'inputs', 'expected-output']
	return (request.seed ?? 0) === 0 && [...sectionsOf(request).keys()].every((name) => known.includes(name))
}
