import { choose } from '../chance.ts'
import { earlierAims, reworked, subjectOf } from '../solver/as-read.ts'
import { type Exact, plain } from '../solver/exact.ts'
import type { Given, Program } from '../solver/program.ts'
import { type Quantity, readValue } from '../solver/reading.ts'
import { show } from '../solver/units.ts'
import type { Dice } from './dice.ts'
import { swappedDigits } from './slip.ts'

/** A program of a misread question, and the words that were misread. */
type Misreading = { readonly about: string; readonly program: Program }

/**
 * The question misread: one number is another one, or an earlier result is taken for what is asked. Where words are given, those;
 * a question that offers nothing to misread is read right.
 */
export function misread(program: Program, { seed, digest }: Dice, about: RegExp | undefined): Program {
	const all = [...withWrongNumber(program), ...withWrongAim(program)]
	const meant = all.filter((each) => about?.test(each.about) === true)
	return choose(meant.length > 0 ? meant : all, seed, digest, 'which misreading')?.program ?? program
}

function withWrongNumber(program: Program): readonly Misreading[] {
	return program.givens.flatMap((given) => {
		const wrong = wrongNumber(given)
		if (wrong === undefined) return []
		const misread = reworked({ ...program, givens: program.givens.map((each) => (each === given ? wrong : each)) })
		return misread.result === '' || misread.result === program.result
			? []
			: [{ about: given.statement, program: misread }]
	})
}

function wrongNumber(given: Given): Given | undefined {
	const read = readValue(given.statement)
	if (read === undefined) return undefined
	const value = otherValue(read)
	return { id: given.id, statement: `${subjectOf(given.statement)} is ${show(value, read.unit)}.` }
}

/** Two digits swapped; where that changes nothing, one more. A time of day is an hour later. */
function otherValue({ value, unit }: Quantity): Exact {
	if (unit.startsWith('time') || unit === 'hours and minutes') return value.add(60).mod(1440)
	return swappedDigits(value).find((each) => each.s > 0n && plain(each) !== plain(value)) ?? value.add(1)
}

function withWrongAim(program: Program): readonly Misreading[] {
	return earlierAims(program)
		.filter(({ result }) => result !== '' && result !== program.result)
		.map((each) => ({ about: program.unknown, program: each }))
}
