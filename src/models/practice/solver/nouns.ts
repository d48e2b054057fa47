import type { Quantity, Reading } from './reading.ts'
import { singular, unitNamed } from './units.ts'

const noNouns = new Set(
	(
		'a an the and or of in on at for to by with from is are was were be been has have had do does did cost costs costing buy buys bought ' +
		'order orders ordered get gets take takes took need needs needed want wants each per every some any one his her my our your their its ' +
		'he she i we you they it that this these those which who what how much many more most new another other only also then if when while ' +
		'price priced sell sells sold charge charges charged pay pays paid ask asks asked would will can could must should there here ' +
		'got left went go came come ate eaten gave given died joined arrived ' +
		'single simple normal regular about just so too than as total all both up out off'
	).split(' '),
)

/** The thing that a few words are about: "and she buys the cans of paint" is about cans of paint. */
export function nounIn(words: string): string {
	const parts = words.trim().split(' ')
	const from = parts.findLastIndex(
		(word, index) => noNouns.has(word.toLowerCase()) && !(word === 'of' && index > 0 && isNoun(parts[index - 1])),
	)
	return decapitalized(parts.slice(from + 1).join(' '))
}

/** The thing that a quantity counts, from the words after it; empty if there are none. */
export function nounAfter(reading: Reading, quantity: Quantity): string {
	const after = reading.tagged.slice(reading.tagged.indexOf(`${quantity.index}}`) + `${quantity.index}}`.length)
	const [, words = ''] =
		/^-?(?: (?:more|other|of|new|full|equal|different|such|further|additional))*((?: (?!of [A-Z{])[A-Za-z][A-Za-z'-]*){0,4})/.exec(
			after,
		) ?? []
	const parts = words.trim().split(' ')
	const end = parts.findIndex((word, index) => noNouns.has(word.toLowerCase()) && !(word === 'of' && index > 0))
	return (end === -1 ? parts : parts.slice(0, end)).join(' ')
}

/** Whether two names are about the same thing: one has the head word of the other. */
export function sameThing(one: string, other: string): boolean {
	const [a, b] = [stems(one), stems(other)]
	return a.some((stem) => b.includes(stem))
}

/** Whether a quantity is counted in a unit that a price was given for, such as 3 hours for "an hour". */
export function countsUnit(quantity: Quantity, unit: string): boolean {
	return unit !== '' && quantity.unit !== '' && (unitNamed(unit) === quantity.unit || singular(quantity.unit) === unit)
}

/** Whether words are nothing but the name of a thing, without a verb or an article. */
export function isBareNoun(words: string): boolean {
	return nounIn(words).toLowerCase() === words.trim().toLowerCase()
}

/** "Notebooks" at the start of a sentence are notebooks. */
function decapitalized(noun: string): string {
	return /^[A-Z][a-z]/.test(noun) ? noun.charAt(0).toLowerCase() + noun.slice(1) : noun
}

function isNoun(word: string | undefined): boolean {
	return word !== undefined && !noNouns.has(word.toLowerCase())
}

function stems(name: string): readonly string[] {
	const words = name.toLowerCase().split(/[\s-]+/)
	return words.filter((word) => word.length > 1 && !noNouns.has(word)).map((word) => singular(word))
}
