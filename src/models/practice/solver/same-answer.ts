import type { Quantity } from './reading.ts'
import { readValue } from './reading.ts'
import { conversionFactor, convertible, rounded } from './units.ts'

/** Whether two answers come to the same: the same words, or the same value in whatever unit, rounded or not. */
export function sameAnswer(one: string, other: string): boolean {
	if (inPlainWords(one) === inPlainWords(other)) return true
	if ([one, other].some(isSentence)) return false
	const [first, second] = [readValue(one), readValue(other)]
	return first !== undefined && second !== undefined && sameValue(first, second)
}

/** A comparison names who wins; its number alone says too little. */
export function isSentence(result: string): boolean {
	return / (?:is cheaper|pays more|cost the same)\b/.test(result)
}

function inPlainWords(text: string): string {
	return text
		.toLowerCase()
		.replace(/[.*_`]+$|[*_`]/g, '')
		.replace(/\s+/g, ' ')
		.trim()
}

function sameValue(one: Quantity, other: Quantity): boolean {
	const isAlike = one.unit === other.unit || one.unit === '' || other.unit === ''
	if (isAlike || [one, other].every(({ unit }) => unit.startsWith('time')))
		return rounded(one.value).equals(rounded(other.value))
	if (!convertible(one.unit, other.unit)) return false
	return rounded(one.value.mul(conversionFactor(one.unit, other.unit))).equals(rounded(other.value))
}
