import { type Exact, exact, plain } from './exact.ts'
import { needsRounding, writeExpectedOutput } from './expected-output.ts'
import { type Objective, type Operand, writeObjective } from './objective.ts'
import { type OperationName, perform } from './operations.ts'
import { type Quantity, type Reading, readValue } from './reading.ts'
import { convertible, rounded, show, unitNamed, units } from './units.ts'

/** Something with a value: a given of the question, the result of a step, or a fixed number. */
export type Term = { readonly id?: string; readonly label: string; readonly value: Exact; readonly unit: string }

export type Given = { readonly id: string; readonly statement: string }

export type Step = {
	readonly id: string
	readonly objective: string
	/** The objective taken apart, with the unit of what comes out. */
	readonly parts: readonly StepPart[]
	readonly inputs: readonly string[]
	readonly expectedOutput: string
}

/** One operation of a step. Steps that were put together have several. */
export type StepPart = { readonly id: string; readonly objective: Objective; readonly unit: string }

/** How a question is solved: what it says, what is to be found, and the steps that lead there. */
export type Program = {
	readonly family: string
	readonly givens: readonly Given[]
	readonly steps: readonly Step[]
	readonly unknown: string
	readonly unit: string
	/** The result as the last step words it. */
	readonly result: string
}

type Draft = {
	readonly id: string
	readonly operation: OperationName
	readonly terms: readonly Term[]
	readonly label: string
	readonly unit: string
	readonly result: string
}

/** Collects the givens and steps of a solution while a family works out its question. */
export class ProgramBuilder {
	readonly #reading: Reading
	readonly #used = new Set<number>()
	readonly #givens: Given[] = []
	readonly #byQuantity = new Map<number, Term>()
	readonly #drafts: Draft[] = []

	constructor(reading: Reading) {
		this.#reading = reading
	}

	/** A quantity of the question under a label such as "the price of one pen". */
	given(quantity: Quantity, label: string, unit = quantity.unit): Term {
		const known = this.#byQuantity.get(quantity.index)
		if (known !== undefined) return known
		this.#used.add(quantity.index)
		const term = this.known(
			label,
			quantity.value,
			unit,
			quantity.dimension === 'multiple' ? quantity.value.toFraction() : statedAs(quantity, unit),
		)
		this.#byQuantity.set(quantity.index, term)
		return term
	}

	/** A fact that the question implies, such as that a dozen is 12. */
	known(label: string, value: Exact, unit: string, written = show(value, unit)): Term {
		const id = `g${this.#givens.length + 1}`
		this.#givens.push({ id, statement: `${capitalized(label)} is ${written}.` })
		return { id, label, value, unit }
	}

	/** Accounts for a quantity that says nothing about the answer. */
	use(...quantities: readonly (Quantity | undefined)[]): void {
		for (const quantity of quantities) if (quantity !== undefined) this.#used.add(quantity.index)
	}

	/** A fixed number, such as the 1 of "one fence". */
	fixed(value: number): Term {
		return { label: `the number ${value}`, value: exact(value), unit: '' }
	}

	/** Adds one step and gives its result. */
	step(operation: OperationName, terms: readonly Term[], label: string, unit: string): Term {
		const { value, result } = perform(operation, terms, unit)
		const id = `s${this.#drafts.length + 1}`
		this.#drafts.push({ id, operation, terms, label, unit, result })
		return { id, label, value, unit }
	}

	/** The sum of the terms; a single term needs no step. */
	sum(terms: readonly Term[], label: string, unit: string): Term {
		const [first] = terms
		return terms.length === 1 && first !== undefined ? { ...first, label } : this.step('add', terms, label, unit)
	}

	/** The term in another unit of the same kind. */
	inUnit(term: Term, unit: string): Term {
		if (term.unit === unit || !convertible(term.unit, unit)) return term
		return this.step('convert', [term], `${term.label} in ${unit}`, unit)
	}

	/** The finished program; undefined if a number of the question was left out or no step was needed. */
	finish(family: string, result: Term, mayBeNegative = false): Program | undefined {
		const drafts = this.#neededFor(result)
		const last = drafts.at(-1)
		const leftOut = this.#reading.quantities.some(({ index, optional }) => !optional && !this.#used.has(index))
		if (leftOut || last === undefined || (result.value.s < 0n && !mayBeNegative)) return undefined
		const round = needsRounding(result.value) && last.operation !== 'compare'
		const ids = new Map(drafts.map(({ id }, index) => [id, `s${index + 1}`]))
		return {
			family,
			givens: this.#givens,
			steps: drafts.map((draft) => stepOf(draft, ids, round && draft === last)),
			unknown: writeExpectedOutput(last.label, last.unit, false),
			unit: last.unit,
			result: round ? show(rounded(result.value), result.unit) : last.result,
		}
	}

	/** The steps that lead to the result, in their order; a family may have worked out more on its way. */
	#neededFor(result: Term): readonly Draft[] {
		const needed = new Set([result.id])
		for (const draft of this.#drafts.toReversed()) {
			if (needed.has(draft.id)) for (const { id } of draft.terms) needed.add(id)
		}
		return this.#drafts.filter(({ id }) => needed.has(id))
	}
}

function stepOf({ id, operation, terms, label, unit }: Draft, ids: ReadonlyMap<string, string>, round: boolean): Step {
	const operands = terms.map((term) => operandOf(term, ids))
	const objective = { operation, operands, label }
	const newId = ids.get(id) ?? id
	return {
		id: newId,
		objective: writeObjective(objective),
		parts: [{ id: newId, objective, unit }],
		inputs: [...new Set(operands.flatMap((each) => ('id' in each ? [each.id] : [])))],
		expectedOutput: writeExpectedOutput(label, unit, round),
	}
}

/** The unit that the words of a question ask for, such as `minutes` in "how many minutes". */
export function unitAskedFor(asked: string, among: readonly string[]): string | undefined {
	const [, word] = /how many (?:more |full )?([a-z]+)/i.exec(asked) ?? []
	const named = word === undefined ? undefined : unitNamed(word)
	return named !== undefined && among.includes(units[named]?.dimension ?? '') ? named : undefined
}

export function capitalized(text: string): string {
	return text.charAt(0).toUpperCase() + text.slice(1)
}

function operandOf({ id, label, value }: Term, ids: ReadonlyMap<string, string>): Operand {
	return id === undefined ? { label, fixed: plain(value) } : { label, id: ids.get(id) ?? id }
}

/** The words of the question where they can be read back without their surroundings. */
function statedAs(quantity: Quantity, unit: string): string {
	const read = readValue(quantity.written)
	const isClear = unit === quantity.unit && read?.unit === unit && read.value.equals(quantity.value)
	return isClear ? quantity.written : show(quantity.value, unit)
}
