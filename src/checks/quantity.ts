import type { BigNumber, Unit } from 'mathjs'
import { calculator } from './calculator.ts'
import { plainNumber } from './expression.ts'
import { decimalOf, numberNotation } from './number-notation.ts'

/** A number with its unit, as it is written: `$12.50`, `1.5 hours`, `18 km/h`, `40%`. The unit is empty where there is none. */
export type Quantity = { readonly value: string; readonly unit: string }

/** A quantity and where in its text it stands. */
export type PlacedQuantity = Quantity & { readonly start: number; readonly end: number }

const currencies: Readonly<Record<string, string>> = {
	$: '$',
	'€': '€',
	'£': '£',
	'¥': '¥',
	dollar: '$',
	usd: '$',
	euro: '€',
	eur: '€',
	pound: '£',
	gbp: '£',
	yen: '¥',
	jpy: '¥',
}

/** What people write and the unit library calls otherwise. */
const spellings: Readonly<Record<string, string>> = {
	metre: 'meter',
	kilometre: 'kilometer',
	centimetre: 'centimeter',
	millimetre: 'millimeter',
	litre: 'liter',
	millilitre: 'milliliter',
	kph: 'km/hour',
	kmh: 'km/hour',
	mph: 'mile/hour',
	h: 'hour',
	hr: 'hour',
	hrs: 'hour',
	min: 'minute',
	s: 'second',
	sec: 'second',
	lb: 'lbm',
	lbs: 'lbm',
	kilo: 'kg',
	'%': 'percent',
}

/**
 * What is taken for a unit of measurement. The library knows many more, and with them half of the English language: "at", "am",
 * "in", "bar", "cup", "link" and "stone" are units too.
 */
const measures: ReadonlySet<string> = new Set([
	...['mm', 'cm', 'm', 'km', 'meter', 'kilometer', 'centimeter', 'millimeter'],
	...['mile', 'yard', 'foot', 'feet', 'ft', 'inch', 'in'],
	...['mg', 'g', 'kg', 'gram', 'kilogram', 'milligram', 'tonne', 'ton', 'lbm', 'oz', 'ounce'],
	...['ms', 'second', 'minute', 'hour', 'day', 'week', 'month', 'year'],
	...['ml', 'l', 'liter', 'milliliter', 'gallon'],
	...['byte', 'kb', 'mb', 'gb'],
])

/** Words after a number that are no unit, whatever they are short for. */
const noUnit: ReadonlySet<string> = new Set(
	'a am an and are as at by each for from is of on or out per pm so than the times to when with x'.split(' '),
)

const longestRead = 2_000
const unit = String.raw`%|[$€£¥]|(?:square|cubic)\s\p{L}+|in(?!\s+\p{L}|\p{L})|(?!in\s)\p{L}+(?:(?:\s?/\s?|\sper\s)\p{L}+|\^?[23²³])?`
const written = new RegExp(`${numberNotation}(?:\\s?(?<unit>${unit}))?`, 'giu')

/** The quantities of a text, in order. Text beyond 2,000 characters isn't read. */
export function quantitiesIn(text: string): readonly PlacedQuantity[] {
	return [...text.slice(0, longestRead).matchAll(written)].flatMap(({ 0: whole, index, groups = {} }) => {
		const value = decimalOf(groups)
		if (value === null) return []
		const word = groups.currency ?? groups.unit ?? ''
		const isUnit = !noUnit.has(word.toLowerCase())
		const end = index + whole.length - (isUnit ? 0 : word.length)
		return [{ value, unit: isUnit ? canonicalUnit(word) : '', start: index, end }]
	})
}

/** Weeks, days, hours, minutes: nobody writes one quantity in more parts. */
const mostParts = 4

/**
 * Every number that a text may be read as: "2 h 30 min" is 2 and 30, but also 2.5 hours and 150 minutes, and 40% is 0.4 as well.
 */
export function valuesIn(text: string): readonly string[] {
	// Most results are a number already.
	if (plainNumber.test(text)) return [text]
	const quantities = quantitiesIn(text)
	const isOneQuantity = quantities.length <= mostParts
	const totals = (isOneQuantity ? quantities : [])
		.map(({ unit }) => totalIn(unit, quantities))
		.filter((total) => total !== null)
	const parts = quantities.filter(({ unit }) => unit === 'percent').map(({ value }) => `${value} / 100`)
	return [...quantities.map(({ value }) => value), ...totals, ...parts]
}

function totalIn(unit: string, quantities: readonly Quantity[]): string | null {
	const values = quantities.map((quantity) => convert(quantity, unit)).filter((value) => value !== null)
	return values.length < 2 ? null : values.join(' + ')
}

/** One spelling for each unit: singular, currencies as their sign. */
export function canonicalUnit(written: string): string {
	const [over = '', under] = written
		.toLowerCase()
		.trim()
		.replace(/\s?\/\s?|\sper\s/, '/')
		.replace(/^square\s(\p{L}+)/u, (_, word: string) => `${canonicalWord(word)}^2`)
		.replace(/^cubic\s(\p{L}+)/u, (_, word: string) => `${canonicalWord(word)}^3`)
		.replace(/\^?[²2]$/, '^2')
		.replace(/\^?[³3]$/, '^3')
		.split('/')
		.map(canonicalWord)
	return under === undefined ? over : `${over}/${under}`
}

function canonicalWord(word: string): string {
	const singular = word.length > 3 ? word.replace(/(?<=x|ch|sh|ss|z)es$|(?<=[^s])s$/, '') : word
	return currencies[word] ?? currencies[singular] ?? spellings[word] ?? spellings[singular] ?? singular
}

/** The value in another unit of the same kind; null where one of them is none that can be converted. */
export function convert({ value, unit }: Quantity, to: string): string | null {
	const target = canonicalUnit(to)
	if (unit === target) return value
	const quantity = unitOf(value, unit)
	if (quantity === null || unitOf('1', target) === null) return null
	try {
		return plain(quantity.toNumeric(target) as unknown as BigNumber)
	} catch {
		return null
	}
}

/** Too short to be sure: minutes, metres or millions. */
const ambiguous: ReadonlySet<string> = new Set(['m'])

/** Whether both units measure the same kind of thing; null where one of them isn't known for certain. */
export function sameKind(left: string, right: string): boolean | null {
	const [one, other] = [canonicalUnit(left), canonicalUnit(right)]
	if (one === other) return true
	if (ambiguous.has(one) || ambiguous.has(other)) return null
	const [first, second] = [unitOf('1', one), unitOf('1', other)]
	if (first === null || second === null) return isCurrency(one) && isCurrency(other) ? false : null
	return first.equalBase(second)
}

function isCurrency(unit: string): boolean {
	return Object.values(currencies).includes(unit)
}

/** Whether a word says in what something is measured. */
export function isUnit(word: string): boolean {
	const canonical = canonicalUnit(word)
	return canonical === 'percent' || isCurrency(canonical) || isMeasure(canonical)
}

function isMeasure(unit: string): boolean {
	return unit.split('/').every((part) => measures.has(part.replace(/\^[23]$/, '')))
}

function unitOf(value: string, unit: string): Unit | null {
	if (!isMeasure(unit)) return null
	try {
		return calculator.unit(calculator.bignumber(value), unit)
	} catch {
		return null
	}
}

const significantDigits = 12

function plain(value: BigNumber): string {
	return value.toSignificantDigits(significantDigits).toFixed()
}
