import type { Facts } from './facts.ts'
import { countsUnit, isBareNoun, nounAfter, nounIn, sameThing } from './nouns.ts'
import type { ProgramBuilder, Term } from './program.ts'
import type { Quantity } from './reading.ts'
import { convertible, singular, unitNamed } from './units.ts'
import type { Found } from './wording.ts'

/** Something with a price: so much for each, for a unit, or for the whole. */
export type Line = {
	readonly noun: string
	/** What the price is for, such as `kilo`; empty for one piece. */
	readonly unit: string
	readonly price: Quantity
	readonly count: Quantity | undefined
	/** Whether the price is said to be for each; else it is for the whole unless a count turns up. */
	readonly each: boolean
	readonly at: number
}

/** "6 eggs cost $2.10": a price for several. */
export type Bundle = { readonly noun: string; readonly count: Quantity; readonly price: Quantity; readonly at: number }

const each =
	'(?:each|apiece|a piece|per piece|per person|per (?<unit>[a-z]+)|(?:for )?(?:an?|each|every|one|the|a single) (?<unit>(?!note|bill|coupon|discount|monthly|one-time)[a-z]+)|/ ?(?<unit>[a-z]+))'
const costs =
	'(?:costs?|is|are|was|were|sells? for|goes? for|go for|sells? at|is priced at|are priced at|priced at|charges?|asks?|takes?|at|for|that costs?|which costs?|that sells? for|:)'
const determiner = '(?:an?|one|each|every|a single|the|my|his|her|our|their|this|some)'
const ofGroup = '(?:of )?'

const withCount = [
	`{count:NWQLDE} ${ofGroup}(?:<item> )?(?:at|for|@|that cost|which cost|costing|priced at|worth|at a price of|on sale for|that are) {price:M} ${each}`,
	`{price:M} (?:each|apiece) for {count:N} <item>(?=[,.?;]| and\\b| from\\b)`,
	`{count:N} <item>, ${each},? (?:at|for) {price:M}`,
	'{count:N} {price:M} <item>(?=[,.?;]| and\\b| from\\b)',
]
const forEach = [
	`<item> (?:(?:also|only|usually|normally) )?${costs} {price:M} ${each}`,
	`<item> {price:M} ${each}`,
	`(?:price|cost|fare|rate) (?:of|for) (?:an?|one|each|a single) <item> is {price:M}`,
	`{price:M} ${each}`,
	'{price:M} (?:per|for) (?:the )?(?<item>adults?|child(?:ren)?|students?|seniors?|kids?|pupils?|grown-ups|members?|teenagers?|babies)',
	`(?:an?|one|each|every|a single) <item> (?:costs?|is|are|for|at|sells for|goes for) {price:M}`,
]
const whole = [
	`${determiner} <item> (?:for|at|costing|worth|that costs?|which costs?|on sale for) {price:M}`,
	`(?:,|and|plus) (?:also )?(?:${determiner} )?<item> (?:for|at) {price:M}`,
	`${determiner} (?<item>[a-z-]+(?: (?!is|was|costs?)[a-z-]+){0,4}?) (?:costs?|is|was|comes to|used to cost|sells for|had a price of) {price:M}`,
	`(?:an?|the|my|his|her|our|their) {price:M} <item>(?=[,.?;]| and\\b| by\\b| is\\b| was\\b| has\\b| had\\b| lost\\b| at\\b| with\\b| rises\\b| for\\b| goes\\b| that\\b| on\\b)`,
	`(?<item>salary|(?:list |sticker )?price(?: tag)?|rent|bill|income|savings|investment|value|cost|fare|wages?|fee|allowance|pocket money|tag|total)(?: for [a-z ]+?| of (?!\\{)[a-z ]+?)? (?:of|is|was|rises from|rose from|falls from|fell from|from) {price:M}`,
	`<item> costs? {price:M}`,
	'<item> for {price:M}',
]
const bundled = [
	`{count:NWQLE}(?:-| )?${ofGroup}(?:pack of )?(?:<item> )?(?:costs?|are|is|for|sells? for|goes? for|go for|cost me|can be had for|at) {price:M}(?! ${each})`,
]

/** Everything that has a price in a question, and how many are taken of each. */
export function takePurchases(facts: Facts): { readonly lines: readonly Line[]; readonly bundles: readonly Bundle[] } {
	const counted = facts.take(...withCount).map((found) => lineOf(facts, found, true))
	const priced = [
		...facts.take(...forEach.slice(0, 3)).map((found) => lineOf(facts, found, true)),
		...facts.take(...forEach.slice(3, 5)).map((found) => lineOf(facts, found, true)),
	]
	const isThing = (found: Found) => isBareNoun(found.words.item ?? '')
	const bundles = facts.takeIf(isThing, ...bundled).map((found) => bundleOf(facts, found))
	const ones = facts.take(...forEach.slice(5), ...whole).map((found) => lineOf(facts, found, false))
	return {
		lines: [...counted, ...[...priced, ...ones].map((line) => withCountOf(facts, line))].toSorted(
			(a, b) => a.at - b.at,
		),
		bundles,
	}
}

/** What one line costs: the price times the count, where there is a count. */
export function costOf(builder: ProgramBuilder, line: Line): Term {
	const { count, price, noun, unit } = line
	if (count === undefined) return builder.given(price, noun === '' ? 'the price' : `the price of the ${noun}`)
	const pieces = singular(noun === '' ? unit || 'piece' : noun)
	const label = count.unit === '' ? `the number of ${noun || pluralOf(unit)}` : `the amount of ${noun || pieces}`
	const amount = inPricedUnit(builder, builder.given(count, label), unit)
	const per = unit === '' || count.unit === '' ? pieces : `${singular(unit)}${noun === '' ? '' : ` of ${noun}`}`
	const each = builder.given(price, `the price of one ${per}`)
	return builder.step('multiply', [amount, each], `the cost of the ${noun || pluralOf(unit)}`, price.unit)
}

function pluralOf(unit: string): string {
	if (unit === '') return 'pieces'
	return unit.endsWith('s') ? unit : `${unit}s`
}

function inPricedUnit(builder: ProgramBuilder, amount: Term, unit: string): Term {
	const named = unitNamed(unit)
	return named === undefined || amount.unit === '' ? amount : builder.inUnit(amount, named)
}

function lineOf(facts: Facts, found: Found, isEach: boolean): Line {
	const { price, count } = found.quantities
	if (price === undefined) throw new Error('A wording of a purchase names no price.')
	const thing = nounIn(found.words.item ?? '')
	const isUnit = found.words.unit === undefined && unitNamed(thing) !== undefined
	const unit = isUnit ? thing : (found.words.unit ?? '')
	const named = isUnit ? '' : thing
	const after = count === undefined ? '' : nounAfter(facts.reading, count)
	return {
		noun: (after || named) === unit ? after : after || named,
		unit,
		price,
		count,
		each: isEach || unit !== '',
		at: found.at,
	}
}

function bundleOf(facts: Facts, found: Found): Bundle {
	const { price, count } = found.quantities
	if (price === undefined || count === undefined) throw new Error('A wording of a bundle names no price.')
	return { noun: nounAfter(facts.reading, count) || nounIn(found.words.item ?? ''), count, price, at: found.at }
}

/** Looks for the number that goes with a price: "notebooks cost $3 each … 4 notebooks". */
function withCountOf(facts: Facts, line: Line): Line {
	const free = facts.left().filter(({ dimension }) => !['money', 'percent', 'clock', 'multiple'].includes(dimension))
	const matching = free.filter((quantity) => isCounted(facts, quantity, line))
	const lonely =
		line.each && free.length === 1 ? free.filter((quantity) => nounAfter(facts.reading, quantity) === '') : []
	const [count] = matching.length > 0 ? matching : lonely
	if (count === undefined || matching.length > 1) return line
	facts.claim(count)
	return { ...line, noun: line.noun || nounAfter(facts.reading, count), count }
}

function isCounted(facts: Facts, quantity: Quantity, { noun, unit }: Line): boolean {
	const counted = nounAfter(facts.reading, quantity)
	if (
		countsUnit(quantity, unit) ||
		(unitNamed(unit) !== undefined && convertible(quantity.unit, unitNamed(unit) ?? ''))
	) {
		return counted === '' || noun === '' || sameThing(counted, noun) || facts.left(quantity.dimension).length === 1
	}
	return quantity.unit === '' && (sameThing(counted, noun) || (unit !== '' && sameThing(counted, unit)))
}
