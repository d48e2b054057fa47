import type { BigNumber } from 'mathjs'
import { evaluateExpression, plainNotation } from './expression.ts'

/** A calculation as a model claims it: `12 * 4` is `48`. */
export type Calculation = { readonly expression: string; readonly result: string }

export type CalculationCheck =
	| { readonly outcome: 'right' }
	| { readonly outcome: 'wrong'; readonly evidence: string }
	/** Not an arithmetic expression, or beyond the limits: nothing can be said. */
	| { readonly outcome: 'uncheckable'; readonly evidence: string }

const numberPattern = /[-−]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?/g
const claimPattern =
	/((?:[$€£]?\d[\d.,]*%?|[()])(?:\s*(?:[-+*/×÷·−^]|\*\*)?\s*(?:[$€£]?\d[\d.,]*%?|[()]))+)\s*=\s*([-−]?\s*[$€£]?\d[\d,]*(?:\.\d+)?)/g

/** Recomputes one claimed calculation. */
export function checkCalculation({ expression, result }: Calculation): CalculationCheck {
	const claimed = numbersIn(result).at(-1)
	if (claimed === undefined) return { outcome: 'uncheckable', evidence: `"${result}" is not a number` }
	const evaluated = evaluateExpression(expression)
	if (!evaluated.ok) return { outcome: 'uncheckable', evidence: `${expression}: ${evaluated.problem}` }
	if (agrees(evaluated.value, claimed)) return { outcome: 'right' }
	return { outcome: 'wrong', evidence: `${expression} is ${readable(evaluated.value)}, not ${result}` }
}

/** The calculations that a text states, such as `12 * 4 = 48`. */
export function calculationsIn(text: string): readonly Calculation[] {
	return [...text.matchAll(claimPattern)].flatMap(([, expression = '', result = '']) =>
		/\d\s*(?:[-+*/×÷·−^]|\*\*)\s*[$€£(\d]/.test(expression) ? [{ expression: expression.trim(), result }] : [],
	)
}

/** The numbers of a text as plain decimal strings, in order. */
export function numbersIn(text: string): readonly string[] {
	return [...text.matchAll(numberPattern)].map(([number]) => plainNotation(number).replaceAll(' ', ''))
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
	const tolerance = decimals === 0 ? 1e-12 : 0.5000001 * 10 ** -decimals
	return difference.lte(value.abs().gt(1) && decimals === 0 ? value.abs().times(tolerance) : tolerance)
}

function readable(value: BigNumber): string {
	return value.toSignificantDigits(12).toFixed()
}
