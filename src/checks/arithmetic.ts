import type { BigNumber } from 'mathjs'
import { evaluateExpression } from './expression.ts'

/** A calculation as a model claims it: `12 * 4` is `48`. */
export type Calculation = { readonly expression: string; readonly result: string }

export type CalculationCheck =
	| { readonly outcome: 'right' }
	| { readonly outcome: 'wrong'; readonly evidence: string }
	/** Not an arithmetic expression, or beyond the limits: nothing can be said. */
	| { readonly outcome: 'uncheckable'; readonly evidence: string }

const longestWritten = 400
const numberPattern = /[-−]?(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?/g

/** What makes a written result something else than the one exact number in it. */
const looseResult =
	/[≈~…]|\.\.\.|\d\s*(?:k|m|bn?|hundred|thousand|million|billion|trillion|dozen)\b|round|approx|about|remain|mod|base/i
/** `100 + 10%` is 110 to people and 100.1 to a calculator. */
const addedPercentage = /[-+−]\s*[\d.,]+\s*%/

/** Recomputes one claimed calculation. */
export function checkCalculation({ expression, result }: Calculation): CalculationCheck {
	const claimed = numbersIn(result)
	if (claimed.length === 0) return { outcome: 'uncheckable', evidence: `"${result}" is not a number` }
	if (isRight(expression, result) || isRight(withDecimalPoint(expression), withDecimalPoint(result)))
		return { outcome: 'right' }
	const evaluated = evaluateExpression(expression)
	if (!evaluated.ok) return { outcome: 'uncheckable', evidence: `${expression}: ${evaluated.problem}` }
	if (claimed.length > 1 || looseResult.test(result) || addedPercentage.test(expression))
		return { outcome: 'uncheckable', evidence: `${expression} = ${result} can be meant in more than one way` }
	return { outcome: 'wrong', evidence: `${expression} is ${readable(evaluated.value)}, not ${result}` }
}

function isRight(expression: string | null, result: string | null): boolean {
	if (expression === null || result === null) return false
	const claimed = numbersIn(result).at(-1)
	const evaluated = evaluateExpression(expression)
	if (claimed === undefined || !evaluated.ok) return false
	if (agrees(evaluated.value, claimed)) return true
	return result.includes('%') && agrees(evaluated.value.times(100), claimed)
}

/** The same with a decimal point where it is written the other way round, as in `1.250,50`; null if it can't be. */
function withDecimalPoint(written: string): string | null {
	if (written.length > longestWritten) return null
	const numbers = [...written.matchAll(/\d[\d.,]*/g)].map(([number]) => number)
	if (!numbers.every((number) => /^(?:\d{1,3}(?:\.\d{3})+|\d+)(?:,\d+)?$/.test(number))) return null
	return written.replaceAll(/\d[\d.,]*/g, (number) => number.replaceAll('.', '').replace(',', '.'))
}

/** The numbers of a text as plain decimal strings, in order. */
export function numbersIn(text: string): readonly string[] {
	return [...text.matchAll(numberPattern)].map(([number]) => number.replaceAll(',', '').replace('−', '-'))
}

/** Whether two written numbers are the same value. */
export function sameNumber(left: string, right: string): boolean {
	const value = evaluateExpression(left)
	return value.ok && agrees(value.value, right)
}

/** A claim with decimals may be rounded to them; a whole number must be exact. */
function agrees(value: BigNumber, claimed: string): boolean {
	const parsed = evaluateExpression(claimed)
	if (!parsed.ok) return false
	const decimals = claimed.split('.')[1]?.length ?? 0
	const difference = value.minus(parsed.value).abs()
	// Room for what a third, worked out to 64 digits, lacks when it is multiplied again.
	const exact = value.abs().times(1e-50).plus(1e-50)
	return difference.lte(decimals === 0 ? exact : exact.plus(0.5 * 10 ** -decimals))
}

function readable(value: BigNumber): string {
	return value.toSignificantDigits(12).toFixed()
}
