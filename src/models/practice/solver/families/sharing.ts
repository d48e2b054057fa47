import { Facts } from '../facts.ts'
import type { Family } from '../family.ts'
import { nounAfter, sameThing } from '../nouns.ts'
import { ProgramBuilder, type Term } from '../program.ts'
import type { Quantity, Reading } from '../reading.ts'
import { convertible } from '../units.ts'
import { says } from '../wording.ts'

/** Dividing a whole: shares, what is left over, how many groups are needed or can be filled. */
export const sharing: Family = {
	name: 'sharing',
	solve(reading) {
		const facts = new Facts(reading)
		const builder = new ProgramBuilder(reading)
		const [first, second, ...more] = facts.left()
		if (first === undefined || second === undefined || more.length > 0) return undefined
		const result = divided({ reading, builder, facts }, first, second)
		return result === undefined ? undefined : builder.finish('sharing', result)
	},
}

type Question = { readonly reading: Reading; readonly builder: ProgramBuilder; readonly facts: Facts }

const amounts = new Set(['count', 'length', 'mass', 'volume', 'money'])
const sharingWords =
	'into|shared?|shares|sharing|divided?|divides|splits?|splitting|distributes?|distributed|hands? out|handed out|deals?|dealt|equally|evenly|packs?|packed|packs|puts?|cut|cuts|fill(?:s|ed)?|hold(?:s|ing)?|fits?|seats?|carr(?:y|ies)|takes?|bags? of|boxes of|teams? of|groups? of|rows? of|bags?|pay|contains?|in each|each|per'
const leftOver = 'left over|leftover|remain(?:s|ing|der)?|left|without|over'
const needed = 'needs?|needed|required?|require|must|have to|necessary|at least'
const fillable = 'full|can|complete|whole|fit|does|do|could|get'

function divided(question: Question, first: Quantity, second: Quantity): Term | undefined {
	const { reading } = question
	if (!amounts.has(first.dimension) || !amounts.has(second.dimension) || !says(reading.tagged, sharingWords))
		return undefined
	if (
		says(
			reading.tagged,
			'per ?cent|together they|average|speed|same (?:rate|price)|from [^.]*until|costs?|cost|price|buys?|older|younger',
		)
	)
		return undefined
	return asksForShare(reading) ? shareOfEach(question, first, second) : groups(question, first, second)
}

function asksForShare({ asked }: Reading): boolean {
	return says(
		asked,
		'how (?:much|many|long|heavy|far)[^?]*(?:each|per|every(?:one| one)|apiece|one)|each|length of (?:each|one)',
	)
}

/** "24 sweets among 6 children: how many does each get?", with what is left over if that is asked as well. */
function shareOfEach({ reading, builder }: Question, first: Quantity, second: Quantity): Term | undefined {
	const [whole, parts] = wholeAndParts(reading, first, second)
	if (parts === undefined || whole === undefined || parts.unit !== '') return undefined
	const noun = nounAfter(reading, whole)
	const all = builder.given(whole, whole.unit === '' ? `the number of ${noun || 'things'}` : 'the whole')
	const number = builder.given(parts, `the number of ${nounAfter(reading, parts) || 'parts'}`)
	if (says(reading.asked, leftOver)) return undefined
	if (whole.unit === '' && !isDivisible(whole, parts) && !says(noun, 'points|pages')) return undefined
	return builder.step('divide', [all, number], 'the share of each', whole.unit)
}

function isDivisible(whole: Quantity, parts: Quantity): boolean {
	return whole.value.mod(parts.value).equals(0)
}

/** Which of the two is shared: the thing that is asked for, the one with a unit, or the one that isn't a group. */
function wholeAndParts(reading: Reading, first: Quantity, second: Quantity): readonly Quantity[] {
	if (first.unit !== '' && second.unit === '') return [first, second]
	if (second.unit !== '' && first.unit === '') return [second, first]
	if (first.unit !== '' || second.unit !== '') return []
	const [, thing = ''] = /how many ((?:[a-z-]+ ){1,2})/i.exec(reading.asked) ?? []
	const isFirst = sameThing(nounAfter(reading, first), thing)
	const isSecond = sameThing(nounAfter(reading, second), thing)
	if (isFirst !== isSecond) return isFirst ? [first, second] : [second, first]
	if (
		says(
			reading.tagged,
			`\\{[A-Z]${first.index}\\}[^.]*(?:among|between|into|to|by|amongst|over|onto|on|in)[^.]*\\{[A-Z]${second.index}\\}`,
		)
	)
		return [first, second]
	if (
		says(
			reading.tagged,
			`\\{[A-Z]${first.index}\\}[^.]*(?:share|split|divide|get|receive)[a-z ]*\\{[A-Z]${second.index}\\}`,
		)
	)
		return [second, first]
	return []
}

/** How many groups of a size, or what they leave over. */
function groups(question: Question, first: Quantity, second: Quantity): Term | undefined {
	const { reading, builder } = question
	const sized = wholeAndSize(reading, first, second)
	const [whole, size] =
		sized.length > 0 || !says(reading.asked, leftOver) ? sized : wholeAndParts(reading, first, second)
	if (whole === undefined || size === undefined || !convertibleOrSame(whole, size)) return undefined
	const noun = nounAfter(reading, whole) || 'things'
	const all = builder.given(whole, whole.unit === '' ? `the number of ${noun}` : 'the whole')
	const one = builder.given(size, 'the size of one group')
	const [a, b] = [builder.inUnit(all, finer(all, one)), builder.inUnit(one, finer(all, one))]
	const { asked } = reading
	if (says(asked, leftOver) && !says(asked, 'days|weeks'))
		return builder.step('remainder', [a, b], `the number of ${noun} left over`, a.unit)
	const group = groupNoun(asked)
	const operation = divisionFor(reading, a, b)
	if (group === undefined || operation === undefined) return undefined
	return builder.step(operation, [a, b], `the number of ${group}`, '')
}

/** Needed groups are rounded up, full ones down; where the words don't say, only a division without a rest is safe. */
function divisionFor(
	{ asked, tagged }: Reading,
	whole: Term,
	size: Term,
): 'divide' | 'round up' | 'round down' | undefined {
	if (whole.value.mod(size.value).equals(0)) return 'divide'
	if (says(asked, needed) || says(tagged, needed)) return 'round up'
	return says(asked, fillable) ? 'round down' : undefined
}

function groupNoun(asked: string): string | undefined {
	return /how many (?:full |complete |whole |more |equal |such )?([a-z-]+)/i.exec(asked)?.[1]
}

function convertibleOrSame(whole: Quantity, size: Quantity): boolean {
	return whole.unit === size.unit || convertible(whole.unit, size.unit)
}

/** Metres and centimetres are compared in the smaller unit. */
function finer(a: Term, b: Term): string {
	const order = ['mm', 'cm', 'ml', 'g', 'metres', 'litres', 'kg', 'km']
	return order.find((unit) => unit === a.unit || unit === b.unit) ?? a.unit
}

const sizeBefore =
	'(?:of|hold|holds|holding|fits?|seats?|takes?|carr(?:y|ies)|contains?|with|for|has|have|into|up to|at most|in)(?: (?:up to|exactly|about|only|at most|space for|room for|seats for))?'

/** The size belongs to a container ("bags of 8", "each shelf holds 24"); the other number is the whole. */
function wholeAndSize(reading: Reading, first: Quantity, second: Quantity): readonly Quantity[] {
	const isSize = ({ index }: Quantity) =>
		says(
			reading.tagged,
			`(?:bags?|boxes|box|teams?|groups?|rows?|packs?|packets?|crates?|shelf|shelves|vans?|bus(?:es)?|cars?|tables?|trays?|cartons?|pieces?|parts?|glass(?:es)?|cups?|bottles?|jars?|pages?|boats?|tents?|rooms?|bunch(?:es)?|stacks?|piles?|minibus(?:es)?|elevators?|lifts?|baskets?|cans?|albums?|coach(?:es)?|benche?s?|trips?)[a-z ]*? ${sizeBefore} \\{[A-Z]${index}\\}`,
		) ||
		says(
			reading.tagged,
			`\\{[A-Z]${index}\\}(?: [a-z-]+){0,3} (?:each|per [a-z]+|in each|into each|to a [a-z]+|in one|in a|a day|a week|a month|an hour|a minute|every day|every week|per day)`,
		) ||
		says(
			reading.tagged,
			`(?:each|every|one|an?) [a-z]+ (?:holds?|needs?|takes?|fits?|seats?|carries|contains|has (?:room|space|seats) for|can [a-z]+)[a-z ]*? \\{[A-Z]${index}\\}`,
		)
	const sizes = [first, second].filter(isSize)
	const [size] = sizes.length > 1 ? [smaller(first, second)] : sizes
	if (size === undefined) return []
	return size === first ? [second, first] : [first, second]
}

function smaller(first: Quantity, second: Quantity): Quantity {
	return first.value.compare(second.value) < 0 ? first : second
}
