import { Facts } from './facts.ts'
import { type Change, takeChanges } from './price-changes.ts'
import type { Program } from './program.ts'
import { type Quantity, type Reading, readQuestion } from './reading.ts'
import { solveReading } from './registry.ts'
import { remembered } from './remembered.ts'
import { show } from './units.ts'
import { says } from './wording.ts'

/** One of two ways in which a question can be meant. */
export type Meaning = {
	/** A sentence that says so. */
	readonly assumption: string
	readonly program: Program
	/** Whether an asker who answers with these words means this one. */
	isMeantBy(answer: string): boolean
}

/** Something that a question leaves open and that changes the answer. */
export type Ambiguity = {
	readonly statement: string
	/** What to ask back. */
	readonly question: string
	/** The likelier one, then the other one. */
	readonly meanings: readonly [Meaning, Meaning]
}

type Way = Pick<Meaning, 'assumption' | 'isMeantBy'> & { readonly reading: Reading }
type Open = Pick<Ambiguity, 'statement' | 'question'> & { readonly ways: readonly [Way, Way] }

const kinds: readonly ((reading: Reading) => Open | undefined)[] = [sumAndPercentage, twoPercentages, twoDirections]

/** What a question leaves open; undefined if nothing does, or if the answer is the same either way. */
export const findAmbiguity = remembered((question: string): Ambiguity | undefined => {
	const reading = readQuestion(question)
	for (const kind of kinds) {
		const open = kind(reading)
		const ambiguity = open === undefined ? undefined : workedOut(open)
		if (ambiguity !== undefined) return ambiguity
	}
	return undefined
})

function workedOut({ ways: [likelier, other], ...open }: Open): Ambiguity | undefined {
	const [first, second] = [solveReading(likelier.reading), solveReading(other.reading)]
	if (first === undefined || second === undefined || first.result === second.result) return undefined
	return { ...open, meanings: [meaning(likelier, first), meaning(other, second)] }
}

function meaning({ assumption, isMeantBy }: Way, program: Program): Meaning {
	return { assumption, isMeantBy, program }
}

const orders =
	'then|first(?:ly)?|after(?:wards)?|before|further|another|additional(?:ly)?|remaining|(?:reduced|lower|new|sale|discounted) price|finally|on top|next|already|followed|later|second|last|rest'

/** The discounts of a question that doesn't say in which order they are taken off. */
function unorderedDiscounts(reading: Reading): readonly Change[] {
	if (says(reading.tagged, orders)) return []
	return takeChanges(new Facts(reading)).filter(({ direction }) => direction === 'down')
}

/** "There is a $10 coupon and 25% off": the percentage is of another amount when the coupon comes first. */
function sumAndPercentage(reading: Reading): Open | undefined {
	const [one, two, ...more] = unorderedDiscounts(reading)
	if (one === undefined || two === undefined || more.length > 0) return undefined
	const sum = [one, two].find(({ quantity }) => quantity.dimension === 'money')
	const percentage = [one, two].find(({ quantity }) => quantity.dimension === 'percent')
	if (sum === undefined || percentage === undefined) return undefined
	const sumFirst: Way = {
		assumption: `The ${nameOf(sum)} comes off before the ${nameOf(percentage)}.`,
		reading: { ...reading, discounts: 'sum-first' },
		isMeantBy: (answer) => firstNamed(answer, sum) === 'sum',
	}
	const percentageFirst: Way = {
		assumption: `The ${nameOf(percentage)} comes off before the ${nameOf(sum)}.`,
		reading: { ...reading, discounts: 'percentage-first' },
		isMeantBy: (answer) => firstNamed(answer, sum) === 'percentage',
	}
	return {
		statement: 'It is not said which of the two discounts comes off first.',
		question: `Which comes off first, the ${nameOf(one)} or the ${nameOf(two)}?`,
		ways: one === sum ? [sumFirst, percentageFirst] : [percentageFirst, sumFirst],
	}
}

function nameOf({ quantity, name }: Change): string {
	return `${amountOf(quantity)} ${name}`
}

function amountOf({ written, value, unit }: Quantity): string {
	return /^[$€£]|%$/.test(written) ? written : show(value, unit)
}

/** Which of two discounts an answer puts first: "the coupon", "25% first, then the coupon", "the coupon last". */
function firstNamed(answer: string, { name }: Change): 'sum' | 'percentage' | undefined {
	const text = answer.toLowerCase()
	const named = name === 'discount' ? '' : `|${name}`
	const sumWords = new RegExp(`[$€£]|\\b(?:dollars?|euros?|pounds?|fixed|sum|amount${named})\\b`)
	const [sumAt, percentageAt] = [text.search(sumWords), text.search(/%|per ?cent/)]
	if (sumAt === -1 && percentageAt === -1) return undefined
	const isOnly = sumAt === -1 || percentageAt === -1
	const isReversed = isOnly
		? /\b(?:last|after|afterwards|second|end)\b/.test(text)
		: /\bafter (?!that|wards)/.test(text.slice(Math.min(sumAt, percentageAt), Math.max(sumAt, percentageAt)))
	const isSumNamedFirst = percentageAt === -1 || (sumAt !== -1 && sumAt < percentageAt)
	return isSumNamedFirst !== isReversed ? 'sum' : 'percentage'
}

/** "20% off, and members get 10% off": 28% or 30%. */
function twoPercentages(reading: Reading): Open | undefined {
	const [one, two, ...more] = unorderedDiscounts(reading)
	if (one === undefined || two === undefined || more.length > 0) return undefined
	if (![one, two].every(({ quantity }) => quantity.dimension === 'percent')) return undefined
	return {
		statement: 'It is not said what the second discount is taken off.',
		question: `Is the ${nameOf(two)} taken off the reduced price or off the original price?`,
		ways: [
			{
				assumption: `The ${nameOf(two)} is taken off the reduced price.`,
				reading,
				isMeantBy: (answer) => isReduced(answer) === true,
			},
			{
				assumption: `The ${nameOf(two)} is taken off the original price.`,
				reading: { ...reading, discounts: 'both-from-original' },
				isMeantBy: (answer) => isReduced(answer) === false,
			},
		],
	}
}

function isReduced(answer: string): boolean | undefined {
	const reduced = answer.search(/reduced|discounted|lower|after|remaining|in turn|new price|already/i)
	const original = answer.search(/original|full|list price|both|add|together|summed?|whole price|initial/i)
	if (reduced === -1 && original === -1) return undefined
	return original === -1 || (reduced !== -1 && reduced < original)
}

/** "Two trains leave at 70 and 90 km/h. How far apart are they after 2 hours?" */
function twoDirections(reading: Reading): Open | undefined {
	const speeds = reading.quantities.filter(({ dimension }) => dimension === 'speed')
	if (speeds.length !== 2 || !says(reading.asked, 'apart|between them')) return undefined
	if (says(reading.tagged, 'opposite|towards?|same (?:direction|way)|behind|ahead|north|south|east|west'))
		return undefined
	const going = (direction: string) => readQuestion(reading.text.replace(/(?=[.?])/, ` ${direction}`))
	return {
		statement: 'It is not said in which directions they go.',
		question: 'Do they go in opposite directions or in the same direction?',
		ways: [
			{
				assumption: 'They go in opposite directions.',
				reading: going('in opposite directions'),
				isMeantBy: (answer) => /opposite|different|away from|other way/i.test(answer),
			},
			{
				assumption: 'They go in the same direction.',
				reading: going('in the same direction'),
				isMeantBy: (answer) => !/opposite/i.test(answer) && /same|together|parallel/i.test(answer),
			},
		],
	}
}
