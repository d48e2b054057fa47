import { type Exact, exact, one, plain, zero } from './exact.ts'
import { conversionFactor, convertible, isCurrency, rounded, show } from './units.ts'

/** A value that a calculation starts from: what it is called, how much it is, and in which unit. */
export type Input = { readonly label: string; readonly value: Exact; readonly unit: string }

/** A calculation as it is done on paper. `value` may be replaced by a slip before `conclude` turns it into the result. */
export type Calculation = { readonly expression: string; readonly value: Exact }

export type OperationName = keyof typeof operations

/**
 * What can be done in one subtask: the sentence that asks for it, the calculation, and what follows from its value.
 * In the sentence, `$1` and `$2` stand for the first inputs and `$all` for all of them.
 */
export type Operation = {
	readonly sentence: string
	readonly calculate: (inputs: readonly Input[], unit: string) => Calculation
	readonly conclude: (value: Exact, inputs: readonly Input[], unit: string) => Exact
	/** Where the result is more than a value with a unit. */
	readonly tell?: (value: Exact, inputs: readonly Input[], unit: string) => string
}

const same = (value: Exact): Exact => value
const day = exact(1440)

export const operations = {
	multiply: arithmetic('Multiply $1 by $2', '*', (a, b) => a.mul(b)),
	divide: arithmetic('Divide $1 by $2', '/', (a, b) => a.div(b)),
	subtract: arithmetic('Subtract $2 from $1', '-', (a, b) => a.sub(b)),
	difference: arithmetic('Find the difference between $1 and $2', '-', (a, b) => a.sub(b).abs(), true),
	add: { sentence: 'Add $all', calculate: (inputs) => sum(inputs), conclude: same },
	average: {
		sentence: 'Take the average of $all',
		calculate: (inputs) => ({
			expression: `(${sum(inputs).expression}) / ${inputs.length}`,
			value: sum(inputs).value.div(inputs.length),
		}),
		conclude: same,
	},
	'round up': {
		...arithmetic('Divide $1 by $2 and round up', '/', (a, b) => a.div(b)),
		conclude: (value) => value.ceil(),
	},
	'round down': {
		...arithmetic('Divide $1 by $2 and round down', '/', (a, b) => a.div(b)),
		conclude: (value) => value.floor(),
	},
	remainder: {
		sentence: 'Divide $1 by $2 and keep what is left over',
		calculate: ([a, b]) => remainder(valueIn(a), valueIn(b)),
		conclude: same,
	},
	percent: {
		sentence: 'Take $1 of $2',
		calculate: ([a, b]) => ({
			expression: `${plain(valueIn(b))} * ${plain(valueIn(a))} / 100`,
			value: valueIn(b).mul(valueIn(a)).div(100),
		}),
		conclude: same,
	},
	share: {
		sentence: 'Express $1 as a percentage of $2',
		calculate: ([a, b]) => ({
			expression: `${plain(valueIn(a))} * 100 / ${plain(valueIn(b))}`,
			value: valueIn(a).mul(100).div(valueIn(b)),
		}),
		conclude: same,
	},
	convert: { sentence: 'Convert $1', calculate: ([a], unit) => conversion(a, unit), conclude: same },
	later: { ...arithmetic('Count $2 forward from $1', '+', (a, b) => a.add(b)), conclude: (value) => value.mod(day) },
	earlier: {
		...arithmetic('Count $2 back from $1', '-', (a, b) => a.sub(b)),
		conclude: (value) => (value.s < 0n ? value.add(day) : value),
	},
	span: {
		...arithmetic('Count the time from $2 to $1', '-', (a, b) => a.sub(b)),
		conclude: (value) => (value.s < 0n ? value.add(day) : value),
	},
	compare: {
		...arithmetic('Compare $1 with $2', '-', (a, b) => a.sub(b)),
		conclude: same,
		tell: (value, inputs, unit) => comparison(value, inputs, unit),
	},
	power: arithmetic('Raise $1 to the power of $2', '^', raised),
	root: { sentence: 'Take the square root of $1', calculate: ([a]) => squareRoot(valueIn(a)), conclude: same },
} as const satisfies Readonly<Record<string, Operation>>

export function operationNamed(name: OperationName): Operation {
	return operations[name]
}

/** Does one operation: the calculation, optionally with a slip in it, and the result in words. */
export function perform(
	name: OperationName,
	inputs: readonly Input[],
	unit: string,
	slip: (calculation: Calculation) => Calculation = (calculation) => calculation,
): { readonly calculation: Calculation; readonly value: Exact; readonly result: string } {
	const operation = operationNamed(name)
	const calculation = slip(operation.calculate(inMinutes(inputs, name, unit), unit))
	const value = operation.conclude(calculation.value, inputs, unit)
	return { calculation, value, result: operation.tell?.(calculation.value, inputs, unit) ?? show(value, unit) }
}

const timeUnits = ['time', 'time am/pm', 'hours and minutes']
const aligning: readonly OperationName[] = ['add', 'subtract', 'later', 'earlier', 'span', 'difference']

/** Times of day and durations are added in minutes, whatever they were given in. */
function inMinutes(inputs: readonly Input[], name: OperationName, unit: string): readonly Input[] {
	if (!timeUnits.includes(unit) || !aligning.includes(name)) return inputs
	return inputs.map((input) => {
		if (!convertible(input.unit, 'minutes')) return input
		return { ...input, value: input.value.mul(conversionFactor(input.unit, 'minutes')) }
	})
}

function arithmetic(
	sentence: string,
	sign: string,
	apply: (a: Exact, b: Exact) => Exact,
	largerFirst = false,
): Operation {
	return {
		sentence,
		conclude: same,
		calculate: ([first, second]) => {
			const swap = largerFirst && valueIn(first).compare(valueIn(second)) < 0
			const [a, b] = swap ? [valueIn(second), valueIn(first)] : [valueIn(first), valueIn(second)]
			return { expression: `${bracketed(a)} ${sign} ${bracketed(b)}`, value: apply(a, b) }
		},
	}
}

/** A third is written as `1 / 3`, so that whoever recomputes the expression gets the same value. */
function bracketed(value: Exact): string {
	const written = plain(value)
	if (exact(written).equals(value)) return written.startsWith('-') ? `(${written})` : written
	return `(${value.s < 0n ? '-' : ''}${value.n} / ${value.d})`
}

function valueIn(input: Input | undefined): Exact {
	return input?.value ?? zero
}

function sum(inputs: readonly Input[]): Calculation {
	return {
		expression: inputs.map(({ value }) => bracketed(value)).join(' + '),
		value: inputs.reduce((total, { value }) => total.add(value), zero),
	}
}

function remainder(a: Exact, b: Exact): Calculation {
	const times = a.div(b).floor()
	return { expression: `${plain(a)} - ${plain(times)} * ${plain(b)}`, value: a.sub(times.mul(b)) }
}

function conversion(input: Input | undefined, unit: string): Calculation {
	const factor = conversionFactor(input?.unit ?? unit, unit)
	const value = valueIn(input).mul(factor)
	const smaller = factor.compare(one) < 0
	return {
		expression: `${bracketed(valueIn(input))} ${smaller ? '/' : '*'} ${bracketed(smaller ? factor.inverse() : factor)}`,
		value,
	}
}

/** Refuses what would be irrational or endless to write. */
function raised(base: Exact, exponent: Exact): Exact {
	const power = exponent.abs().compare(64) > 0 ? null : base.pow(exponent)
	if (power === null) throw new RangeError('The power cannot be written as a number.')
	return power
}

function squareRoot(value: Exact): Calculation {
	const root = exact(Math.sqrt(value.valueOf()).toFixed(8))
	return { expression: `${plain(value)} ^ 0.5`, value: root }
}

function comparison(value: Exact, inputs: readonly Input[], unit: string): string {
	const [first, second] = inputs.map(({ label }) => offerOf(label))
	if (value.equals(0)) return `${first} and ${second} cost the same`
	const paid = inputs.some(({ label }) => /\b(?:pay|income)\b/.test(label))
	const firstWins = paid ? value.s > 0n : value.s < 0n
	const winner = firstWins ? first : second
	const gap = rounded(value.abs())
	const by = gap.equals(0) ? '' : ` by ${show(gap, isCurrency(unit) ? unit : '')}`
	return `${winner} ${paid ? 'pays more' : 'is cheaper'}${by}`
}

/** "the cost with Gym A" is about Gym A. */
function offerOf(label: string): string {
	return label.replace(/^.*? with /, '')
}
