import { type Meaning, writings } from './quantity-grammar.ts'
import type { Dimension } from './units.ts'

/** A number of a question with its unit, and the words it was written in. */
export type Quantity = Meaning & { readonly index: number; readonly written: string; readonly optional: boolean }

/**
 * A question in which every quantity is replaced by a tag, so that families can look for `{M0} each` instead of for
 * every way of writing money. The letter is the dimension, the digits are the place in `quantities`.
 */
export type Reading = {
	readonly text: string
	readonly tagged: string
	/** The sentence that asks, tagged. */
	readonly asked: string
	/** Everything before it, tagged. */
	readonly told: string
	readonly quantities: readonly Quantity[]
	/** How discounts are meant, where somebody has said what the question leaves open. */
	readonly discounts?: DiscountRule
}

/** Which of two discounts comes off first, or that both are taken off the original price. */
export type DiscountRule = 'sum-first' | 'percentage-first' | 'both-from-original'

export const letterOf: Readonly<Record<Dimension, string>> = {
	count: 'N',
	money: 'M',
	percent: 'P',
	multiple: 'X',
	length: 'L',
	mass: 'W',
	volume: 'Q',
	duration: 'D',
	calendar: 'E',
	speed: 'V',
	clock: 'K',
}

/** Finds the quantities of a question and puts tags in their place. */
export function readQuestion(question: string): Reading {
	const text = tidy(question)
	const quantities: Quantity[] = []
	let tagged = ''
	for (let at = 0; at < text.length; ) {
		const found = quantityAt(text, at, quantities.length)
		if (found === undefined) tagged += text[at++]
		else {
			quantities.push(found)
			tagged += `{${letterOf[found.dimension]}${found.index}}`
			at += found.written.length
		}
	}
	return { text, tagged, quantities, ...splitAsked(tagged) }
}

/** The first quantity of a short text such as `the cost in dollars: $54.00`, after its last colon or `is`. */
export function readValue(line: string): Quantity | undefined {
	const value = line.replace(/^.*(?:: | is )/s, '').replace(/\.$/, '')
	return readQuestion(value).quantities[0] ?? readQuestion(line).quantities.at(-1)
}

function tidy(question: string): string {
	return question.replace(/[‘’]/g, "'").replace(/[“”]/g, '"').replace(/\s+/g, ' ').trim()
}

function quantityAt(text: string, at: number, index: number): Quantity | undefined {
	for (const { pattern, read } of writings) {
		pattern.lastIndex = at
		const match = pattern.exec(text)
		if (match === null || isPartOfAName(text, at, match[0])) continue
		const written = match[0]
		return { ...read(match), index, written, optional: isOnlyAWord(text, at, written) }
	}
	return undefined
}

/** `one` is often no number at all: "which one", "one of them", "one at 70 km/h", "the other one". */
function isOnlyAWord(text: string, at: number, written: string): boolean {
	if (!/^one\b/i.test(written) || /\d/.test(written)) return false
	return written.toLowerCase() === 'one' || /\bone(?:-| )?$/i.test(text.slice(0, at))
}

/** "Taxi Two", "Plan 1": a number that only tells two things apart. */
function isPartOfAName(text: string, at: number, written: string): boolean {
	const before = text.slice(0, at)
	if (/^[A-Z][a-z]+$/.test(written)) return /[A-Za-z] $/.test(before)
	return /^\d+$/.test(written) && namedByNumber.test(before)
}

const namedByNumber =
	/\b(?:plan|shop|store|offer|option|company|provider|tariff|gym|machine|pipe|team|room|platform|route|flight|bus|line) $/i

function splitAsked(tagged: string): { asked: string; told: string } {
	const sentences = tagged.split(/(?<=[.?!])\s+(?=["A-Z{])/)
	const asking = sentences.findLastIndex((sentence) =>
		/\?|\b(?:how|what|which|when|calculate|find|work out)\b/i.test(sentence),
	)
	const at = asking === -1 ? sentences.length - 1 : asking
	return { asked: sentences.slice(at).join(' '), told: sentences.slice(0, at).join(' ') }
}
