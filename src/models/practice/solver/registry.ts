import { findsWhatIsAsked } from './asked.ts'
import { ages } from './families/ages.ts'
import { arithmetic } from './families/arithmetic.ts'
import { average } from './families/average.ts'
import { capacity } from './families/capacity.ts'
import { changes } from './families/changes.ts'
import { motion } from './families/motion.ts'
import { offers } from './families/offers.ts'
import { percent } from './families/percent.ts'
import { schedule } from './families/schedule.ts'
import { sharing } from './families/sharing.ts'
import { shopping } from './families/shopping.ts'
import { work } from './families/work.ts'
import type { Family } from './family.ts'
import type { Program } from './program.ts'
import { type Reading, readQuestion, readValue } from './reading.ts'
import { remembered } from './remembered.ts'

/** Every kind of question that the practice model can solve: one line per family. */
export const families: readonly Family[] = [
	arithmetic,
	shopping,
	percent,
	motion,
	schedule,
	work,
	ages,
	offers,
	sharing,
	changes,
	average,
	capacity,
]

/**
 * The program that solves a question; undefined for a question of no family, for one whose numbers aren't all
 * accounted for, and for one that two families read differently: no answer is better than a wrong one.
 */
export const solve = remembered((question: string): Program | undefined => solveReading(readQuestion(question)))

/** The same for a question that was read before, such as one in which something open was settled. */
export function solveReading(reading: Reading): Program | undefined {
	if (reading.quantities.length === 0 || hasUnreadDigits(reading)) return undefined
	const programs = families.flatMap((family) => attempt(family, reading) ?? [])
	const [first, ...others] = programs
	return others.every((other) => agree(first, other)) ? first : undefined
}

/** Whether two programs come to the same number; that one of them names no unit doesn't matter. */
function agree(one: Program | undefined, other: Program): boolean {
	const [a, b] = [readValue(one?.result ?? ''), readValue(other.result)]
	return (
		a !== undefined &&
		b !== undefined &&
		a.value.equals(b.value) &&
		(a.unit === b.unit || a.unit === '' || b.unit === '')
	)
}

/** A family that runs into an impossible calculation, such as a division by zero, has misread the question. */
function attempt(family: Family, reading: Reading): Program | undefined {
	try {
		const program = family.solve(reading)
		return program !== undefined && findsWhatIsAsked(reading, program) ? program : undefined
	} catch {
		return undefined
	}
}

function hasUnreadDigits(reading: Reading): boolean {
	return /\d/.test(reading.tagged.replace(/\{[A-Z]\d+\}/g, ''))
}
