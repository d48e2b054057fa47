import type { Facts } from './facts.ts'
import type { ProgramBuilder, Term } from './program.ts'
import type { DiscountRule, Quantity } from './reading.ts'
import type { Found } from './wording.ts'

/** A discount, a tax, a fee: something that makes an amount larger or smaller. */
export type Change = {
	readonly quantity: Quantity
	readonly direction: 'up' | 'down'
	readonly name: string
	readonly at: number
	/** Whether a percentage is one of the price before all changes, and not of what is left of it. */
	readonly isOfOriginal?: boolean
}

const fees =
	'(?<name>delivery|shipping|postage|packing|packaging|handling|fee|charge|surcharge|visit|insurance|deposit|tip|call-out|service|booking|cleaning|installation|setup|set-up|parking|gift wrapping|wrapping)'
const taxes =
	'(?<name>(?:sales |value-added |income )?tax|vat|tip|service charge|surcharge|mark-?up|interest|duty|commission)'
const fallen =
	'(?:reduced|lowered|cut|marked down|discounted|drops?|dropped|falls?|fell|falling|decreases?|decreased|loses?|lost|lowers?|reduces?|cuts|goes down|went down|shrinks?|shrank|sinks?|sank)'
const risen =
	'(?:raised|increased|rises?|rose|rising|goes up|went up|grows?|grew|marked up|increases?|gains?|gained|raises?|climbs?|climbed|puts up|hikes?)'
const between = "(?: (?!and\\b|then\\b)[a-z'-]+| \\{M\\d+\\}){0,7}?"

const down = [
	'{by:P} (?<name>discount|rebate|reduction|loss)',
	'{by:P} (?:(?:coupon|voucher) )?(?:off|cheaper|less|lower|fewer)',
	'(?<name>discount|rebate|reduction|coupon|voucher)(?: code)?(?: for| of| is| worth| gives| gets you){0,2} {by:P}',
	`${fallen}${between}(?: by| of)? {by:P}`,
	'(?:takes?|knocks?|gives?|gets?) {by:P} off',
]
const up = [
	`{by:P} (?:for |of |as )?(?:an? |the )?${taxes}`,
	`${taxes}(?: rate)?(?: of| is| at|:| is added at)* {by:P}`,
	'{by:P} (?:more|higher|increase|raise|extra|profit|growth)',
	'(?<name>profit)(?: of)? {by:P}',
	'(?:raise|increase) of {by:P}',
	'tax(?:ed|es)? (?:at|of) {by:P}',
	`${risen}${between}(?: by)? {by:P}`,
	'adds? (?:a )?{by:P}',
]
const moneyDown = [
	'{by:M}(?: |-)?(?<name>discount|rebate|voucher|coupon|gift card|credit)',
	'{by:M} (?:off|less|cheaper)',
	'(?<name>discount|rebate|voucher|coupon|gift card)(?: code)?(?: for| of| is| worth| over){0,2} {by:M}',
	'(?:takes?|knocks?|deducts?|subtracts?) {by:M}',
]
const moneyUp = [
	`{by:M} (?:for |in |as )?(?:an? |the )?(?:[a-z-]+ )?${fees}`,
	`${fees}(?: fee| charge)?(?: is| costs?| of| for| comes to| adds?|:)? (?:an? )?(?:extra |another |additional )?{by:M}`,
	'(?:adds?|plus) (?:another )?{by:M}(?! (?:per|each|an?|every|for (?:each|every))\\b)',
]

/** The changes that a question tells of, in its order. */
export function takeChanges(facts: Facts): readonly Change[] {
	const found = [
		...facts.take(...down).map((each) => change(each, 'down', 'discount')),
		...facts.take(...up).map((each) => change(each, 'up', 'increase')),
		...facts.take(...moneyDown).map((each) => change(each, 'down', 'discount')),
		...facts.take(...moneyUp).map((each) => change(each, 'up', 'extra charge')),
	]
	const again = facts.take('(?:by|then|later|and) (?:by )?(?:another|a further|a second|further) {by:P}')
	const repeated = again.flatMap((each) => {
		const earlier = found.filter(({ at }) => at < each.at).toSorted((a, b) => b.at - a.at)[0]
		return earlier === undefined ? [] : [change(each, earlier.direction, `further ${earlier.name}`)]
	})
	return asMeant(
		[...found, ...repeated].toSorted((a, b) => a.at - b.at),
		facts.reading.discounts,
	)
}

/** The changes in the order that somebody has settled; what isn't a discount stays in its place. */
function asMeant(changes: readonly Change[], rule: DiscountRule | undefined): readonly Change[] {
	if (rule === undefined) return changes
	if (rule === 'both-from-original')
		return changes.map((each) => ({ ...each, isOfOriginal: each.direction === 'down' }))
	const isFirst = ({ quantity }: Change) => (quantity.dimension === 'percent') === (rule === 'percentage-first')
	const discounts = changes.filter(({ direction }) => direction === 'down')
	const ordered = [...discounts.filter(isFirst), ...discounts.filter((each) => !isFirst(each))]
	return changes.map((each) => (each.direction === 'down' ? (ordered.shift() ?? each) : each))
}

/** Applies the changes one after the other; the last result gets the label. */
export function applyChanges(builder: ProgramBuilder, start: Term, changes: readonly Change[], label: string): Term {
	return changes.reduce((amount, each, index) => {
		const by = amountOf(builder, each, each.isOfOriginal === true ? start : amount)
		const isLast = index === changes.length - 1
		const after = `the amount ${each.direction === 'down' ? 'after' : 'with'} the ${each.name}`
		return builder.step(
			each.direction === 'down' ? 'subtract' : 'add',
			[amount, by],
			isLast ? label : after,
			start.unit,
		)
	}, start)
}

/** How much one change is: what was said, or its share of the amount so far. */
export function amountOf(builder: ProgramBuilder, { quantity, name }: Change, amount: Term): Term {
	if (quantity.dimension !== 'percent') return builder.given(quantity, `the ${name}`)
	const rate = builder.given(quantity, `the rate of the ${name}`)
	return builder.step('percent', [rate, amount], `the ${name}`, amount.unit)
}

function change(found: Found, direction: Change['direction'], fallback: string): Change {
	const by = found.quantities.by
	if (by === undefined) throw new Error('A wording of a change names no quantity.')
	return { quantity: by, direction, name: nameOf(found.words.name, fallback), at: found.at }
}

function nameOf(name: string | undefined, fallback: string): string {
	if (name === undefined) return fallback
	const lower = name.toLowerCase().replace('vat', 'VAT')
	return /^(?:delivery|shipping|packing|packaging|handling|booking|cleaning|installation|setup|set-up|parking|service|call-out)$/.test(
		lower,
	)
		? `${lower} fee`
		: lower
}
