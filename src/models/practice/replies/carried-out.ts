import { readExpectedOutput, roundIf } from '../solver/expected-output.ts'
import { bindOperands, readObjective } from '../solver/objective.ts'
import { type Input, perform } from '../solver/operations.ts'
import type { Program } from '../solver/program.ts'
import { readValue } from '../solver/reading.ts'
import { show } from '../solver/units.ts'
import type { NamedResult } from './answer.ts'

/** The results of all steps of a program, worked out one after the other as the subtasks would. */
export function carriedOut(program: Program): readonly NamedResult[] {
	const values = new Map<string, Omit<Input, 'label'>>()
	for (const { id, statement } of program.givens) remember(values, id, statement)
	return program.steps.flatMap(({ id, objective, expectedOutput }) => {
		const read = readObjective(objective)
		const inputs = read === undefined ? undefined : bindOperands(read, (each) => values.get(each))
		if (read === undefined || inputs === undefined) return []
		const { unit = '', round } = readExpectedOutput(expectedOutput)
		const { value, result } = perform(read.operation, inputs, unit)
		const told = round ? show(roundIf(round, value), unit) : result
		remember(values, id, `${expectedOutput}: ${told}`)
		return [{ label: read.label, result: told }]
	})
}

function remember(values: Map<string, Omit<Input, 'label'>>, id: string, line: string): void {
	const read = readValue(line)
	if (read !== undefined) values.set(id, { value: read.value, unit: read.unit })
}
