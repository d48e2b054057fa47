import type { Sections } from '../roles.ts'
import { programAsRead } from '../solver/as-read.ts'
import { carryOut, carryOutProgram, type Done, readValues } from '../solver/carry-out.ts'
import { plain } from '../solver/exact.ts'
import type { Calculation, Slip } from '../solver/operations.ts'
import type { Program } from '../solver/program.ts'
import { understandQuestion } from './understanding.ts'

/** A calculation as a reply states it. */
export type Claimed = { readonly expression: string; readonly result: string }

/** What came of an objective, and the objective of the operation that the result comes from. */
export type Worked = { readonly done: readonly Done[]; readonly objective: string }

const wholeQuestion = /^Answer the (?:whole )?question: /

/** Does what an objective asks for from the inputs of a prompt alone; nothing is done of what is outside every family. */
export function workOut(sections: Sections, slip?: Slip): Worked {
	const objective = sections.get('objective') ?? ''
	const inputs = sections.get('inputs') ?? ''
	const expected = sections.get('expected-output') ?? ''
	const done = carryOut(objective, readValues(inputs), expected, slip)
	if (done !== undefined) return { done, objective }
	const { program } = understandQuestion(objective.replace(wholeQuestion, ''), sections)
	if (program === undefined) return { done: [], objective }
	return workOutProgram(programAsRead(program, { givens: inputs, unknown: expected }), slip)
}

/** Does all steps of a program. */
export function workOutProgram(program: Program, slip?: Slip): Worked {
	return { done: carryOutProgram(program, slip), objective: program.steps.at(-1)?.objective ?? '' }
}

/** A calculation in plain decimals. */
export function claimed({ expression, value }: Calculation): Claimed {
	return { expression, result: plain(value) }
}

/** A line for every calculation, worded so that no checker takes an input for a part of it. */
export function calculationLines({ calculations }: Done): readonly string[] {
	return calculations.map(claimed).map((each) => `Calculation: ${each.expression} = ${each.result}`)
}
