import type { Quantity, Reading } from './reading.ts'

/** One place where a wording was found in a tagged question. */
export type Found = {
	readonly at: number
	readonly end: number
	/** The quantities of the wording by the names it gave them. */
	readonly quantities: Readonly<Record<string, Quantity>>
	/** The words of the wording by the names it gave them. */
	readonly words: Readonly<Record<string, string>>
}

const compiled = new Map<string, RegExp>()

/**
 * Finds a wording such as `{count:N} <item> at {price:M} (?:each|apiece)` everywhere in a tagged text.
 * `{name:NM}` stands for a quantity of one of the dimensions, `<name>` for one to four words; the rest is a regular expression.
 */
export function findWording(reading: Reading, wording: string, within = reading.tagged): readonly Found[] {
	return [...within.matchAll(compile(wording))].map((match) => {
		const groups = Object.entries(match.groups ?? {}).filter(([, value]) => value !== undefined)
		return {
			at: match.index,
			end: match.index + match[0].length,
			quantities: Object.fromEntries(groups.flatMap(([name, value]) => quantityOf(reading, name, value))),
			words: Object.fromEntries(groups.filter(([, value]) => !isTag(value))),
		}
	})
}

/** Whether a tagged text contains a wording. */
export function says(text: string, wording: string): boolean {
	return text.search(compile(`(?<![A-Za-z])(?:${wording})(?![A-Za-z])`)) !== -1
}

function quantityOf(reading: Reading, name: string, tag: string): [string, Quantity][] {
	const quantity = isTag(tag) ? reading.quantities[Number(tag.slice(1))] : undefined
	return quantity === undefined ? [] : [[name, quantity]]
}

function isTag(text: string): boolean {
	return /^[A-Z]\d+$/.test(text)
}

function compile(wording: string): RegExp {
	const known = compiled.get(wording)
	if (known !== undefined) return known
	const source = wording
		.replace(/\{(\w+):([A-Z]+)\}/g, '\\{(?<$1>[$2]\\d+)\\}')
		.replace(/(?<!\?)<(\w+)>/g, "(?<$1>[A-Za-z][A-Za-z'-]*(?: [A-Za-z][A-Za-z'-]*){0,3}?)")
	const pattern = new RegExp(source, 'gi')
	compiled.set(wording, pattern)
	return pattern
}
