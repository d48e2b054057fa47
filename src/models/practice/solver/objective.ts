import { exact } from './exact.ts'
import { type Input, type OperationName, operations } from './operations.ts'

/** An objective taken apart: what to do, with which inputs, and what comes out. */
export type Objective = {
	readonly operation: OperationName
	readonly operands: readonly Operand[]
	readonly label: string
}

/** An input of an objective: a named given or result, or a fixed number. */
export type Operand =
	| { readonly label: string; readonly id: string }
	| { readonly label: string; readonly fixed: string }

const names = Object.keys(operations) as OperationName[]
const operand = '(the number \\d+(?:\\.\\d+)?|[^()]+ \\((?:[gs]\\d+|[a-h])\\))'

/** Longest first, so that "Divide … and round up" isn't taken for "Divide …". */
const readers = names
	.map((name) => ({ name, pattern: new RegExp(`^${patternOf(name)} to get (.+?)\\.?$`, 's') }))
	.sort((a, b) => operations[b.name].sentence.length - operations[a.name].sentence.length)

/** One sentence of an objective that takes several steps at once; `name` is what later sentences call its result. */
export type Part = { readonly objective: Objective; readonly name: string | undefined }

/** Reads an objective of one or several sentences; undefined unless all of them are ours. */
export function readObjectives(text: string): readonly Part[] | undefined {
	const parts = text
		.trim()
		.split(/(?<=\.)\s+(?=[A-Z])/)
		.map(readPart)
	return parts.every((part) => part !== undefined) ? parts : undefined
}

function readPart(sentence: string): Part | undefined {
	const objective = readObjective(sentence)
	if (objective === undefined) return undefined
	const [, label, name] = /^(.+) \(([a-h])\)$/s.exec(objective.label) ?? []
	return { objective: { ...objective, label: label ?? objective.label }, name }
}

/** "Multiply the number of pens (g1) by the price of a pen (g2) to get the cost of the pens." */
export function writeObjective({ operation, operands, label }: Objective): string {
	const written = operands.map((each) => ('id' in each ? `${each.label} (${each.id})` : `the number ${each.fixed}`))
	const sentence = operations[operation].sentence
		.replace('$all', listed(written))
		.replace('$1', written[0] ?? '')
		.replace('$2', written[1] ?? '')
	return `${sentence} to get ${label}.`
}

/** Reads an objective back from its sentence; undefined if it isn't one of ours. */
export function readObjective(sentence: string): Objective | undefined {
	for (const { name, pattern } of readers) {
		const match = pattern.exec(sentence.trim())
		if (match === null) continue
		const captured = match.slice(1, -1)
		const written = name === 'add' || name === 'average' ? splitList(captured[0] ?? '') : inOrder(name, captured)
		return { operation: name, operands: written.map(readOperand), label: match.at(-1) ?? '' }
	}
	return undefined
}

/** The inputs of an objective, with the values looked up; undefined if one is missing. */
export function bindOperands(
	objective: Objective,
	lookUp: (id: string) => Omit<Input, 'label'> | undefined,
): readonly Input[] | undefined {
	const inputs = objective.operands.map((each) => {
		const value = 'id' in each ? lookUp(each.id) : { value: exact(each.fixed), unit: '' }
		return value === undefined ? undefined : { label: each.label, ...value }
	})
	return inputs.every((input) => input !== undefined) ? inputs : undefined
}

function patternOf(name: OperationName): string {
	return operations[name].sentence.replace('$all', '(.+)').replace('$1', operand).replace('$2', operand)
}

/** The sentences "Subtract $2 from $1" and "Count $2 forward from $1" name the second input first. */
function inOrder(name: OperationName, captured: readonly string[]): readonly string[] {
	const sentence = operations[name].sentence
	return sentence.indexOf('$2') !== -1 && sentence.indexOf('$2') < sentence.indexOf('$1')
		? captured.toReversed()
		: captured
}

function splitList(list: string): readonly string[] {
	return list.match(new RegExp(operand, 'g'))?.map((each) => each.replace(/^(?:, | and )/, '')) ?? []
}

function readOperand(written: string): Operand {
	const [, label, id] = /^(.+) \(([gs]\d+|[a-h])\)$/s.exec(written) ?? []
	if (label !== undefined && id !== undefined) return { label: label.trim(), id }
	return { label: written, fixed: written.replace('the number ', '') }
}

function listed(items: readonly string[]): string {
	return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`
}
