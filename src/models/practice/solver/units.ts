import { decimal, type Exact, exact, isWhole, terminates } from './exact.ts'

export type Dimension =
	| 'count'
	| 'money'
	| 'percent'
	| 'multiple'
	| 'length'
	| 'mass'
	| 'volume'
	| 'duration'
	| 'calendar'
	| 'speed'
	| 'clock'

type Unit = { readonly dimension: Dimension; readonly factor: Exact; readonly written: string }

function unit(dimension: Dimension, factor: string, written: string): Unit {
	return { dimension, factor: exact(factor), written }
}

/** The units that can be converted into each other, by the name that results show, with the ways people write them. */
export const units: Readonly<Record<string, Unit>> = {
	km: unit('length', '1000', 'km|kms|kilomet(?:er|re)s?'),
	miles: unit('length', '1609.344', 'miles?|mi'),
	cm: unit('length', '0.01', 'cm|centimet(?:er|re)s?'),
	mm: unit('length', '0.001', 'mm|millimet(?:er|re)s?'),
	metres: unit('length', '1', 'm|met(?:er|re)s?'),
	feet: unit('length', '0.3048', 'feet|foot|ft'),
	kg: unit('mass', '1000', 'kg|kgs|kilos?|kilograms?'),
	g: unit('mass', '1', 'g|grams?|grammes?'),
	lb: unit('mass', '453.59237', 'lbs?'),
	ml: unit('volume', '0.001', 'ml|millilit(?:er|re)s?'),
	litres: unit('volume', '1', 'l|lit(?:er|re)s?'),
	gallons: unit('volume', '3.785411784', 'gallons?'),
	seconds: unit('duration', '1/60', 's|secs?|seconds?'),
	minutes: unit('duration', '1', 'mins?|minutes?'),
	hours: unit('duration', '60', 'h|hrs?|hours?'),
	'hours and minutes': unit('duration', '1', '(?!)'),
	days: unit('calendar', '1', 'days?'),
	weeks: unit('calendar', '7', 'weeks?'),
	months: unit('calendar', '30', 'months?'),
	years: unit('calendar', '365', 'years?|yrs?'),
	'km/h': unit('speed', '60', 'km/h|kmh|kph|(?:km|kilomet(?:er|re)s?) (?:per|an|each|every) hour'),
	mph: unit('speed', '96.56064', 'mph|miles (?:per|an|each|every) hour'),
	'm/s': unit('speed', '216', 'm/s|met(?:er|re)s (?:per|a|each|every) second'),
}

/** The name under which a unit is known, from how somebody wrote it. */
export function unitNamed(written: string): string | undefined {
	return Object.keys(units).find((name) => new RegExp(`^(?:${units[name]?.written})$`, 'i').test(written))
}

/** Whether numbers of the two units can be turned into each other by a fixed factor. */
export function convertible(from: string, to: string): boolean {
	const [a, b] = [units[from], units[to]]
	if (a === undefined || b === undefined || a.dimension !== b.dimension) return false
	return a.dimension !== 'calendar' || (isShortCalendar(from) && isShortCalendar(to)) || from === to
}

function isShortCalendar(name: string): boolean {
	return name === 'days' || name === 'weeks'
}

/** How many of `to` are one of `from`. */
export function conversionFactor(from: string, to: string): Exact {
	const [a, b] = [units[from], units[to]]
	if (a === undefined || b === undefined) throw new Error(`No conversion from ${from} to ${to}.`)
	return a.factor.div(b.factor)
}

/** A value with its unit as people write it: `$54.00`, `2 hours 25 minutes`, `11:30 am`, `240 km`, `7`. */
export function show(value: Exact, unitName: string): string {
	if (isCurrency(unitName)) return `${value.s < 0n ? '-' : ''}${unitName}${money(value.abs())}`
	if (unitName === '%') return `${decimal(value, 6)}%`
	if (unitName === 'time') return clock24(value)
	if (unitName === 'time am/pm') return clock12(value)
	if (unitName === 'hours and minutes') return hoursAndMinutes(value)
	if (terminates(value, 6) || value.d >= 1000n) return withUnit(decimal(value, 6), value, unitName)
	return `${withUnit(value.toFraction(), value, unitName)} (${decimal(value, 8)})`
}

function withUnit(number: string, value: Exact, unitName: string): string {
	if (unitName === '') return number
	return `${number} ${value.equals(1) ? singular(unitName) : unitName}`
}

export function isCurrency(unitName: string): boolean {
	return unitName === '$' || unitName === '€' || unitName === '£'
}

const endings: readonly (readonly [RegExp, string])[] = [
	[/ies$/, 'y'],
	[/oes$/, 'o'],
	[/(?<=ch|sh|x|ss)es$/, ''],
]

/** The singular of a regular English noun, good enough for labels. */
export function singular(noun: string): string {
	const irregular: Record<string, string> = {
		children: 'child',
		people: 'person',
		feet: 'foot',
		loaves: 'loaf',
		shelves: 'shelf',
		men: 'man',
		women: 'woman',
		buses: 'bus',
		minibuses: 'minibus',
	}
	return noun.replace(/\S+(?= of )|(?<!\bof .*)\S+$/, (word) => {
		const known = irregular[word.toLowerCase()]
		if (known !== undefined) return known
		if (/(?:ss|us|is)$/.test(word)) return word
		const [ending, replacement] = endings.find(([each]) => each.test(word)) ?? [/s$/, '']
		return word.replace(ending, replacement)
	})
}

/** A value rounded to what a person is told: two decimals. */
export function rounded(value: Exact): Exact {
	return exact(decimal(value, 2))
}

function money(value: Exact): string {
	if (!terminates(value, 2)) return decimal(value, 6)
	const [whole, cents = ''] = decimal(value, 2).split('.')
	return `${whole}.${cents.padEnd(2, '0')}`
}

function parts(value: Exact, size: number): [number, string] {
	const minutes = Number(decimal(value, 0))
	return [Math.floor(minutes / size), String(minutes % size).padStart(2, '0')]
}

function clock24(value: Exact): string {
	const [hour, minute] = parts(value, 60)
	return `${hour}:${minute}`
}

function clock12(value: Exact): string {
	const [hour, minute] = parts(value, 60)
	return `${hour % 12 === 0 ? 12 : hour % 12}:${minute} ${hour < 12 ? 'am' : 'pm'}`
}

function hoursAndMinutes(value: Exact): string {
	if (!isWhole(value)) return `${decimal(value, 6)} minutes`
	const [hours, rest] = parts(value, 60)
	const minutes = Number(rest)
	const shown = [hours > 0 ? show(exact(hours), 'hours') : '', minutes > 0 ? show(exact(minutes), 'minutes') : '']
	return shown.filter((part) => part !== '').join(' ') || '0 minutes'
}
