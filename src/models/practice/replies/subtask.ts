import { type Dice, happens, isForced } from '../mistakes/dice.ts'
import { withSlip } from '../mistakes/slip.ts'
import type { Mistake, PracticeOptions } from '../options.ts'
import type { ChatRequest } from '../protocol.ts'
import { type Sections, sectionsOf } from '../roles.ts'
import type { Done } from '../solver/carry-out.ts'
import { decimal } from '../solver/exact.ts'
import type { Slip } from '../solver/operations.ts'
import { readValue } from '../solver/reading.ts'
import { show } from '../solver/units.ts'
import { cannotAnswer } from './honesty.ts'
import { type Claimed, calculationLines, claimed, type Worked, workOut } from './work.ts'

type SubtaskResult = {
	readonly work: string
	readonly calculations: readonly Claimed[]
	readonly result: string
}

/**
 * Systematic execution and self-correction: does one subtask from nothing but its objective and the inputs as they stand in the
 * prompt. A result that was rejected isn't looked at: the work is done anew.
 */
export function subtaskReply(request: ChatRequest, options: PracticeOptions, dice: Dice): SubtaskResult {
	const sections = sectionsOf(request)
	const objective = sections.get('objective') ?? ''
	const makes = (mistake: Mistake) =>
		(isFirstTry(request, sections) && isForced(mistake, objective, options)) || happens(mistake, dice, options)
	const isSilent = makes('silentSlip')
	const isWrong = isSilent || makes('mistake') || isStubborn(sections, options)
	const slip: Slip = (calculation) => (isWrong ? withSlip(calculation, dice) : calculation)
	const worked = workOut(sections, slip)
	const done = makes('unrounded') ? unrounded(worked) : worked.done
	if (!isSilent) return told(done, options.calculations)
	return told(surelyWrong(done, workOut(sections).done), false)
}

/** Some mistakes are made again and again, until a check shows that it is one. */
function isStubborn(sections: Sections, { stubbornMistakePattern }: PracticeOptions): boolean {
	return !sections.has('rejected-result') && stubbornMistakePattern?.test(sections.get('objective') ?? '') === true
}

/** A slip that rounding has made good would be none: then the result is off by one. */
function surelyWrong(slipped: readonly Done[], right: readonly Done[]): readonly Done[] {
	const [last, rightLast] = [slipped.at(-1), right.at(-1)]
	const value = rightLast === undefined ? undefined : readValue(rightLast.result)
	if (last === undefined || value === undefined || last.result !== rightLast?.result) return slipped
	return [...slipped.slice(0, -1), { ...last, result: show(value.value.add(1), value.unit) }]
}

/** "5.69 buses": the calculation is right, and so nobody who recomputes it finds anything. */
function unrounded({ done, objective }: Worked): readonly Done[] {
	const last = done.at(-1)
	const [quotient] = last?.calculations ?? []
	if (last === undefined || quotient === undefined || !/ and round (?:up|down) to get /.test(objective)) return done
	const unit = readValue(last.result)?.unit ?? ''
	const result = `${decimal(quotient.value, 2)}${unit === '' ? '' : ` ${unit}`}`
	return [...done.slice(0, -1), { ...last, calculations: [quotient], result }]
}

function told(done: readonly Done[], withCalculations: boolean): SubtaskResult {
	const last = done.at(-1)
	if (last === undefined)
		return { work: 'This is outside what the practice model works out.', calculations: [], result: cannotAnswer() }
	return {
		work: done.map((each) => derivation(each, withCalculations)).join('\n'),
		calculations: withCalculations ? done.flatMap(({ calculations }) => calculations.map(claimed)) : [],
		result: last.result,
	}
}

function derivation(done: Done, withCalculations: boolean): string {
	const { label, inputs, result } = done
	const given = inputs.map((input) => `${input.label} is ${show(input.value, input.unit)}`).join(', ')
	const steps = withCalculations ? calculationLines(done) : []
	return [`Known: ${given}`, ...steps, `Result: ${label} is ${result}`].join('\n')
}

/** A resample carries a sample number, and a correction says more than a first try. */
function isFirstTry(request: ChatRequest, sections: Sections): boolean {
	const known = ['objective', 'inputs', 'expected-output']
	return (request.seed ?? 0) === 0 && [...sections.keys()].every((name) => known.includes(name))
}
