import type { Facts } from './facts.ts'
import type { Quantity, Reading } from './reading.ts'
import { type Found, findWording } from './wording.ts'

/** What a question says about ages. Persons are named by one lower-case word, such as `anna` or `brother`. */
export type AgeFact =
	| { readonly kind: 'known'; readonly who: string; readonly age: Quantity }
	| {
			readonly kind: 'then'
			readonly who: string
			readonly age: Quantity
			readonly shift: Quantity
			readonly future: boolean
	  }
	| {
			readonly kind: 'relation'
			readonly who: string
			readonly whom: string
			readonly gap: Quantity | undefined
			readonly older: boolean
			readonly times: Quantity | undefined
	  }
	| {
			readonly kind: 'relation-then'
			readonly who: string
			readonly whom: string
			readonly times: Quantity
			readonly shift: Quantity
			readonly future: boolean
	  }
	| { readonly kind: 'sum'; readonly who: readonly [string, string]; readonly total: Quantity }

const person = (name: string) =>
	`(?<${name}>(?:(?:my|his|her|their|the|an?|our|your) )?(?:(?:older|younger|little|big|twin|elder) )?(?!as\\b|is\\b|are\\b|was\\b|will\\b|old\\b|years\\b|than\\b|age\\b)[A-Za-z]+)`
const who = person('who')
const whom = `${person('whom')}(?:'s?)?`
const years = '(?: years?)?(?: old| of age)?'

/** A question in which pronouns and appositions ("her brother Mark") are replaced by the persons they stand for. */
export function withClearPersons(reading: Reading): Reading {
	const plain = reading.tagged
		.replace(/\bI'm\b/g, 'I am')
		.replace(/\} (?:of )?(?:his|her|their) age\b/g, '} as old')
		.replace(/\bas old as I am\b/g, 'as old as I')
		.replace(
			/\b(?:my|his|her|their|our) (?:(?:older|younger|little|big|twin) )?[a-z]+,? ([A-Z][a-z]+)\b(?! and)/gi,
			(all, name: string) => (/^[A-Z]/.test(name) ? name : all),
		)
	return { ...reading, tagged: withoutPronouns({ tagged: plain }) }
}

/** All facts about ages that a question with clear persons states. */
export function takeAgeFacts(facts: Facts): readonly AgeFact[] {
	const resolved = facts.reading
	const multiple = `(?:{times:X}|(?:as old|the same age)) `
	const found: AgeFact[] = [
		...facts
			.take(
				`{gap:EN}${years} (?<dir>older|younger|more|less) than {times:X} (?:as old as )?(?:the age of |that of )?${whom}`,
			)
			.flatMap((each) => relation(resolved, each)),
		...facts
			.take(
				`in {shift:EN}${years},? ${who} will be {times:X} (?:as old as|the age of) ${whom}`,
				`${who} will be {times:X} (?:as old as|the age of) ${whom} in {shift:EN}`,
			)
			.flatMap((each) => relationThen(each, true)),
		...facts
			.take(
				`{shift:EN}${years} ago,? ${who} was {times:X} (?:as old as|the age of) ${whom}`,
				`${who} was {times:X} (?:as old as|the age of) ${whom} {shift:EN} years ago`,
			)
			.flatMap((each) => relationThen(each, false)),
		...facts
			.take(
				`in {shift:E},? ${who} (?:will be|turns|will turn) {age:EN}`,
				`${who} (?:will be|turns|will turn) {age:EN}${years} in {shift:E}`,
			)
			.flatMap((each) => then(each, true)),
		...facts
			.take(`{shift:E} ago,? ${who} (?:was|turned) {age:EN}`, `${who} (?:was|turned) {age:EN}${years} {shift:E} ago`)
			.flatMap((each) => then(each, false)),
		...facts
			.take(
				`${who} and ${whom} (?:together )?(?:are|have) (?:together )?(?:a total of )?{total:EN}${years}(?: together| altogether| in total| combined| in all)?`,
				`ages of ${who} and ${whom} (?:is|are|add up to|equals?|makes?|total) {total:EN}`,
				`${who} and ${whom}[^.]*(?:sum|total|combined age|ages add up|add up)[^.]*? {total:EN}`,
			)
			.flatMap(sum),
		...facts
			.take(
				'(?:together|combined),? (?:they|both|the two) (?:are|have) {total:EN}',
				'(?:sum of their ages|their combined age|their ages|their total age)(?: together)? (?:is|are|add up to|sum to|equals?|total) {total:EN}',
				'they are {total:EN} (?:years old )?(?:together|altogether|in total|combined)',
			)
			.flatMap((each) => sumOfBoth(resolved, each)),
		...facts.take(`{gap:EN}${years} (?<dir>older|younger) than ${whom}`).flatMap((each) => relation(resolved, each)),
		...facts
			.take(
				`${multiple.replace('|(?:as old|the same age)', '')}(?:as old as |the age of )?${whom}(?: age)?(?=[.,;? ])(?! as old)`,
			)
			.flatMap((each) => relation(resolved, each)),
		...facts
			.take('{times:X} as old(?! as)', `{gap:EN}${years} (?<dir>older|younger)(?! than)`)
			.flatMap((each) => relation(resolved, each)),
		...facts
			.take(
				`${who},? (?:who )?(?:is|am|are|turned|is now|is currently|is already|is only|has just turned|just turned) (?:now |already |only |just |currently )?{age:EN}(?! ago)`,
				`${who},? (?:is )?aged? (?:is )?{age:EN}`,
			)
			.flatMap(known),
	]
	return found
}

/** The person who is meant by "her brother", "my dog" or "Anna". */
export function personIn(words: string): string {
	return (words.trim().split(' ').at(-1) ?? '').toLowerCase().replace(/'s?$/, '')
}

/** "Mia is 12. She …": a pronoun stands for the one who was spoken of first in the sentence before. */
function withoutPronouns({ tagged }: Pick<Reading, 'tagged'>): string {
	let subject = ''
	return tagged
		.split(/(?<=[.?!;])\s+/)
		.map((sentence) => {
			const replaced = subject === '' ? sentence : sentence.replace(/\b(?:he|she|it)\b/gi, subject)
			const [name] =
				sentence.match(
					/(?:[Mm]y|[Tt]he|[Aa]n?|[Hh]er|[Hh]is) (?!age|sum)[a-z]+|\b(?!How|In|When|What|The|Together|Their|They|My|Her|His|He|She|It|If|And|A|An|Now|Today|Five|Ten|Two|Three)[A-Z][a-z]+/,
				) ?? []
			subject = name ?? subject
			return replaced
		})
		.join(' ')
}

function known(found: Found): readonly AgeFact[] {
	const { age } = found.quantities
	return age === undefined ? [] : [{ kind: 'known', who: personIn(found.words.who ?? ''), age }]
}

function then(found: Found, future: boolean): readonly AgeFact[] {
	const { age, shift } = found.quantities
	return age === undefined || shift === undefined
		? []
		: [{ kind: 'then', who: personIn(found.words.who ?? ''), age, shift, future }]
}

function relationThen(found: Found, future: boolean): readonly AgeFact[] {
	const { times, shift } = found.quantities
	if (times === undefined || shift === undefined) return []
	return [
		{
			kind: 'relation-then',
			who: personIn(found.words.who ?? ''),
			whom: personIn(found.words.whom ?? ''),
			times,
			shift,
			future,
		},
	]
}

function sum(found: Found): readonly AgeFact[] {
	const { total } = found.quantities
	return total === undefined
		? []
		: [{ kind: 'sum', who: [personIn(found.words.who ?? ''), personIn(found.words.whom ?? '')], total }]
}

function sumOfBoth(reading: Reading, found: Found): readonly AgeFact[] {
	const { total } = found.quantities
	const [first, second] = personsBefore(reading, found.at)
	return total === undefined || first === undefined || second === undefined
		? []
		: [{ kind: 'sum', who: [first, second], total }]
}

/** Who is compared stands before the comparison; whom with stands after it, or is the person named before. */
function relation(reading: Reading, found: Found): readonly AgeFact[] {
	const { gap, times } = found.quantities
	const sentence = reading.tagged.slice(0, found.at)
	const before = sentence.slice(
		Math.max(...['. ', '? ', '; ', ', and ', ' and ', ', while '].map((border) => sentence.lastIndexOf(border) + 1)),
	)
	const [subject] = findWording(
		reading,
		`(?<subject>(?:(?:my|his|her|their|the|an?|our) )?(?:(?:older|younger|little|big) )?[A-Za-z]+)(?:'s age)?,? (?:who )?(?:is|am|are|will be|was)(?: now| exactly| only)? $`,
		before,
	)
	const one = personIn(subject?.words.subject?.replace(/'s age$/, '') ?? '')
	const other =
		found.words.whom === undefined
			? personsBefore(reading, found.at).findLast((each) => each !== one)
			: personIn(found.words.whom)
	if (one === '' || other === undefined || other === '' || one === other) return []
	return [{ kind: 'relation', who: one, whom: other, gap, older: /older|more/.test(found.words.dir ?? ''), times }]
}

/** The persons that were named before a place, in their order. */
function personsBefore(reading: Reading, at: number): readonly string[] {
	const names =
		reading.tagged
			.slice(0, at)
			.match(
				/(?:\b(?:my|his|her|their|the|an?|our) (?:(?:older|younger|little|big) )?(?!age|sum|years|ages)[a-z]+)|\b(?!How|In|When|What|The|Together|Their|They|My|Her|His|If|And|A|An|Now|Today|Our)[A-Z][a-z]+/gi,
			) ?? []
	const persons = names.filter((name) => / /.test(name) || /^[A-Z]/.test(name)).map(personIn)
	return [...new Set(persons)]
}
