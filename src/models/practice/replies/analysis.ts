import { type Dice, happens } from '../mistakes/dice.ts'
import { misread } from '../mistakes/misreading.ts'
import type { PracticeOptions } from '../options.ts'
import type { ChatRequest } from '../protocol.ts'
import { isEmptySection, questionOf, type Sections, sectionsOf } from '../roles.ts'
import { isWhole } from '../solver/exact.ts'
import type { Program } from '../solver/program.ts'
import { readValue } from '../solver/reading.ts'
import { type Understanding, understand } from './understanding.ts'

type Constraint = {
	readonly id: string
	readonly kind: 'number' | 'integer' | 'range' | 'unit' | 'other'
	readonly statement: string
	readonly value: string | null
}

/** Problem analysis: what the question says and what it asks for. Of a question it can't solve it claims to know nothing. */
export function analysisReply(request: ChatRequest, options: PracticeOptions, dice: Dice): unknown {
	const question = questionOf(request)
	const understanding = understand(request)
	const { program, assumption } = understanding
	if (program === undefined) {
		const nothing = { givens: [], unknown: question, constraints: [], answerType: 'text', ambiguities: [] }
		return { language: 'en', restatement: question, ...nothing }
	}
	const read = isMisread(request, program, options, dice) ? misread(program, dice, options.misreadingPattern) : program
	return {
		language: 'en',
		restatement: `Find ${read.unknown}, from the ${read.givens.length} facts that the question gives.`,
		givens: read.givens,
		unknown: read.unknown,
		constraints: constraintsOf(read, question, assumption),
		answerType: isComparison(read) ? 'choice' : 'number',
		ambiguities: ambiguitiesOf(understanding, sectionsOf(request)),
	}
}

/** Only a first reading goes wrong: whoever is shown the differences sees them. */
function isMisread(request: ChatRequest, program: Program, options: PracticeOptions, dice: Dice): boolean {
	if (!isEmptySection(sectionsOf(request).get('differences'))) return false
	const said = [...program.givens.map(({ statement }) => statement), program.unknown]
	return happens('misreading', dice, options) || said.some((each) => options.misreadingPattern?.test(each) === true)
}

/** Who has been asked once isn't asked again; what the asker has settled is open no more. */
function ambiguitiesOf({ ambiguity, assumption, isSettled }: Understanding, sections: Sections): readonly unknown[] {
	if (ambiguity === undefined || assumption === undefined || isSettled) return []
	const question = isEmptySection(sections.get('clarifications')) ? ambiguity.question : null
	return [{ statement: ambiguity.statement, assumption, changesAnswer: true, question }]
}

function isComparison(program: Program): boolean {
	return program.steps.at(-1)?.objective.startsWith('Compare ') === true
}

function constraintsOf(program: Program, question: string, assumption: string | undefined): readonly Constraint[] {
	const sense: readonly Omit<Constraint, 'id'>[] =
		assumption === undefined
			? []
			: [{ kind: 'other', statement: `It is the answer in this sense: ${assumption}`, value: null }]
	return [...checkable(program, question), ...sense].map((constraint, index) => ({
		id: `c${index + 1}`,
		...constraint,
	}))
}

function checkable(program: Program, question: string): readonly Omit<Constraint, 'id'>[] {
	const { unit, unknown } = program
	const isTime = unit.startsWith('time') || unit === 'hours and minutes'
	if (isComparison(program) || isTime) return [{ kind: 'other', statement: `The result is ${unknown}.`, value: null }]
	return [
		isCount(program, question)
			? { kind: 'integer', statement: 'The answer is a whole number.', value: null }
			: { kind: 'number', statement: 'The answer is a number.', value: null },
		...(program.family === 'arithmetic'
			? []
			: [{ kind: 'range', statement: 'The answer is not negative.', value: '0..' } as const]),
		...(unit === '' ? [] : [{ kind: 'unit', statement: `The answer is given in ${unit}.`, value: unit } as const]),
	]
}

/** Things that are counted come whole, unless they can be divided, as pages a minute can. */
function isCount({ unit, result }: Program, question: string): boolean {
	const value = readValue(result)?.value
	return unit === '' && /how many/i.test(question) && value !== undefined && isWhole(value)
}
