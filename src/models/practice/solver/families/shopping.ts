import { Facts } from '../facts.ts'
import type { Family } from '../family.ts'
import { nounAfter, sameThing } from '../nouns.ts'
import { amountOf, applyChanges, type Change, takeChanges } from '../price-changes.ts'
import { type Program, ProgramBuilder, type Term } from '../program.ts'
import { type Bundle, costOf, type Line, takePurchases } from '../purchases.ts'
import type { Quantity, Reading } from '../reading.ts'
import { convertible, singular } from '../units.ts'
import { says } from '../wording.ts'

/** Buying things: several lines, discounts and fees, change from a note, sharing the bill, the price of one. */
export const shopping: Family = {
	name: 'shopping',
	solve(reading) {
		if (isNoPurchase(reading)) return undefined
		const facts = new Facts(reading)
		const paid = takePayment(facts)
		const changes = takeChanges(facts)
		const { lines, bundles } = takePurchases(facts)
		const builder = new ProgramBuilder(reading)
		const order: Order = { facts, builder, paid, changes, lines, bundles }
		const result = bundles.length > 0 ? priceOfBundle(order) : goalOf(order)
		return result === undefined ? undefined : finished(builder, result)
	},
}

type Order = {
	readonly facts: Facts
	readonly builder: ProgramBuilder
	readonly paid: Quantity | undefined
	readonly changes: readonly Change[]
	readonly lines: readonly Line[]
	readonly bundles: readonly Bundle[]
}

function finished(builder: ProgramBuilder, result: Term): Program | undefined {
	return builder.finish('shopping', result)
}

/** Questions about prices that other families answer. */
function isNoPurchase({ asked, tagged }: Reading): boolean {
	if (!/\{M\d+\}/.test(tagged) || says(tagged, '(?:more|less|cheaper|dearer) than|as much as|as expensive|as many'))
		return true
	return says(
		asked,
		'cheaper|better (?:deal|offer|value|buy)|which|per ?cent|percentage|original|without|net|before (?:the|tax)|how (?:long|many (?:days|weeks|months|years|hours))|interest|from how many|break even|worth it',
	)
}

const payments = [
	'(?:pays?|paid|paying|pay) (?:for (?:it|them|this|everything|all) )?(?:with |by |using )(?:an? |two )?{paid:M}',
	'(?:hands?|handed|gives?|gave)(?: over| the [a-z]+| (?:him|her|them))? (?:an? )?{paid:M}',
	'{paid:M} (?:note|bill|banknote)',
	'(?:change|back|left|over|remain)[a-z ]* (?:from|out of|of|for|if [a-z ]+ with) (?:an? |the |her |his |my )?{paid:M}',
	'(?:has|have|had|got|with|takes?|brings?|started with|starts with) (?:an? |saved |only )?{paid:M}(?! (?:off|discount|coupon|each|an?|per|for)\\b)',
	'(?:from|out of|with) (?:an? |the |her |his |my )?{paid:M}(?= |[,.?])(?! (?:off|discount|coupon|each|an?|per|for|by)\\b)',
]

function takePayment(facts: Facts): Quantity | undefined {
	const { tagged, asked } = facts.reading
	if (says(asked, 'how many'))
		return facts.takeOne(...payments, '(?:for|with|out of|from) {paid:M}(?=[,.?])')?.quantities.paid
	const isAsked =
		says(asked, 'change|left|remain|back|have over|still have|keep|how many') ||
		says(tagged, '\\{M\\d+\\} (?:note|bill)\\b')
	return isAsked ? facts.takeOne(...payments)?.quantities.paid : undefined
}

const changeAsked =
	'save[sd]?|saving|how (?:much|large|big|high)(?: [a-z]+)?(?: (?:is|was|are|were|will|would|be))? (?:the|her|his|my|their|its|your) (?:[a-z]+ )?(?:tip|discount|tax|vat|rebate|mark-?up|saving|reduction|commission|surcharge)|what (?:is|was) the (?:[a-z]+ )?(?:tip|discount|tax|vat|rebate|mark-?up|reduction|saving)'

function goalOf(order: Order): Term | undefined {
	const { facts, builder, paid } = order
	const { asked } = facts.reading
	if (says(asked, 'how many') && paid !== undefined) return affordable(order, paid)
	if (says(asked, changeAsked)) return changeOnly(order)
	const isPaid = paid !== undefined
	const sharers = facts.left('count')
	const isShared = says(asked, 'each|per person|every(?:one| one)|apiece') && sharers.length === 1
	const total = totalOf(order, isPaid || isShared ? 'the total cost' : 'the amount to pay')
	if (total === undefined) return undefined
	if (isPaid)
		return builder.step(
			'subtract',
			[builder.given(paid, 'the amount of money at hand'), total],
			'the money left over',
			total.unit,
		)
	const [people] = sharers
	if (!isShared || people === undefined) return total
	const number = builder.given(people, `the number of ${nounAfter(facts.reading, people) || 'people'}`)
	return builder.step('divide', [total, number], 'the share of each', total.unit)
}

function totalOf({ builder, lines, changes }: Order, label: string): Term | undefined {
	const [base, ...rest] = changes
	if (lines.length === 0 && base?.quantity.dimension === 'money' && rest.length > 0) {
		return applyChanges(builder, builder.given(base.quantity, `the ${base.name} at first`), rest, label)
	}
	const currencies = new Set(lines.map(({ price }) => price.unit))
	if (currencies.size !== 1 || lines.some(({ each, count }) => each && count === undefined)) return undefined
	const costs = lines.map((line) => costOf(builder, line))
	const [first] = costs
	if (first === undefined) return undefined
	const sum = builder.sum(costs, changes.length > 0 ? 'the cost of everything' : label, first.unit)
	return applyChanges(builder, sum, changes, label)
}

/** Only the tip, only the discount. */
function changeOnly(order: Order): Term | undefined {
	const total = totalOf({ ...order, changes: [] }, 'the cost of everything')
	const [change, ...more] = order.changes
	return total === undefined || change === undefined || more.length > 0
		? undefined
		: amountOf(order.builder, change, total)
}

/** "How many pencils at $0.75 each can I buy with $12?" */
function affordable({ builder, lines, changes }: Order, paid: Quantity): Term | undefined {
	const [line, ...more] = lines
	if (line === undefined || line.count !== undefined || more.length > 0 || changes.length > 0) return undefined
	const noun = line.noun || 'pieces'
	const price = builder.given(line.price, `the price of one ${singular(noun)}`)
	return builder.step(
		'round down',
		[builder.given(paid, 'the amount of money at hand'), price],
		`the number of ${noun}`,
		'',
	)
}

/** "6 eggs cost $2.10": what one costs, or another number of them. */
function priceOfBundle({ facts, builder, bundles, changes, lines }: Order): Term | undefined {
	const [bundle, ...more] = bundles
	if (bundle === undefined || more.length > 0 || changes.length > 0 || lines.length > 0) return undefined
	const wanted = facts.left().filter((quantity) => isSameKind(facts, quantity, bundle))
	const label = bundle.noun === '' ? 'pieces' : bundle.noun
	const price = builder.given(bundle.price, `the price of the ${label}`)
	const count = builder.given(bundle.count, `the number of ${label} for that price`)
	const [next] = wanted
	if (next === undefined)
		return asksForOne(facts, bundle)
			? builder.step('divide', [price, count], `the price of one ${singular(label)}`, price.unit)
			: undefined
	const one = builder.step(
		'divide',
		[price, count],
		`the price of one ${count.unit === '' ? singular(label) : singular(count.unit)}`,
		price.unit,
	)
	const number = builder.inUnit(builder.given(next, `the number of ${label} wanted`), count.unit)
	return builder.step('multiply', [number, one], `the cost of the ${label} wanted`, price.unit)
}

function isSameKind(facts: Facts, quantity: Quantity, bundle: Bundle): boolean {
	if (quantity.unit !== bundle.count.unit) return convertible(quantity.unit, bundle.count.unit)
	const noun = nounAfter(facts.reading, quantity)
	return noun === '' || bundle.noun === '' || sameThing(noun, bundle.noun)
}

function asksForOne(facts: Facts, bundle: Bundle): boolean {
	const { asked } = facts.reading
	return (
		says(asked.replace(/\{N\d+\}/g, 'one'), 'per|one|each|single|an?') &&
		(bundle.noun === '' || sameThing(asked.replace(/[^\w ]/g, ''), bundle.noun) || says(asked, 'each|per piece'))
	)
}
