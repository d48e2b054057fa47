import type { Calculation } from './arithmetic.ts'

/** How much text is searched, and how far around an equals sign: enough for prose, and bounded for whatever else comes. */
const limits = { text: 10_000, before: 160, after: 60 }

const number = /(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?/.source
const token = new RegExp(`[$€£]?${number}%?|\\*\\*|[-−+*/×÷·^()]|\\S`, 'g')
const operand = new RegExp(`^[$€£]?${number}%?$`)
const binaryOperator = /^(?:\*\*|[-−+*/×÷·^])$/
const resultAtStart = new RegExp(`^\\s*[-−]?\\s*[$€£]?${number}%?`)
const partOfExpression = /[\d.,$€£%()+\-−*/×÷·^ \t]/
const listMark = /^\s*(?:\d+[.)]|[-−+*•])\s+/

/** Words after which an equals sign may mean something else than exactly the same number. */
const hedge =
	/\b(?:round|approx|about|roughly|remain|left over|mod|modulo|modulus|base|binary|octal|hex|trunc|floor|ceil|integer|clock|nearest|whole)/i
/** Words whose numbers with a dash or slash are ranges, dates, scores or names. */
const namesNumbers =
	/\b(?:pages?|pp?\.?|chapters?|sections?|lines?|verses?|items?|weeks?|days?|years?|months?|versions?|release|from|between|scored?|won|lost|drew|ratio|on|by|since|until|till|dated?|rated|ages?|aged|grades?|levels?|rooms?|numbers?|no\.?|of|open)\s*$/i

/** What after a number makes it another number than it looks, or only the beginning of an expression. */
const goesOn = [
	/^[\p{L}\d_]/u,
	/^[.,:/]\d/,
	/^\s*(?:\.\.\.|…)/,
	/^\s*(?:\*\*|[-−–+*/×÷·^])\s*[$€£(\d]/,
	/^\s+\d/,
	/^\s*(?:hundred|thousand|million|billion|trillion|dozen|lakh|crore|tausend|millionen|k|m|mn|bn|mio|mrd|r)\b/i,
	/^\s*(?!and\b|so\b|then\b|but\b|while\b)\p{L}+\.?,?\s*(?:and\s+)?\d/iu,
]

/**
 * The calculations that a text states, such as `12 * 4 = 48`. Whatever may be meant otherwise is left out, be it a date, a range,
 * a rounded or a mixed number: a right statement that is called wrong does more harm than a wrong one that nobody noticed.
 */
export function calculationsIn(text: string): readonly Calculation[] {
	return text
		.slice(0, limits.text)
		.split('\n')
		.flatMap((line) => [...line.matchAll(/=/g)].flatMap(({ index }) => calculationAround(line, index) ?? []))
}

function calculationAround(line: string, equals: number): Calculation | null {
	const after = line.slice(equals + 1, equals + 1 + limits.after)
	const [result] = resultAtStart.exec(after) ?? []
	if (result === undefined) return null
	const rest = after.slice(result.length)
	if (goesOn.some((pattern) => pattern.test(rest)) || hedge.test(rest)) return null
	const left = expressionBefore(line, equals)
	if (left === null || hedge.test(left.preceding)) return null
	return isCalculation(left) ? { expression: left.expression, result: result.trim() } : null
}

type Left = { readonly expression: string; readonly preceding: string }

/** The longest piece before the equals sign that could be an expression, if nothing before it belongs to it. */
function expressionBefore(line: string, equals: number): Left | null {
	const start = startOfExpression(line, equals)
	if (start === null) return null
	const run = line.slice(start, equals)
	const skipped = lengthOfPrefix(run, start === 0)
	const expression = run.slice(skipped).trim()
	const preceding = line.slice(Math.max(0, start - limits.before), start + skipped)
	const separated =
		skipped > 0 || start === 0 || /^\s/.test(run) || /[\p{Ps}\p{Pi}"'`*_:;=→>|]/u.test(line[start - 1] ?? '')
	return separated ? { expression, preceding } : null
}

function startOfExpression(line: string, equals: number): number | null {
	let start = equals
	while (start > 0 && partOfExpression.test(line[start - 1] ?? '')) {
		start -= 1
		if (equals - start > limits.before) return null
	}
	return start
}

/** A list mark, an earlier sentence or clause, and an opening parenthesis around the whole are no part of the expression. */
function lengthOfPrefix(run: string, atLineStart: boolean): number {
	const mark = atLineStart ? (listMark.exec(run)?.[0].length ?? 0) : 0
	const clause = Math.max(mark, ...[...run.matchAll(/[.,]\s+/g)].map((found) => found.index + found[0].length))
	const emphasis = /^\s*\*\*(?=[\d$€£(])/.exec(run.slice(clause))?.[0].length ?? 0
	return Math.max(clause + emphasis, lastUnclosed(run) + 1)
}

function lastUnclosed(run: string): number {
	const open: number[] = []
	for (const [index, character] of [...run].entries()) {
		if (character === '(') open.push(index)
		if (character === ')') open.pop()
	}
	return open.at(-1) ?? -1
}

function isCalculation({ expression, preceding }: Left): boolean {
	const tokens = [...expression.matchAll(token)].map(([text]) => text)
	if (!wellFormed(tokens)) return false
	const operators = tokens.filter((text, index) => index > 0 && binaryOperator.test(text))
	if (operators.length === 0 || tokens.some((text) => /^0\d/.test(text))) return false
	if (/^\d+(?:[-−]\d+)+$/.test(expression) || /^\d+(?:\/\d+){2,}$/.test(expression)) return false
	return !(operators.length === 1 && /^[-−/]$/.test(operators[0] ?? '') && namesNumbers.test(preceding))
}

/** Operands and operators take turns, and every parenthesis has its other half. */
function wellFormed(tokens: readonly string[]): boolean {
	let shape = tokens.map(shapeOf).join('')
	for (let reduced = ''; reduced !== shape; ) {
		reduced = shape
		shape = shape.replaceAll(/\(-?n(?:[-o]n)*\)/g, 'n')
	}
	return /^-?n(?:[-o]n)*$/.test(shape)
}

function shapeOf(text: string): string {
	if (operand.test(text)) return 'n'
	if (/^[-−]$/.test(text)) return '-'
	if (binaryOperator.test(text)) return 'o'
	return /^[()]$/.test(text) ? text : '?'
}
