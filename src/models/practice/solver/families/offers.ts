import { exact } from '../exact.ts'
import type { Family } from '../family.ts'
import { countsUnit, nounAfter, sameThing } from '../nouns.ts'
import { type Offer, takeOffers } from '../offer-facts.ts'
import { ProgramBuilder, type Term } from '../program.ts'
import type { Quantity, Reading } from '../reading.ts'
import { convertible, singular, unitNamed } from '../units.ts'
import { findWording, says } from '../wording.ts'

/** Two offers: which is cheaper and by how much, from where on, and which price per unit is lower. */
export const offers: Family = {
	name: 'offers',
	solve(reading) {
		if (!says(reading.asked, comparing)) return undefined
		for (const way of [packs, unitPrices, breakEven, costs]) {
			const builder = new ProgramBuilder(reading)
			const result = way(reading, builder)
			const program = result === undefined ? undefined : builder.finish('offers', result)
			if (program !== undefined) return program
		}
		return undefined
	},
}

const comparing =
	'cheaper|cheapest|better|best|less|lower|which|same (?:price|cost|amount)|cost the same|equal(?:ly)?|save|worth|pay off|pays off|more expensive|break even|pays more|pays better|where|from how many|at how many|as much|saving'

/** "3 bars for $4.50 or 5 bars for $7": two packs of the same thing. */
function packs(reading: Reading, builder: ProgramBuilder): Term | undefined {
	const found = findWording(
		reading,
		'(?<!per )(?<!for ){count:NWQL}(?:[ -](?:of )?[a-z-]+(?: of [a-z-]+)?(?: [a-z-]+)?)??,? (?:for|costs?|at|is|sells for|goes for|are|priced at|that costs?) {price:M}',
	)
	const [one, other, ...more] = found.flatMap(({ quantities: { count, price } }) =>
		count === undefined || price === undefined ? [] : [{ count, price }],
	)
	if (
		one === undefined ||
		other === undefined ||
		more.length > 0 ||
		!says(reading.asked, 'better|cheaper|lower|best|which|less')
	)
		return undefined
	const nouns = [nounAfter(reading, one.count), nounAfter(reading, other.count)] as const
	const isSame = one.count.unit === other.count.unit || convertible(one.count.unit, other.count.unit)
	if (
		!isSame ||
		(one.count.unit === '' && nouns[1] !== '' && !sameThing(nouns[0], nouns[1])) ||
		says(reading.asked, 'by how much|how much')
	)
		return undefined
	useComparisonUnit(reading, builder, one.count)
	const names = packNames(reading, [one.count, other.count], nouns)
	const prices = [one, other].map(({ count, price }, index) =>
		unitPrice(builder, count, price, names[index] ?? '', one.count.unit),
	)
	return builder.step('compare', prices, 'the cheaper one', one.price.unit)
}

/** "per 100 g", "per kg": the unit of the comparison changes nothing in its outcome. */
function useComparisonUnit(reading: Reading, builder: ProgramBuilder, count: Quantity): void {
	for (const { quantities } of findWording(reading, '(?:per|for) {per:WQLN}', reading.asked)) {
		if (quantities.per !== undefined && convertible(quantities.per.unit, count.unit)) builder.use(quantities.per)
	}
}

function packNames(reading: Reading, counts: readonly Quantity[], nouns: readonly string[]): readonly string[] {
	const named = takeOffers(reading).offers.map(({ name }) => name)
	const areNames = named.every((name) => /^the (?:first|second|other|one) |(?:^| )[A-Z][\w'-]*$/.test(name))
	if (named.length === 2 && areNames) return named
	return counts.map((count, index) =>
		count.unit === ''
			? `the pack of ${count.written} ${nouns[index] || nouns[0]}`
			: `the ${count.written.replace(/-/g, ' ')} pack`,
	)
}

function unitPrice(builder: ProgramBuilder, count: Quantity, price: Quantity, name: string, unit: string): Term {
	const number = builder.inUnit(builder.given(count, `the content of ${name}`), unit)
	return builder.step(
		'divide',
		[builder.given(price, `the price of ${name}`), number],
		`the price per ${singular(unit || 'piece')} with ${name}`,
		price.unit,
	)
}

/** Two named sellers with a price for a number each. */
function unitPrices(reading: Reading, builder: ProgramBuilder): Term | undefined {
	const { offers: both, left } = takeOffers(reading)
	const [one, other] = both
	if (
		one?.bundle === undefined ||
		other?.bundle === undefined ||
		!left.complete ||
		says(reading.asked, 'by how much|how much')
	)
		return undefined
	const { count } = one.bundle
	const isPlain = both.every((offer) => offer.fixed.length + offer.rates.length === 0 && offer.discount === undefined)
	if (!isPlain || (count.unit !== other.bundle.count.unit && !convertible(count.unit, other.bundle.count.unit)))
		return undefined
	const prices = both.flatMap(({ bundle, name }) =>
		bundle === undefined ? [] : [unitPrice(builder, bundle.count, bundle.price, name, count.unit)],
	)
	return builder.step('compare', prices, 'the cheaper one', one.bundle.price.unit)
}

/** From how many units on, or at how many, one of the two is the better one. */
function breakEven(reading: Reading, builder: ProgramBuilder): Term | undefined {
	const [, thing = ''] = /(?:how many|what number of) (?:more )?([a-z]+)/i.exec(reading.asked) ?? []
	const { offers: both, left } = takeOffers(reading)
	const [one, other] = both
	if (
		thing === '' ||
		one === undefined ||
		other === undefined ||
		!left.complete ||
		both.some(({ bundle, discount }) => bundle !== undefined || discount !== undefined)
	)
		return undefined
	if (
		!says(
			reading.asked,
			'from how many|(?:how many|number of)[^?]*(?:same|equal|cheaper|worth|pay(?:s)? off|better|break even|as much|before|until)|after how many|at how many',
		)
	)
		return undefined
	const used = singular(thing)
	const [a, b] = [splitCosts(one, used), splitCosts(other, used)]
	if (a === undefined || b === undefined) return undefined
	const fixed = gap(
		builder,
		fixedOf(builder, a.fixed, one.name),
		fixedOf(builder, b.fixed, other.name),
		'the difference of the fixed costs',
	)
	const rate = gap(
		builder,
		rateOf(builder, a.rate, used, one.name),
		rateOf(builder, b.rate, used, other.name),
		`the difference of the costs per ${used}`,
	)
	if (fixed === undefined || rate === undefined || !isCrossing(a, b)) return undefined
	return builder.step(
		fixed.value.mod(rate.value).equals(0) || unitNamed(thing) !== undefined ? 'divide' : 'round up',
		[fixed, rate],
		`the number of ${thing} at which both cost the same`,
		unitNamed(thing) === undefined ? '' : thing,
	)
}

type Costs = { readonly fixed: readonly Quantity[]; readonly rate: Quantity | undefined }

/** The sum per unit that is asked about, and all that is to be paid anyway. */
function splitCosts({ fixed, rates, name }: Offer, used: string): Costs | undefined {
	const [rate, ...more] = rates.filter(
		({ unit }) => unit === used || (unitNamed(unit) === unitNamed(used) && unitNamed(unit) !== undefined),
	)
	const others = rates.filter((each) => each !== rate).map(({ price }) => price)
	if (more.length > 0) return undefined
	if (rate !== undefined) return { fixed: [...fixed, ...others], rate: rate.price }
	const [single] = fixed
	const isSingle = sameThing(name, used) && single !== undefined && fixed.length === 1 && others.length === 0
	return isSingle ? { fixed: [], rate: single } : { fixed: [...fixed, ...others], rate: undefined }
}

/** The one with the lower fixed costs must have the higher rate, or the lines never cross. */
function isCrossing(a: Costs, b: Costs): boolean {
	const sum = ({ fixed }: Costs) => fixed.reduce((total, { value }) => total.add(value), exact(0))
	const rate = (costs: Costs) => costs.rate?.value ?? exact(0)
	return sum(a).sub(sum(b)).s * rate(a).sub(rate(b)).s < 0n
}

function fixedOf(builder: ProgramBuilder, fixed: readonly Quantity[], name: string): Term | undefined {
	const terms = fixed.map((quantity, index) =>
		builder.given(quantity, `the fixed cost${index === 0 ? '' : ` number ${index + 1}`} of ${name}`),
	)
	return terms.length === 0 ? undefined : builder.sum(terms, `the fixed costs of ${name}`, terms[0]?.unit ?? '')
}

function rateOf(builder: ProgramBuilder, rate: Quantity | undefined, unit: string, name: string): Term | undefined {
	return rate === undefined ? undefined : builder.given(rate, `the cost per ${unit} of ${name}`)
}

function gap(builder: ProgramBuilder, one: Term | undefined, other: Term | undefined, label: string): Term | undefined {
	if (one === undefined || other === undefined) return one ?? other
	return builder.step('difference', [one, other], label, one.unit)
}

/** What both cost for what is used, and which is cheaper. */
function costs(reading: Reading, builder: ProgramBuilder): Term | undefined {
	const { offers: both, left } = takeOffers(reading)
	const [one, other] = both
	const usage = left.left()
	const isPaid = says(reading.asked, 'pays (?:more|better)|earns? more|higher (?:income|salary|pay)')
	if (one === undefined || other === undefined || (says(reading.asked, 'more expensive|dearer') && !isPaid))
		return undefined
	if (says(reading.asked, 'how many|per [a-z]+') && !isPaid) return undefined
	const word = isPaid ? 'income' : 'cost'
	const totals = both.map((offer) => totalOf({ reading, builder, usage, word }, offer))
	const [a, b] = totals
	return a === undefined || b === undefined
		? undefined
		: builder.step('compare', [a, b], isPaid ? 'the better paid one' : 'the cheaper one', a.unit)
}

type Context = {
	readonly reading: Reading
	readonly builder: ProgramBuilder
	readonly usage: readonly Quantity[]
	readonly word: string
}

function totalOf(context: Context, offer: Offer): Term | undefined {
	const { builder, word } = context
	if (offer.bundle !== undefined) return undefined
	const fixed = offer.fixed.map((quantity, index) =>
		builder.given(quantity, `the fixed part${index === 0 ? '' : ` number ${index + 1}`} of ${offer.name}`),
	)
	const variable = offer.rates.map((rate) => variableCost(context, offer.name, rate))
	if (!variable.every((each) => each !== undefined)) return undefined
	const parts = [...variable, ...fixed]
	const [first] = parts
	if (first === undefined) return undefined
	const total = builder.sum(parts, `the ${word} with ${offer.name}`, first.unit)
	if (offer.discount === undefined) return total
	const amount = builder.step(
		'percent',
		[builder.given(offer.discount, `the rate of the discount of ${offer.name}`), total],
		`the discount of ${offer.name}`,
		first.unit,
	)
	return builder.step('subtract', [total, amount], `the ${word} with ${offer.name}`, first.unit)
}

/** A price per unit times the number of units; a price per month is fixed where everything is per month. */
function variableCost(context: Context, name: string, { price, unit }: Offer['rates'][number]): Term | undefined {
	const { reading, builder, usage, word } = context
	const amount = usage.find((quantity) => isAmountOf(reading, quantity, unit))
	const rate = builder.given(price, `the ${word} per ${unit} of ${name}`)
	if (amount !== undefined) {
		const named = unitNamed(unit)
		const number = builder.given(amount, `the number of ${unit}s`)
		return builder.step(
			'multiply',
			[rate, named === undefined ? number : builder.inUnit(number, named)],
			`the ${word} for the ${unit}s with ${name}`,
			rate.unit,
		)
	}
	if (unit === 'month' && says(reading.asked, 'per year|a year|yearly|annual(?:ly)?')) {
		return builder.step(
			'multiply',
			[rate, builder.known('the number of months in a year', exact(12), 'months')],
			`the ${word} with ${name}`,
			rate.unit,
		)
	}
	if (unit === 'year' && says(reading.asked, 'per year|a year|yearly|annual(?:ly)?')) return rate
	const isPeriod =
		/^(?:day|week|month|year|visit|hour)$/.test(unit) && !usage.some(({ dimension }) => dimension === 'calendar')
	return isPeriod ? rate : undefined
}

function isAmountOf(reading: Reading, quantity: Quantity, unit: string): boolean {
	if (
		countsUnit(quantity, unit) ||
		(unitNamed(unit) !== undefined && convertible(quantity.unit, unitNamed(unit) ?? ''))
	)
		return true
	return quantity.unit === '' && sameThing(nounAfter(reading, quantity), unit)
}
