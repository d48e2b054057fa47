import { carryOutProgram } from './carry-out.ts'
import { writeExpectedOutput } from './expected-output.ts'
import type { Given, Program, Step } from './program.ts'

/** How somebody has read a question: the facts as `g1: …` lines and what is to be found. Either may be absent. */
export type ReadAs = { readonly givens?: string | undefined; readonly unknown?: string | undefined }

/** A program as somebody has read its question, right or wrong: with their numbers, up to what they want to find. */
export function programAsRead(program: Program, { givens = '', unknown }: ReadAs): Program {
	const read = statements(givens)
	const restated = program.givens.map((given) => restatedAs(given, read))
	const aimed = unknown === undefined ? program : upTo(program, unknown)
	return restated.every((given, index) => given === program.givens[index])
		? aimed
		: reworked({ ...aimed, givens: restated })
}

/** The lines `g1: The price of one pen is $2.` by their ids. */
export function statements(lines: string): ReadonlyMap<string, string> {
	return new Map(
		[...lines.matchAll(/^\s*(g\d+): (.+)$/gm)].map(([, id = '', statement = '']) => [id, statement.trim()]),
	)
}

/** What a given is about: "The price of one pen" of "The price of one pen is $2." */
export function subjectOf(statement: string): string {
	const at = statement.lastIndexOf(' is ')
	return at === -1 ? statement : statement.slice(0, at)
}

/** The ways to stop at one of the steps before the last one, as if that were asked for. */
export function earlierAims(program: Program): readonly Program[] {
	return program.steps.slice(0, -1).map((step) => endingWith(program, step))
}

/** The same program with its result worked out anew. */
export function reworked(program: Program): Program {
	return { ...program, result: carryOutProgram(program).at(-1)?.result ?? '' }
}

/** A reading that says something else under this name is of another question. */
function restatedAs(given: Given, read: ReadonlyMap<string, string>): Given {
	const statement = read.get(given.id)
	const isOther = statement === undefined || statement === given.statement
	return isOther || subjectOf(statement) !== subjectOf(given.statement) ? given : { id: given.id, statement }
}

function upTo(program: Program, unknown: string): Program {
	if (unknown === program.unknown) return program
	return earlierAims(program).find((each) => each.unknown === unknown) ?? program
}

function endingWith(program: Program, last: Step): Program {
	const needed = new Set([last.id])
	for (const { id, inputs } of program.steps.toReversed()) {
		if (needed.has(id)) for (const input of inputs) needed.add(input)
	}
	const { objective, unit = '' } = last.parts.at(-1) ?? {}
	return reworked({
		...program,
		steps: program.steps.filter(({ id }) => needed.has(id)),
		unknown: writeExpectedOutput(objective?.label ?? '', unit, false),
		unit,
	})
}
