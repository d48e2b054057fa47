import type { Family } from '../family.ts'
import { nounAfter, sameThing } from '../nouns.ts'
import { ProgramBuilder, type Term } from '../program.ts'
import type { Quantity, Reading } from '../reading.ts'
import { findWording, says } from '../wording.ts'

/** Shares and changes in percent: what part, how much of it, what it was before, what it grows to. */
export const percent: Family = {
	name: 'percent',
	solve(reading) {
		const builder = new ProgramBuilder(reading)
		const quantities = reading.quantities.filter(({ optional }) => !optional)
		const rates = quantities.filter(({ dimension }) => dimension === 'percent')
		const others = quantities.filter(({ dimension }) => dimension !== 'percent')
		const question = { reading, builder, rates, others }
		const result =
			rates.length === 0
				? rateOf(question)
				: (original(question) ?? growth(question) ?? moreThan(question) ?? share(question))
		return result === undefined ? undefined : builder.finish('percent', result)
	},
}

type Question = {
	readonly reading: Reading
	readonly builder: ProgramBuilder
	readonly rates: readonly Quantity[]
	readonly others: readonly Quantity[]
}

const missing =
	"can't|cannot|don't|doesn't|didn't|isn't|aren't|wasn't|weren't|won't|haven't|hasn't|no|never|neither|free|left|empty|remain(?:s|ing)?|not|wrong|incorrect(?:ly)?|missing|without|unsold|unused|absent|available|vacant|rest|others?|still"

/** Questions for a percentage. */
function rateOf({ reading, builder, others }: Question): Term | undefined {
	const [first, second, ...more] = others
	if (first === undefined || second === undefined || more.length > 0 || first.unit !== second.unit) return undefined
	if (!says(reading.tagged, 'per ?cent(?:age)?|%')) return undefined
	return changeInPercent(reading, builder, first, second) ?? partInPercent(reading, builder, first, second)
}

function changeInPercent(
	reading: Reading,
	builder: ProgramBuilder,
	first: Quantity,
	second: Quantity,
): Term | undefined {
	const [reversed] = findWording(
		reading,
		'(?:now|today)[^.]*{to:MNLWQ}[^.]*(?:before|was|used to|previously|earlier|last)[^.]*{from:MNLWQ}',
	)
	const isChange = says(
		reading.tagged,
		'from [^.]*to|now|instead of|reduced|increased?|decreased?|rise|rose|fell|dropp?(?:ed)?|went up|went down|grew|cheaper|change|discount',
	)
	if (!isChange || says(reading.asked, 'what per ?cent(?:age)? of')) return undefined
	const [before, after] = reversed === undefined ? [first, second] : [second, first]
	const old = builder.given(before, 'the value before')
	const change = builder.step('difference', [old, builder.given(after, 'the value after')], 'the change', old.unit)
	return builder.step('share', [change, old], 'the change in percent', '%')
}

function partInPercent(reading: Reading, builder: ProgramBuilder, first: Quantity, second: Quantity): Term | undefined {
	if (areTwoParts(reading, first, second)) return undefined
	const [part, whole] = partAndWhole(reading, first, second)
	if (part === undefined || whole === undefined || part.value.compare(whole.value) > 0) return undefined
	const all = builder.given(whole, 'the whole')
	const some = builder.given(part, 'the part that is named')
	const isRest = says(reading.asked, missing) && !says(reading.told, missing)
	const asked = isRest ? builder.step('subtract', [all, some], 'the part that is asked for', all.unit) : some
	return builder.step('share', [asked, all], 'the percentage', '%')
}

/** "20 red and 30 blue balls": neither is the whole. */
function areTwoParts({ tagged }: Reading, first: Quantity, second: Quantity): boolean {
	const verbs =
		'are|were|was|is|of|have|has|had|came|come|can|could|did|do|got|get|passed|failed|take|took|went|go|ate|sold|now'
	return says(
		tagged,
		`\\{[A-Z]${first.index}\\}(?: [a-z]+){0,2} and \\{[A-Z]${second.index}\\} (?!(?:${verbs})\\b)[a-z]+`,
	)
}

/** "what percent of 200 is 30", "18 is what percent of 72", "42 out of 60", "250 seats … 180 are taken". */
function partAndWhole(reading: Reading, first: Quantity, second: Quantity): readonly Quantity[] {
	if (says(reading.tagged, 'what per ?cent(?:age)? of \\{[A-Z]\\d+\\}[^.]*(?:is|are) \\{')) return [second, first]
	if (
		says(
			reading.tagged,
			'\\{[A-Z]\\d+\\}[^.]*(?:out of|of|what per ?cent(?:age)? of) (?:the |her |his |their |its |my |our |a total of )?\\{[A-Z]\\d+\\}',
		)
	)
		return [first, second]
	return first.value.compare(second.value) < 0 ? [first, second] : [second, first]
}

/** What it was before a discount, or without the tax that is in it. */
function original({ reading, builder, rates, others }: Question): Term | undefined {
	const [rate, ...moreRates] = rates
	const [now, ...more] = others
	if (!says(reading.asked, 'original(?:ly)?|before|regular|normal|usual|full price|without|net|list price|first'))
		return undefined
	if (rate === undefined || now === undefined || moreRates.length + more.length > 0) return undefined
	const isDown = says(
		reading.tagged,
		'discount|reduced|off|cheaper|less|reduction|sale|drop(?:ped)?|fell|lost|lowered|cut|decreased?',
	)
	const isUp = says(reading.tagged, 'tax|vat|including|includes|increased?|raised?|rise|rose|tip|grew|more|gained')
	if (isDown === isUp) return undefined
	const hundred = builder.fixed(100)
	const percentage = builder.given(rate, isDown ? 'the discount' : 'the increase')
	const total = builder.step(isDown ? 'subtract' : 'add', [hundred, percentage], 'the percentage that is paid', '%')
	const price = builder.given(now, 'the price that is paid')
	const onePercent = builder.step('divide', [price, total], 'one percent of the original price', now.unit)
	return builder.step('multiply', [onePercent, hundred], 'the original price', now.unit)
}

/** Growth and interest over some years. */
function growth({ reading, builder, rates, others }: Question): Term | undefined {
	const [rate] = rates
	const [start, years, ...more] = others
	if (
		rate === undefined ||
		rates.length > 1 ||
		start === undefined ||
		years?.dimension !== 'calendar' ||
		more.length > 0
	)
		return undefined
	const isSimple = says(reading.tagged, 'simple')
	const isCompound = says(reading.tagged, 'compound|grows?|grew|growing|rises?|rose|increases?|gains?')
	const shrinks = says(reading.tagged, 'shrinks?|loses?|falls?|decreases?|drops?')
	const count = years.value.valueOf()
	if (!says(reading.tagged, 'a|per|each|every|annual(?:ly)?|yearly') || !Number.isInteger(count)) return undefined
	if (isSimple || (count === 1 && !shrinks)) return simpleInterest(reading, builder, start, rate, years)
	if (isCompound === shrinks || count > 5) return undefined
	builder.use(years)
	const percentage = builder.given(rate, 'the rate of change')
	let amount = builder.given(start, 'the amount at the start')
	for (let year = 1; year <= count; year++) {
		const change = builder.step('percent', [percentage, amount], `the change in year ${ordinal(year)}`, amount.unit)
		amount = builder.step(
			shrinks ? 'subtract' : 'add',
			[amount, change],
			`the amount after year ${ordinal(year)}`,
			amount.unit,
		)
	}
	return says(reading.asked, 'how much interest|by how (?:much|many)') ? undefined : amount
}

function simpleInterest(
	reading: Reading,
	builder: ProgramBuilder,
	start: Quantity,
	rate: Quantity,
	years: Quantity,
): Term {
	const amount = builder.given(start, 'the amount at the start')
	const yearly = builder.step(
		'percent',
		[builder.given(rate, 'the yearly rate'), amount],
		'the interest of one year',
		start.unit,
	)
	const number = builder.given(years, 'the number of years')
	const interest = builder.step('multiply', [yearly, number], 'the interest', start.unit)
	return says(reading.asked, 'interest')
		? interest
		: builder.step('add', [amount, interest], 'the amount at the end', start.unit)
}

/** "20% more than last year's 350". */
function moreThan({ reading, builder, rates, others }: Question): Term | undefined {
	const [found, ...moreFound] = findWording(
		reading,
		"{by:P} (?<sign>more|less|fewer|higher|lower|cheaper) than (?:[a-z']+ ){0,4}?{base:NLWQM}",
	)
	const [by, base] = [found?.quantities.by, found?.quantities.base]
	if (by === undefined || base === undefined || moreFound.length > 0 || rates.length + others.length !== 2)
		return undefined
	const start = builder.given(base, 'the amount to compare with')
	const change = builder.step('percent', [builder.given(by, 'the percentage'), start], 'the difference', start.unit)
	const isMore = /more|higher/i.test(found?.words.sign ?? '')
	return builder.step(isMore ? 'add' : 'subtract', [start, change], 'the new amount', start.unit)
}

/** A share of a whole, or what is left of it. */
function share({ reading, builder, rates, others }: Question): Term | undefined {
	const [rate, ...moreRates] = rates
	const [whole, ...more] = others
	if (rate === undefined || whole === undefined || moreRates.length + more.length > 0) return undefined
	if (says(reading.asked, 'of (?:what|which)|what number')) return undefined
	const wants = sideOf(reading, rate, whole)
	if (wants === undefined || !says(reading.asked, 'how (?:much|many|big|large|far|long)|what')) return undefined
	const thing = nounAfter(reading, whole) || 'whole'
	const all = builder.given(whole, whole.unit === '' ? `the number of ${thing}` : 'the whole')
	const unit = whole.unit === '' && thing !== 'whole' ? '' : whole.unit
	const part = builder.step('percent', [builder.given(rate, 'the percentage'), all], 'the share that is named', unit)
	return wants === 'part' ? part : builder.step('subtract', [all, part], 'the rest', unit)
}

/** Whether the question asks for the part with the percentage or for the rest; undefined if that isn't clear. */
function sideOf(reading: Reading, rate: Quantity, whole: Quantity): 'part' | 'rest' | undefined {
	const after = reading.tagged.slice(reading.tagged.indexOf(`${rate.index}}`)).replace(/^\d+\}/, '')
	const clause = after.split(/[.,;?]|\{[A-Z]\d+\}(?: [a-z]+)?| and | the rest/)[0] ?? ''
	const tail = after.split(/[.,;?]/)[0]?.replace(/^.*\}/, '') ?? ''
	const described = `${clause} ${tail}`.replace(new RegExp(`\\b${nounAfter(reading, whole) || 'of'}\\b`, 'g'), '')
	const isRest =
		says(reading.asked, missing) || findWording(reading, 'the (?:rest|others?|remainder|remaining)').length > 0
	const isNamed = sameThing(described, reading.asked.replace(/[^\w ]/g, ''))
	if (isNamed && !says(reading.asked, missing)) return 'part'
	if (isRest) return 'rest'
	const pair = opposites.find(([one, other]) => says(described, one) && says(reading.asked, other))
	return pair === undefined ? undefined : 'rest'
}

const opposites: readonly (readonly [string, string])[] = [
	['boys?', 'girls?'],
	['girls?', 'boys?'],
	['men', 'women'],
	['women', 'men'],
	['male', 'female'],
	['female', 'male'],
	['passed', 'failed'],
	['failed', 'passed'],
	['adults?', 'child(?:ren)?'],
	['children', 'adults'],
	['present', 'absent'],
	['absent', 'present'],
	['sold', 'unsold'],
]

function ordinal(year: number): string {
	return ['one', 'two', 'three', 'four', 'five'][year - 1] ?? String(year)
}
