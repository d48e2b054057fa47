import { z } from 'zod'
import { type Calculation, calculationsIn, checkCalculation, numbersIn, sameNumber } from '../../checks/index.ts'

export const subtaskResultSchema = z.object({
	work: z.string(),
	calculations: z.array(z.object({ expression: z.string(), result: z.string() })).max(60),
	result: z.string().min(1),
})
export type SubtaskResult = z.infer<typeof subtaskResultSchema>

export const resultCheckSchema = z.object({
	/** `nothing-to-check`: no calculation that could be recomputed; neither for nor against the result. */
	outcome: z.enum(['passed', 'failed', 'nothing-to-check']),
	evidence: z.string(),
})
export type ResultCheck = z.infer<typeof resultCheckSchema>

/** Recomputes every calculation of a result, listed or written out, and makes sure that the result is one of theirs. */
export function checkResult(result: SubtaskResult): ResultCheck {
	const calculations = distinct([...result.calculations, ...calculationsIn(result.work)])
	const checks = calculations.map(checkCalculation)
	const wrong = checks.find((check) => check.outcome === 'wrong')
	if (wrong !== undefined) return { outcome: 'failed', evidence: `Recomputed: ${wrong.evidence}.` }
	const right = calculations.filter((_, index) => checks[index]?.outcome === 'right')
	if (right.length === 0) return { outcome: 'nothing-to-check', evidence: 'There was no calculation to recompute.' }
	const stated = numbersIn(result.result)
	if (
		!comesFrom(
			stated,
			result.calculations.map((calculation) => calculation.result),
		)
	) {
		return { outcome: 'failed', evidence: `The result "${result.result}" comes out of none of its calculations.` }
	}
	return { outcome: 'passed', evidence: `Recomputed: ${right.map(written).join('; ')}.` }
}

/** A result without numbers, such as the name of the cheaper offer, can't contradict its calculations. */
function comesFrom(stated: readonly string[], calculated: readonly string[]): boolean {
	if (stated.length === 0 || calculated.length === 0) return true
	const values = calculated.flatMap((result) => numbersIn(result).slice(-1))
	return values.some((value) => stated.some((number) => sameNumber(value, number) || sameNumber(number, value)))
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
