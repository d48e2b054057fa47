import { exact } from '../exact.ts'
import { Facts } from '../facts.ts'
import type { Family } from '../family.ts'
import { nounAfter, sameThing } from '../nouns.ts'
import { ProgramBuilder, type Term, unitAskedFor } from '../program.ts'
import type { Quantity, Reading } from '../reading.ts'
import { convertible, singular, unitNamed, units } from '../units.ts'
import { type Found, says } from '../wording.ts'

/** Work and production: rates per time, more or fewer workers, two that work together, consumption per distance. */
export const work: Family = {
	name: 'work',
	solve(reading) {
		if (
			says(reading.tagged, '\\{[MPXKV]\\d+\\}') &&
			!says(reading.tagged, 'saves? \\{M\\d+\\}|earns? \\{M\\d+\\}|gets? \\{M\\d+\\}|\\{M\\d+\\} pocket')
		)
			return undefined
		const ways = [together, byRate, moreWorkers, proportion]
		for (const way of ways) {
			const builder = new ProgramBuilder(reading)
			const result = way(new Facts(reading), builder)
			const program = result === undefined ? undefined : builder.finish('work', result)
			if (program !== undefined) return program
		}
		return undefined
	},
}

type Way = (facts: Facts, builder: ProgramBuilder) => Term | undefined

const timeDimensions = ['duration', 'calendar']
const isTime = ({ dimension }: Quantity) => timeDimensions.includes(dimension)
const per = '(?:per|an?|each|every|/) ?(?<unit>second|minute|hour|day|week|month|year)\\b'

/** "Anna needs 6 hours, Ben 3 hours. How long together?" */
const together: Way = (facts, builder) => {
	const times = facts.left()
	const [first] = times
	const { asked, tagged } = facts.reading
	if (
		first === undefined ||
		times.length < 2 ||
		times.length > 3 ||
		!times.every((time) => isTime(time) && time.unit === first.unit)
	)
		return undefined
	if (
		!says(asked, 'together|both|all (?:two|three|of them)|at the same time|jointly|simultaneously|side by side') ||
		!says(asked, 'how long|how many|time|when')
	)
		return undefined
	if (
		says(
			tagged,
			'empt(?:y|ies|ied)|drain(?:s|ed)?|leaks?|outlet|then|after that|afterwards|in total|altogether|older|break|rests?',
		)
	)
		return undefined
	const names = ['first', 'second', 'third']
	const rates = times.map((time, index) => {
		const alone = builder.given(time, `the time of the ${names[index]} alone`)
		return builder.step(
			'divide',
			[builder.fixed(1), alone],
			`the part of the work that the ${names[index]} does in one ${singular(first.unit)}`,
			'',
		)
	})
	const sum = builder.step('add', rates, `the part of the work that all do in one ${singular(first.unit)}`, '')
	return inAskedUnit(
		facts.reading,
		builder,
		builder.step('divide', [builder.fixed(1), sum], 'the time together', first.unit),
	)
}

/** "24 pages per minute": a rate with a time gives an amount, a rate with an amount gives a time. */
const byRate: Way = (facts, builder) => {
	const found = facts.take(
		`{count:NQLWM}(?: of)?(?: <item>)? ${per}`,
		`{count:NQLWM} (?<item>[a-z]+) (?:in|within) (?:one|an?) (?<unit>second|minute|hour|day|week|month)\\b`,
	)
	const rates = found.map((each) => rateOf(builder, each))
	const [first] = rates
	if (first === undefined || !rates.every((rate) => rate.per === first.per && rate.term.unit === first.term.unit))
		return undefined
	const [target, ...more] = facts.left()
	if (
		target === undefined ||
		more.length > 0 ||
		(rates.length > 1 && !says(facts.reading.tagged, 'together|both|in total|altogether|combined|in all'))
	)
		return undefined
	const rate = builder.sum(
		rates.map(({ term }) => term),
		'the rate of all together',
		first.term.unit,
	)
	return isTime(target)
		? amountAfter(facts.reading, builder, rate, first.per, target)
		: timeFor(facts.reading, builder, rate, first, target)
}

type Rate = { readonly term: Term; readonly per: string; readonly noun: string }

function rateOf(builder: ProgramBuilder, found: Found): Rate {
	const count = found.quantities.count
	const unit = found.words.unit ?? ''
	if (count === undefined) throw new Error('A wording of a rate names no amount.')
	const noun = found.words.item ?? ''
	const label = noun === '' ? `the amount per ${unit}` : `the ${noun} per ${unit}`
	return { term: builder.given(count, label), per: unitNamed(unit) ?? '', noun }
}

function amountAfter(
	{ asked }: Reading,
	builder: ProgramBuilder,
	rate: Term,
	perUnit: string,
	target: Quantity,
): Term | undefined {
	if (!says(asked, 'how (?:many|much|far)|what (?:amount|distance)') || !convertible(target.unit, perUnit))
		return undefined
	const time = builder.inUnit(builder.given(target, 'the time'), perUnit)
	return builder.step('multiply', [rate, time], 'the amount in that time', rate.unit)
}

function timeFor(
	reading: Reading,
	builder: ProgramBuilder,
	rate: Term,
	{ per: perUnit, noun }: Rate,
	target: Quantity,
): Term | undefined {
	const isTimeAsked = says(reading.asked, 'how long|when') || unitAskedFor(reading.asked, timeDimensions) !== undefined
	const thing = nounAfter(reading, target)
	const isSame =
		rate.unit !== ''
			? convertible(target.unit, rate.unit) || target.unit === rate.unit
			: target.unit === '' && (thing === '' || noun === '' || sameThing(thing, noun))
	if (!isTimeAsked || !isSame) return undefined
	const amount = builder.inUnit(builder.given(target, 'the whole amount'), rate.unit)
	const isWhole = amount.value.mod(rate.value).equals(0)
	const operation = units[perUnit]?.dimension === 'calendar' && !isWhole ? 'round up' : 'divide'
	return inAskedUnit(reading, builder, builder.step(operation, [amount, rate], 'the time for it', perUnit))
}

/** "Four workers need 12 days. How many days would six need?" More workers, less time. */
const moreWorkers: Way = (facts, builder) => {
	const [people, time, others, ...more] = facts.left()
	if (people === undefined || time === undefined || others === undefined || more.length > 0) return undefined
	const { reading } = facts
	const nouns = [nounAfter(reading, people), nounAfter(reading, others)] as const
	const areWorkers = people.dimension === 'count' && others.dimension === 'count' && isTime(time)
	if (!areWorkers || !says(reading.asked, `how long|how many ${time.unit}|time`) || !isWorker(nouns[0]))
		return undefined
	if (nouns[1] !== '' && !sameThing(nouns[0], nouns[1])) return undefined
	const work = builder.step(
		'multiply',
		[builder.given(people, `the number of ${nouns[0]}`), builder.given(time, 'their time')],
		'the work in all',
		time.unit,
	)
	return builder.step(
		'divide',
		[work, builder.given(others, `the new number of ${nouns[0]}`)],
		'the new time',
		time.unit,
	)
}

function isWorker(noun: string): boolean {
	return says(
		noun,
		'workers?|gardeners?|painters?|machines?|people|men|women|pumps?|taps?|pipes?|builders?|bricklayers?|cleaners?|cooks?|employees|robots?|printers?|volunteers?|students?|friends?|tractors?|farmers?|carpenters?|movers?|excavators?|diggers?|trucks?|helpers?|roofers?|harvesters?|persons',
	)
}

/** "120 loaves in 3 hours. How many in 7 hours?" and "7 litres per 100 km. How many for 350 km?" */
const proportion: Way = (facts, builder) => {
	const values = facts.left()
	const { reading } = facts
	if (values.length === 5) return machines(facts, builder, values)
	const [a, b, target, ...more] = values
	if (
		a === undefined ||
		b === undefined ||
		target === undefined ||
		more.length > 0 ||
		!says(reading.asked, 'how (?:many|much|long|far)')
	)
		return undefined
	const [same, other] = isLike(reading, target, a) ? [a, b] : isLike(reading, target, b) ? [b, a] : []
	if (same === undefined || other === undefined || isLike(reading, other, target) || !asksFor(reading, other))
		return undefined
	if (isInverse(reading, a, b)) return undefined
	return scaled(reading, builder, same, other, target)
}

function scaled(reading: Reading, builder: ProgramBuilder, same: Quantity, other: Quantity, target: Quantity): Term {
	const base = builder.given(same, nameOf(reading, same))
	const result = builder.given(other, nameOf(reading, other))
	const one = builder.step(
		'divide',
		[result, base],
		`${nameOf(reading, other)} for one ${singular(same.unit || nounAfter(reading, same) || 'unit')}`,
		other.unit,
	)
	const wanted = builder.inUnit(
		builder.given(target, `the new ${nameOf(reading, same).replace(/^the /, '')}`),
		same.unit,
	)
	return inAskedUnit(
		reading,
		builder,
		builder.step('multiply', [one, wanted], `the new ${nameOf(reading, other).replace(/^the /, '')}`, other.unit),
	)
}

function nameOf(reading: Reading, quantity: Quantity): string {
	const noun = nounAfter(reading, quantity)
	if (isTime(quantity)) return 'the time'
	if (quantity.dimension === 'length') return 'the distance'
	return noun === '' ? 'the amount' : quantity.unit === '' ? `the number of ${noun}` : `the amount of ${noun}`
}

function isLike(reading: Reading, one: Quantity, other: Quantity): boolean {
	if (one.unit !== '' || other.unit !== '') return one.unit === other.unit || convertible(one.unit, other.unit)
	const [a, b] = [nounAfter(reading, one), nounAfter(reading, other)]
	return a !== '' && b !== '' && sameThing(a, b)
}

/** Whether the question asks for more of a quantity's thing. */
function asksFor(reading: Reading, quantity: Quantity): boolean {
	if (isTime(quantity))
		return says(reading.asked, 'how long') || unitAskedFor(reading.asked, timeDimensions) !== undefined
	const [, asked = ''] = /how (?:many|much) ((?:[a-z-]+ ?){1,3})/i.exec(reading.asked) ?? []
	if (quantity.unit !== '')
		return (
			sameThing(asked, `${quantity.unit} ${nounAfter(reading, quantity)}`) ||
			(quantity.dimension === 'length' && says(reading.asked, 'how far'))
		)
	return sameThing(asked, nounAfter(reading, quantity))
}

function isInverse(reading: Reading, a: Quantity, b: Quantity): boolean {
	const [count, time] = isTime(a) ? [b, a] : [a, b]
	return isTime(time) && !isTime(count) && isWorker(nounAfter(reading, count))
}

/** "5 machines produce 400 bottles in an hour. How many do 8 machines produce in an hour?" */
function machines({ reading }: Facts, builder: ProgramBuilder, values: readonly Quantity[]): Term | undefined {
	const [number, amount, time, newNumber, newTime] = values
	if (
		number === undefined ||
		amount === undefined ||
		time === undefined ||
		newNumber === undefined ||
		newTime === undefined
	)
		return undefined
	if (
		!isTime(time) ||
		!isTime(newTime) ||
		!isLike(reading, number, newNumber) ||
		!asksFor(reading, amount) ||
		!convertible(time.unit, newTime.unit)
	)
		return undefined
	const noun = nounAfter(reading, number)
	const each = builder.step(
		'divide',
		[builder.given(amount, nameOf(reading, amount)), builder.given(number, `the number of ${noun}`)],
		`the amount of one of the ${noun}`,
		amount.unit,
	)
	const all = builder.step(
		'multiply',
		[each, builder.given(newNumber, `the new number of ${noun}`)],
		'the amount of all in the same time',
		amount.unit,
	)
	if (time.unit === newTime.unit && time.value.equals(newTime.value)) {
		builder.use(time, newTime)
		return all
	}
	const perTime = builder.step(
		'divide',
		[all, builder.given(time, 'the time')],
		'the amount of all in one unit of time',
		amount.unit,
	)
	return builder.step(
		'multiply',
		[perTime, builder.inUnit(builder.given(newTime, 'the new time'), time.unit)],
		'the amount of all in the new time',
		amount.unit,
	)
}

function inAskedUnit(reading: Reading, builder: ProgramBuilder, term: Term): Term {
	const unit = unitAskedFor(reading.asked, timeDimensions)
	if (unit !== undefined) return builder.inUnit(term, unit)
	const isOdd = term.unit === 'hours' && !term.value.mod(exact('1/4')).equals(0)
	return isOdd ? builder.inUnit(term, 'hours and minutes') : term
}
