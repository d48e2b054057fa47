import { Facts } from '../facts.ts'
import type { Family } from '../family.ts'
import { nounAfter, sameThing } from '../nouns.ts'
import { ProgramBuilder, type Term } from '../program.ts'
import type { Quantity, Reading } from '../reading.ts'
import { says } from '../wording.ts'

/** A stock that things are added to and taken from, and the sum of several parts. */
export const changes: Family = {
	name: 'changes',
	solve(reading) {
		const facts = new Facts(reading)
		const builder = new ProgramBuilder(reading)
		if (
			says(reading.tagged, excluded) ||
			mixesMoney(reading) ||
			facts.left().some(({ dimension }) => !amounts.has(dimension))
		)
			return undefined
		const result = totalOf(facts, builder) ?? stockAfter(facts, builder)
		return result === undefined ? undefined : builder.finish('changes', result)
	},
}

const amounts = new Set(['count', 'length', 'mass', 'volume', 'money', 'percent', 'multiple'])
const excluded =
	'older|younger|as old|cheaper|average|mean|divided|shared?|equally|costs?|price|square|per (?!cent)[a-z]+|towards|meet|wide|tall|probability|area'
const fewer =
	'gives?|gave|giving|given|eats?|eaten|ate|sells?|sold|uses?|used|loses?|lost|spends?|spent|leaves?|left|got off|get off|gets off|breaks?|broke|broken|takes? (?:out|away|off)|took|taken|removes?|removed|throws?|thrown|threw|drinks?|drank|drunk|borrowed|withdraws?|withdrew|donates?|donated|drops?|dropped|fell|falls|died?|goes? home|went home|go home|cancel(?:s|led)?|quit|retired?|resigned?|moved? (?:out|away)|consumed?|pays?|paid|poured out|leaks?|leaked|evaporated|evaporates?|lends?|lent|checked out|returned to'
const more =
	'buys?|bought|gets? (?!off)|got (?!off)|receives?|received|finds?|found|adds?|added|wins?|won|hires?|hired|arrives?|arrived|joins?|joined|comes?|came|collects?|collected|picks?|picked|grows?|born|earns?|earned|deposits?|deposited|bakes?|baked|makes?|made|gains?|gained|orders?|ordered|delivered|got on|get on|gets on|boards?|boarded|moved? in|returned|brings?|brought|saves?|saved|refills?|refilled|pours? in|poured in|planted|enters?|entered'

/** Prices are the business of another family, and so are rates. */
function mixesMoney({ tagged }: Reading): boolean {
	return (
		/\{M\d+\}.*\{N\d+\}|\{N\d+\}.*\{M\d+\}/s.test(tagged) ||
		/\}(?: [a-z-]+){0,3} (?:an?|every|each) (?:day|week|month|year|hour|minute)\b/.test(tagged)
	)
}

type Event = { readonly quantity: Quantity; readonly sign: 'add' | 'subtract' }

const timesWords = 'left|now|remain(?:s|ing)?|still|then|in the end|at the end|altogether|on board|have|has'

/** The stock at the start, and every change in its order. */
function stockAfter(facts: Facts, builder: ProgramBuilder): Term | undefined {
	const { reading } = facts
	if (!says(reading.asked, timesWords)) return undefined
	const start = startInBoxes(facts, builder) ?? startAsGiven(facts, builder)
	const changing = facts.left()
	if (
		start === undefined ||
		changing.length === 0 ||
		!changing.every((quantity) => isStock(reading, quantity, start.noun))
	)
		return undefined
	const events = changing.map((quantity) => eventOf(reading, quantity))
	if (!events.every((event) => event !== undefined)) return undefined
	return events.reduce<Term>((stock, event, index) => apply(builder, stock, event, index), start.term)
}

type Start = { readonly term: Term; readonly noun: string }

/** "5 boxes with 12 crayons each" are 60 crayons. */
function startInBoxes(facts: Facts, builder: ProgramBuilder): Start | undefined {
	const found = facts.takeOne(
		'{count:N} <item> (?:with|of|containing|holding|each with|that each hold|each containing|each holding|that hold)(?: exactly)? {size:N} (?<inner>[a-z-]+)(?: in each| each|(?=[.,]| in))',
		'{count:N} <item>,? (?:each|every one)[a-z ]*? {size:N} (?<inner>[a-z-]+)',
	)
	const [count, size] = [found?.quantities.count, found?.quantities.size]
	if (count === undefined || size === undefined) return undefined
	const { item = 'boxes', inner = 'pieces' } = found?.words ?? {}
	const terms = [builder.given(count, `the number of ${item}`), builder.given(size, `the number of ${inner} in each`)]
	return { term: builder.step('multiply', terms, 'the number at the start', ''), noun: inner }
}

/** The first number; a number "each" would need more than that. */
function startAsGiven(facts: Facts, builder: ProgramBuilder): Start | undefined {
	const [first] = facts.left()
	if (first === undefined || ['multiple', 'percent'].includes(first.dimension)) return undefined
	if (says(facts.reading.tagged, 'each|every|apiece|times as|as many')) return undefined
	facts.claim(first)
	return { term: builder.given(first, 'the number at the start'), noun: nounAfter(facts.reading, first) }
}

/** "3 friends" change no number of slices; people may leave a number of passengers. */
function isStock(reading: Reading, quantity: Quantity, stock: string): boolean {
	const noun = nounAfter(reading, quantity)
	if (noun === '' || stock === '' || quantity.dimension !== 'count') return true
	return (
		sameThing(noun, stock) ||
		says(noun, 'people|persons?|ones?') ||
		sameThing(noun, reading.asked.replace(/[^\w ]/g, ''))
	)
}

function apply(builder: ProgramBuilder, stock: Term, { quantity, sign }: Event, index: number): Term {
	const name = `change ${['one', 'two', 'three', 'four', 'five'][index] ?? 'more'}`
	return builder.step(sign, [stock, amountOf(builder, stock, quantity, name)], `the number after ${name}`, stock.unit)
}

function amountOf(builder: ProgramBuilder, stock: Term, quantity: Quantity, name: string): Term {
	if (quantity.dimension === 'percent')
		return builder.step('percent', [builder.given(quantity, `the rate of ${name}`), stock], name, stock.unit)
	if (quantity.dimension === 'multiple')
		return builder.step('multiply', [stock, builder.given(quantity, `the fraction of ${name}`)], name, stock.unit)
	const given = builder.given(quantity, name, quantity.unit === '' ? stock.unit : quantity.unit)
	return builder.inUnit(given, stock.unit)
}

/** Whether a number is added or taken away, from the verbs of its own clause; undefined if they don't say. */
function eventOf(reading: Reading, quantity: Quantity): Event | undefined {
	const clause = clauseOf(reading, quantity)
	const isFewer = says(clause, fewer)
	const isMore = says(clause, more) && !says(clause, 'more are (?:given|eaten|sold)')
	if (quantity.dimension === 'multiple' && !quantity.value.abs().compare(1)) return undefined
	if (quantity.dimension === 'multiple' && (quantity.value.compare(1) > 0 || !isFewer)) return undefined
	if (isFewer === isMore) return undefined
	return { quantity, sign: isFewer ? 'subtract' : 'add' }
}

/** From the last border before the number to the next one after it: full stops, commas, "and", "then". */
function clauseOf({ tagged }: Reading, { index }: Quantity): string {
	const clauses = tagged.split(/(?<=[.,;?])\s|\s(?:and|then|but|before|after)\s/)
	const at = clauses.findIndex((clause) => clause.includes(`${index}}`) && new RegExp(`[A-Z]${index}\\}`).test(clause))
	const clause = clauses[at] ?? ''
	const previous = clauses[at - 1] ?? ''
	const hasVerb = says(clause, `${fewer}|${more}`)
	return hasVerb ? clause : `${previous} ${clause}`
}

/** "96 cans on Monday, 74 on Tuesday …: how many is that in all?" */
function totalOf(facts: Facts, builder: ProgramBuilder): Term | undefined {
	const { reading } = facts
	const values = facts.left()
	if (!says(reading.asked, 'in all|altogether|in total|total|together|overall|combined') || values.length < 2)
		return undefined
	if (
		says(reading.tagged, `${fewer}|times|each|twice|half|than|every|packs? of|boxes of|bags of`) ||
		new Set(values.map(({ unit }) => unit)).size > 2
	)
		return undefined
	const nouns = values.map((value) => nounAfter(reading, value)).filter((noun) => noun !== '')
	const [, asked = ''] = /how many ((?:[a-z-]+ ?){1,3})/i.exec(reading.asked) ?? []
	const isPlain = values.every(({ dimension }) => dimension === 'count')
	if (
		isPlain &&
		nouns.length > 1 &&
		!nouns.every((noun) => sameThing(noun, nouns[0] ?? '')) &&
		!says(
			asked,
			'people|animals|things|pieces|fruits?|pets|items|vehicles|students|children|flowers|drinks|toys|balls|visitors',
		)
	)
		return undefined
	if (values.some(({ dimension }) => dimension === 'multiple' || dimension === 'percent' || dimension === 'money'))
		return undefined
	const unit = values.find((value) => value.unit !== '')?.unit ?? ''
	const terms = values.map((value, index) =>
		builder.given(value, `part ${['one', 'two', 'three', 'four', 'five', 'six'][index] ?? 'more'}`, value.unit || unit),
	)
	return builder.step('add', terms, 'the total', unit)
}
