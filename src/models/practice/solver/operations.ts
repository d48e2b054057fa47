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
	later: { ...arithmetic('Count $2 forward from $1', '+', (a, b) => a.add(b)), conclude: timeOfDay },
	earlier: {
		...arithmetic('Count $2 back from $1', '-', (a, b) => a.sub(b)),
		conclude: timeOfDay,
	},
	span: {
		...arithmetic('Count the time from $2 to $1', '-', (a, b) => a.sub(b)),
		conclude: timeOfDay,
	},
	compare: {
		...arithmetic('Compare $1 with $2', '-', (a, b) => a.sub(b), true),
		tell: (gap, inputs, unit) => comparison(gap, inputs, unit),
	},
	power: arithmetic('Raise $1 to the power of $2', '^', raised),
	root: { sentence: 'Take the square root of $1', calculate: ([a]) => squareRoot(valueIn(a)), conclude: same },
} as const satisfies Readonly<Record<string, Operation>>

export function operationNamed(name: OperationName): Operation {
	return operations[name]
}

/** What came of one operation: all calculations, the main one first, and the result in words. */
export type Performed = {
	readonly calculations: readonly Calculation[]
	readonly value: Exact
	readonly result: string
}

export type Slip = (calculation: Calculation) => Calculation

/** Does one operation, optionally with a slip in its calculation. */
export function perform(
	name: OperationName,
	given: readonly Input[],
	unit: string,
	slip: Slip = (calculation) => calculation,
): Performed {
	const operation = operationNamed(name)
	const inputs = inMinutes(given, name, unit)
	const calculation = slip(operation.calculate(inputs, unit))
	const value = operation.conclude(calculation.value, inputs, unit)
	const follow = [
		...wholeNumber(name, inputs, value),
		...aroundMidnight(name, calculation.value, value),
		...hoursIn(value, unit),
	]
	const result = operation.tell?.(calculation.value, inputs, unit) ?? show(value, unit)
	return { calculations: [calculation, ...follow], value, result }
}

/** Rounding as a calculation that anybody can repeat: 50 people in groups of 8 are (50 + 6) / 8 = 7 groups. */
function wholeNumber(name: OperationName, [a, b]: readonly Input[], value: Exact): readonly Calculation[] {
	if (name !== 'round up' && name !== 'round down') return []
	const difference = value.mul(valueIn(b)).sub(valueIn(a))
	if (difference.equals(0)) return []
	const sign = difference.s < 0n ? '-' : '+'
	return [{ expression: `(${plain(valueIn(a))} ${sign} ${plain(difference.abs())}) / ${plain(valueIn(b))}`, value }]
}

/** Past midnight, the day starts again. */
function aroundMidnight(name: OperationName, calculated: Exact, value: Exact): readonly Calculation[] {
	const turn = value.sub(calculated)
	if (turn.equals(0) || !['later', 'earlier', 'span'].includes(name)) return []
	const from = calculated.s < 0n ? `(${plain(calculated)})` : plain(calculated)
	return [{ expression: `${from} ${turn.s < 0n ? '-' : '+'} ${plain(turn.abs())}`, value }]
}

function timeOfDay(value: Exact): Exact {
	return value.mod(day).add(day).mod(day)
}

/** The hours of a number of minutes, as a time of day or a duration shows them. */
function hoursIn(value: Exact, unit: string): readonly Calculation[] {
	if (!timeUnits.includes(unit) || value.compare(60) < 0) return []
	const minutes = value.mod(60)
	const hours = value.sub(minutes).div(60)
	const inHours = { expression: `(${plain(value)} - ${plain(minutes)}) / 60`, value: hours }
	if (unit !== 'time am/pm' || hours.compare(12) <= 0) return [inHours]
	return [inHours, { expression: `${plain(hours)} - 12`, value: hours.sub(12) }]
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

/** Who wins follows from the inputs, by how much from the calculation. */
function comparison(gap: Exact, inputs: readonly Input[], unit: string): string {
	const [first, second] = inputs
	const isPaid = inputs.some(({ label }) => /\b(?:pay|income)\b/.test(label))
	const order = valueIn(first).compare(valueIn(second))
	const [one, other] = [offerOf(first?.label ?? ''), offerOf(second?.label ?? '')]
	if (order === 0) return `${one} and ${other} cost the same`
	const shown = rounded(gap).equals(0) ? gap : rounded(gap)
	const winner = order > 0 === isPaid ? one : other
	return `${winner} ${isPaid ? 'pays more' : 'is cheaper'} by ${show(shown, isCurrency(unit) ? unit : '')}`
}

/** "the cost with Gym A" is about Gym A. */
function offerOf(label: string): string {
	return label.replace(/^.*? with /, '')
}
