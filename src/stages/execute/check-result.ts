import { z } from 'zod'
import {
	type Calculation,
	calculationsIn,
	checkCalculation,
	isUnit,
	quantitiesIn,
	sameKind,
	sameNumber,
	valuesIn,
} from '../../checks/index.ts'
import { checkMethodSchema } from '../../core/journal.ts'

export const subtaskResultSchema = z.object({
	work: z.string(),
	calculations: z.array(z.object({ expression: z.string(), result: z.string() })).max(60),
	result: z.string().min(1),
})
export type SubtaskResult = z.infer<typeof subtaskResultSchema>

/** What a step is answered in, the first time and when it is corrected. */
export const subtaskReply = {
	maxOutputTokens: 1_000,
	output: { name: 'subtask-result', schema: subtaskResultSchema },
}

export const resultCheckSchema = z.object({
	method: checkMethodSchema,
	/** `nothing-to-check`: nothing that could be recomputed; neither for nor against the result. */
	outcome: z.enum(['passed', 'failed', 'nothing-to-check']),
	evidence: z.string(),
})
export type ResultCheck = z.infer<typeof resultCheckSchema>

/**
 * Recomputes every calculation of a result, listed or written out, and makes sure that the result is one of theirs and measures
 * what was asked for.
 */
export function checkResult(result: SubtaskResult, expectedOutput: string): ResultCheck {
	const calculations = distinct([...result.calculations, ...calculationsIn(result.work)].filter(isChecked))
	const checks = calculations.map(checkCalculation)
	const wrong = checks.find((check) => check.outcome === 'wrong')
	if (wrong !== undefined) return failed(`Recomputed: ${wrong.evidence}.`)
	const otherUnit = contradictingUnit(result.result, expectedOutput)
	if (otherUnit !== null)
		return failed(`The result "${shortened(result.result)}" is given in ${otherUnit}; wanted is ${expectedOutput}.`)
	const right = calculations.filter((_, index) => checks[index]?.outcome === 'right')
	if (right.length === 0)
		return { method: 'arithmetic', outcome: 'nothing-to-check', evidence: 'There was no calculation to recompute.' }
	const stated = valuesIn(result.result.slice(0, longestRead))
	const calculated = result.calculations.map((calculation) => calculation.result)
	if (!comesFrom(stated, calculated))
		return failed(`The result "${shortened(result.result)}" comes out of none of its calculations.`)
	return {
		method: 'arithmetic',
		outcome: 'passed',
		evidence: shortened(`Recomputed: ${right.map(written).join('; ')}.`),
	}
}

/** Results and expectations are a line each; whatever goes on isn't read. */
const longestRead = 300
const mostRead = 20
const longestCalculation = 1_000

function shortened(text: string): string {
	return text.length > longestRead ? `${text.slice(0, longestRead - 1)}…` : text
}

function failed(evidence: string): ResultCheck {
	return { method: 'arithmetic', outcome: 'failed', evidence: shortened(evidence) }
}

/** The unit that an expected output is wanted in: alone, behind "in" or a comma, or in parentheses. Not the one in "after 2 hours". */
const statedUnit =
	/(?<=^|\bin\s|\(|,\s|\b(?:number|amount)\sof\s)([%$€£¥]|\p{L}+(?:\s?\/\s?\p{L}+|\sper\s\p{L}+)?)(?!\p{L})/giu
/** "In the second box" and "after the first hour" name no unit, so a spelled-out one counts only in the plural. */
const namesUnit = /^(?:[%$€£¥]|\p{L}{1,3}|\p{L}+s|feet|usd|eur|yen|kilo|percent|.*(?:\/|\sper\s).*)$/iu

/** A unit that measures another kind of thing than the expected output names; null where nothing is certain. */
function contradictingUnit(result: string, expectedOutput: string): string | null {
	const given = quantitiesIn(result.slice(0, longestRead)).flatMap(({ unit }) => (unit === '' ? [] : [unit]))
	const wanted = [...expectedOutput.slice(0, longestRead).matchAll(statedUnit)]
		// Minutes per day may be given in minutes.
		.flatMap(([, word = '']) => [word, ...word.split(/\sper\s/).slice(0, -1)])
		.filter((word) => namesUnit.test(word) && isUnit(word))
	const kinds = given.map((unit) => wanted.map((word) => sameKind(unit, word)))
	if (kinds.flat().includes(true)) return null
	return given[kinds.findIndex((own) => own.length > 0 && own.every((kind) => kind === false))] ?? null
}

/** A result without numbers, such as the name of the cheaper offer, can't contradict its calculations. */
function comesFrom(stated: readonly string[], calculated: readonly string[]): boolean {
	if (stated.length === 0 || calculated.length === 0) return true
	const results = new Set(calculated.map((result) => result.slice(0, longestRead)))
	const values = new Set([...results].flatMap((result) => valuesIn(result).slice(0, mostRead)))
	const numbers = stated.slice(0, mostRead)
	return [...values].some((value) => numbers.some((number) => isSame(value, number)))
}

/** What is counted in whole things is rounded up or down: 3.33 buses are 4. */
function isSame(value: string, number: string): boolean {
	if (sameNumber(value, number) || sameNumber(number, value)) return true
	return /\.\d*[1-9]/.test(value) && /^-?\d+$/.test(number) && Math.abs(Number(value) - Number(number)) < 1
}

/** What is longer than any calculation can't be recomputed. */
function isChecked(calculation: Calculation): boolean {
	return written(calculation).length <= longestCalculation
}

/** The derivation usually writes out what the list says once more. */
function distinct(calculations: readonly Calculation[]): readonly Calculation[] {
	return [
		...new Map(
			calculations.map((calculation) => [written(calculation).replaceAll(/[\s$€£,]/g, ''), calculation]),
		).values(),
	]
}

function written({ expression, result }: Calculation): string {
	return `${expression} = ${result}`
}
