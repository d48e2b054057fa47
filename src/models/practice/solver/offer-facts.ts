import { Facts } from './facts.ts'
import { nounIn } from './nouns.ts'
import type { Quantity, Reading } from './reading.ts'
import { type Found, findWording } from './wording.ts'

/** What one of several offers asks: a fixed sum, sums per unit, or a price for a number of things. */
export type Offer = {
	readonly name: string
	readonly fixed: readonly Quantity[]
	readonly rates: readonly { readonly price: Quantity; readonly unit: string }[]
	readonly bundle: { readonly count: Quantity; readonly price: Quantity } | undefined
	readonly discount: Quantity | undefined
}

const verbs =
	'(?:costs?|charges?|asks?(?: for)?|takes?|sells?|offers?|wants|has|have|is|are|pays?|demands|bills|comes|runs|lets you|gives you|rents?|would cost|will cost)'
const unit = '(?<unit>(?!fee|joining|setup|one-time|coupon|discount|bonus|flat|month fee)[a-z]+)'

/** The offers of a question; two of them, or none. */
export function takeOffers(question: Reading): { readonly offers: readonly Offer[]; readonly left: Facts } {
	const reading = withoutOptionalTags(question)
	const facts = new Facts(reading)
	const starts = offerStarts(reading)
	const rates = facts.take(
		`{price:M}(?: (?:extra|more))? (?:per|for each|for every|each|every|an?) ${unit}`,
		`{price:M}/${unit}`,
	)
	const bundles = facts.take(
		'{count:NWQL}(?: |-)?(?:of )?(?:<item> )?(?:for|costs?|at|is|sells for|goes for|are|priced at) {price:M}',
	)
	const discounts = facts.take('{by:P} (?:off|discount|rebate|reduction|cheaper)', '(?:discount|rebate) of {by:P}')
	const fixed = facts.take('{price:M}')
	const offers = starts.map(({ name, from, to }) => {
		const within = (found: Found) => found.at >= from && found.at < to
		return offerOf(name, rates.filter(within), bundles.filter(within), discounts.filter(within), fixed.filter(within))
	})
	const isComplete =
		starts.length === 2 &&
		[...rates, ...bundles, ...discounts, ...fixed].every(({ at }) =>
			starts.some(({ from, to }) => at >= from && at < to),
		)
	return { offers: isComplete ? offers : [], left: facts }
}

/** "The other one takes 5 cents": here `one` is a word. */
function withoutOptionalTags(reading: Reading): Reading {
	const tagged = reading.tagged.replace(/\{[A-Z](\d+)\}/g, (tag, index) => {
		const quantity = reading.quantities[Number(index)]
		return quantity?.optional === true ? quantity.written : tag
	})
	return { ...reading, tagged }
}

function offerOf(
	name: string,
	rates: readonly Found[],
	bundles: readonly Found[],
	discounts: readonly Found[],
	fixed: readonly Found[],
): Offer {
	const [bundle] = bundles.flatMap(({ quantities: { count, price } }) =>
		count === undefined || price === undefined ? [] : [{ count, price }],
	)
	return {
		name,
		rates: rates.flatMap(({ quantities: { price }, words }) =>
			price === undefined ? [] : [{ price, unit: words.unit ?? '' }],
		),
		bundle,
		discount: discounts[0]?.quantities.by,
		fixed: fixed.flatMap(({ quantities: { price } }) => price ?? []),
	}
}

type Start = { readonly name: string; readonly from: number; readonly to: number }

/** Where each offer begins: at its name in front of a verb and its first price. */
function offerStarts(reading: Reading): readonly Start[] {
	const named = [
		...findWording(
			reading,
			`(?:^|(?<=[.?!;:,] )|(?<=\\b(?:and|while|but|whereas|or|with) ))(?<name>(?:[A-Za-z][A-Za-z'-]*,? ){1,7}?)${verbs}\\b(?=[^.?;]*\\{M)`,
		),
		...findWording(reading, "(?:^|(?<=[.?!;,] )|(?<=and ))(?<name>(?:[A-Z][A-Za-z'-]* ?){1,3}):(?=[^.?;]*\\{M)"),
	].toSorted((a, b) => a.at - b.at)
	const distinct = named.filter((found, index) => hasPriceBefore(reading, found.at, named[index + 1]?.at))
	const starts = distinct.map((found, index) => ({
		name: nameOf(found.words.name ?? ''),
		from: found.at,
		to: distinct[index + 1]?.at ?? reading.tagged.length,
	}))
	return starts.length === 2 && starts[0]?.name !== starts[1]?.name ? starts : []
}

/** A verb with no price of its own starts no offer: "Which is cheaper". */
function hasPriceBefore(reading: Reading, from: number, to: number | undefined): boolean {
	return /\{M\d+\}/.test(reading.tagged.slice(from, to))
}

function nameOf(words: string): string {
	const clean = words.trim().replace(/,$/, '')
	const place =
		/\b(?:first|second|other|one|another|third) (?:store|shop|company|gym|plan|offer|provider|garage|one|market|supermarket|website|seller|dealer|bakery|hotel|taxi|restaurant|option|service|printer|studio|school|pool)\b/i.exec(
			clean,
		)
	if (place !== null) return `the ${place[0].toLowerCase()}`
	const after = clean
		.replace(/^(?:and|while|but|or|whereas|with|at|in|on|for|if|now) /i, '')
		.replace(/^(?:at|in|on|with) /i, '')
	const bare = after.replace(/^(?:an?|the) /i, '')
	return /^[A-Z]/.test(bare) || bare === after ? bare : `the ${nounIn(bare) || bare}`
}
