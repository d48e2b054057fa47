import { arithmetic } from './families/arithmetic.ts'
import { shopping } from './families/shopping.ts'
import type { Family } from './family.ts'
import type { Program } from './program.ts'
import { type Reading, readQuestion } from './reading.ts'

/** Every kind of question that the practice model can solve: one line per family. */
export const families: readonly Family[] = [arithmetic, shopping]

/**
 * The program that solves a question; undefined for a question of no family, for one whose numbers aren't all
 * accounted for, and for one that two families read differently: no answer is better than a wrong one.
 */
export function solve(question: string): Program | undefined {
	const reading = readQuestion(question)
	if (reading.quantities.length === 0 || hasUnreadDigits(reading)) return undefined
	const programs = families.flatMap((family) => attempt(family, reading) ?? [])
	const results = new Set(programs.map(({ result }) => result))
	return results.size === 1 ? programs[0] : undefined
}

/** A family that runs into an impossible calculation, such as a division by zero, has misread the question. */
function attempt(family: Family, reading: Reading): Program | undefined {
	try {
		return family.solve(reading)
	} catch {
		return undefined
	}
}

function hasUnreadDigits(reading: Reading): boolean {
	return /\d/.test(reading.tagged.replace(/\{[A-Z]\d+\}/g, ''))
}
