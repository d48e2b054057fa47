import { readExpectedOutput, roundIf } from './expected-output.ts'
import { bindOperands, type Part, readObjectives } from './objective.ts'
import { type Calculation, type Input, perform, type Slip } from './operations.ts'
import type { Program } from './program.ts'
import { readValue } from './reading.ts'
import { show } from './units.ts'

/** Values by the ids under which a prompt names them. */
export type Values = ReadonlyMap<string, Omit<Input, 'label'>>

/** One operation that was carried out. */
export type Done = {
	readonly label: string
	readonly inputs: readonly Input[]
	readonly calculations: readonly Calculation[]
	readonly result: string
}

/** Reads lines such as `g1: The price of one pen is $2.` and `s1: the cost of the pens in dollars: $8.00`. */
export function readValues(lines: string): Values {
	const found = [...lines.matchAll(/^\s*([gs]\d+): (.+)$/gm)]
	return new Map(
		found.flatMap(([, id = '', line = '']) => {
			const read = readValue(line)
			return read === undefined ? [] : [[id, { value: read.value, unit: read.unit }] as const]
		}),
	)
}

/** Carries out an objective of one or more sentences; undefined if it can't be read or a value is missing. The slip is in the last. */
export function carryOut(
	objective: string,
	values: Values,
	expectedOutput: string,
	slip?: Slip,
): readonly Done[] | undefined {
	const parts = readObjectives(objective)
	if (parts === undefined) return undefined
	const known = new Map(values)
	const done: Done[] = []
	for (const [index, part] of parts.entries()) {
		const isLast = index === parts.length - 1
		const one = carryOutPart(part, known, isLast ? expectedOutput : part.objective.label, isLast ? slip : undefined)
		if (one === undefined) return undefined
		done.push(one)
		const read = readValue(one.result)
		if (part.name !== undefined && read !== undefined) known.set(part.name, { value: read.value, unit: read.unit })
	}
	return done
}

/** Carries out all steps of a program, one after the other, as the subtasks would. */
export function carryOutProgram({ givens, steps }: Program, slip?: Slip): readonly Done[] {
	const known = new Map(readValues(givens.map(({ id, statement }) => `${id}: ${statement}`).join('\n')))
	return steps.flatMap(({ id, objective, expectedOutput }, index) => {
		const done = carryOut(objective, known, expectedOutput, index === steps.length - 1 ? slip : undefined) ?? []
		const read = readValue(done.at(-1)?.result ?? '')
		if (read !== undefined) known.set(id, { value: read.value, unit: read.unit })
		return done
	})
}

function carryOutPart(
	{ objective, name }: Part,
	known: Values,
	expected: string,
	slip: Slip | undefined,
): Done | undefined {
	const inputs = bindOperands(objective, (id) => known.get(id))
	if (inputs === undefined) return undefined
	const { unit = inputs[0]?.unit ?? '', round } = readExpectedOutput(expected)
	const performed = attempt(() => perform(objective.operation, inputs, unit, slip))
	if (performed === undefined) return undefined
	const { calculations, value, result } = performed
	const label = name === undefined ? objective.label : objective.label.replace(/ (?:in|as) [^()]*$/, '')
	return { label, inputs, calculations, result: round ? show(roundIf(round, value), unit) : result }
}

/** Inputs that are wrong already can ask for the impossible, such as a division by zero. */
function attempt<Result>(calculate: () => Result): Result | undefined {
	try {
		return calculate()
	} catch {
		return undefined
	}
}
