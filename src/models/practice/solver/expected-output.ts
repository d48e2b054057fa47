import { type Exact, terminates } from './exact.ts'
import { rounded } from './units.ts'

const wordsOf: Readonly<Record<string, string>> = {
	$: 'in dollars',
	'€': 'in euros',
	'£': 'in pounds',
	'%': 'as a percentage',
	time: 'as a time of day',
	'time am/pm': 'as a time of day with am or pm',
	'': 'as a number',
}
const rounding = ', rounded to two decimals'

/** "the cost of the pens in dollars": what a subtask produces, with its unit and how it is rounded. */
export function writeExpectedOutput(label: string, unit: string, round: boolean): string {
	return `${label} ${wordsOf[unit] ?? `in ${unit}`}${round ? rounding : ''}`
}

/** The unit and the rounding that an expected output asks for. */
export function readExpectedOutput(expected: string): { readonly unit: string | undefined; readonly round: boolean } {
	const round = expected.endsWith(rounding)
	const text = round ? expected.slice(0, -rounding.length) : expected
	const known = Object.entries(wordsOf).find(([, words]) => text.endsWith(` ${words}`))
	return { unit: known?.[0] ?? text.match(/^.* in (.+)$/s)?.[1], round }
}

/** What a value becomes when it is told with two decimals at most. */
export function roundIf(round: boolean, value: Exact): Exact {
	return round ? rounded(value) : value
}

/** Whether a final result has to be rounded to be readable. */
export function needsRounding(value: Exact): boolean {
	return !terminates(value, 2)
}
