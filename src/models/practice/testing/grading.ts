import { readFileSync } from 'node:fs'
import { bignumber, evaluate } from 'mathjs'
import { z } from 'zod'
import { readQuestion } from '../solver/reading.ts'
import type { SubtaskResult } from './ask.ts'

const caseSchema = z.strictObject({
	id: z.string(),
	family: z.string(),
	question: z.string(),
	answer: z.string().nullable(),
	unit: z.string().nullable(),
})
export type Case = z.infer<typeof caseSchema>

/** The questions of a file beside the solver, with answers that were worked out by hand. */
export function readCases(file: string): readonly Case[] {
	const text = readFileSync(new URL(`../${file}`, import.meta.url), 'utf8')
	return text
		.trim()
		.split('\n')
		.map((line) => caseSchema.parse(JSON.parse(line)))
}

/** What became of a question: the right answer, an honest refusal, or a wrong answer. */
export function grade(answer: string | null, final: string): 'right' | 'refused' | 'wrong' {
	if (final.includes('I am the practice model')) return answer === null ? 'right' : 'refused'
	if (answer === null) return 'wrong'
	return answer.split(';').every((part) => holds(part.trim(), final)) ? 'right' : 'wrong'
}

/** A name must occur in the result; a number must be one of its numbers, whatever the unit it is written in. */
function holds(expected: string, final: string): boolean {
	const wanted = amounts(expected)
	if (wanted.length === 0 || /^\d+ (?!hours|minutes|am|pm|years)[a-z]/.test(expected))
		return final.toLowerCase().includes(expected.toLowerCase())
	return wanted.every((amount) => amounts(final).includes(amount))
}

function amounts(text: string): readonly string[] {
	return readQuestion(text).quantities.map(({ value, unit }) => {
		const factor = unit === 'hours' ? 60 : unit === 'seconds' ? 1 / 60 : 1
		return (value.valueOf() * factor).toFixed(4)
	})
}

/** The calculations whose result is not what the expression gives. */
export function wrongCalculations(result: SubtaskResult): readonly string[] {
	return result.calculations.flatMap(({ expression, result: claimed }) => {
		if (!/^[\d\s.+\-*/^()]+$/.test(expression)) return [`${expression} is not plain arithmetic`]
		const value = bignumber(String(evaluate(expression)))
		return value.sub(claimed).abs().lte('0.00000001') ? [] : [`${expression} is not ${claimed}`]
	})
}

/** Whether one of the calculations gives a number that the result states. */
export function followsFromCalculations({ calculations, result }: SubtaskResult): boolean {
	const stated = [...result.matchAll(/-?\d[\d,]*(?:\.\d+)?/g)].map(([number]) => number.replaceAll(',', ''))
	if (stated.length === 0) return true
	return stated.some((number) => {
		const places = number.split('.')[1]?.length ?? 0
		return calculations.some((each) => Number(each.result).toFixed(places) === Number(number).toFixed(places))
	})
}
