import { terminates } from '../exact.ts'
import { Facts } from '../facts.ts'
import type { Family } from '../family.ts'
import { ProgramBuilder, type Term, unitAskedFor } from '../program.ts'
import type { Quantity, Reading } from '../reading.ts'
import { convertible, unitNamed } from '../units.ts'
import { says } from '../wording.ts'

/** Speed, distance and time: one leg, several legs, two that meet or part, the same speed again. */
export const motion: Family = {
	name: 'motion',
	solve(reading) {
		const quantities = reading.quantities.filter(({ optional }) => !optional)
		const onlyMotion = quantities.every(
			({ dimension, value }) => kinds.has(dimension) || (dimension === 'count' && value.equals(2)),
		)
		if (!onlyMotion || says(reading.tagged, 'area|volume|perimeter|fuel|litres? per|cuts?|pieces|rope|ribbon|laps?'))
			return undefined
		const builder = new ProgramBuilder(reading)
		builder.use(...quantities.filter(({ dimension }) => dimension === 'count'))
		const trip = tripOf(reading, builder)
		const result = trip === undefined ? undefined : goalOf(trip)
		return result === undefined ? undefined : builder.finish('motion', result)
	},
}

type Trip = {
	readonly reading: Reading
	readonly builder: ProgramBuilder
	readonly speeds: readonly Quantity[]
	readonly distances: readonly Quantity[]
	readonly times: readonly Quantity[]
	readonly rests: readonly Quantity[]
}

const kinds = new Set(['speed', 'length', 'duration'])
const ordinals = ['first', 'second', 'third', 'fourth', 'fifth']

function tripOf(reading: Reading, builder: ProgramBuilder): Trip | undefined {
	const facts = new Facts(reading)
	const rests = [
		...facts.take(
			'(?:rests?|rested|pauses?|paused|stops?|stopped|waits?|waited|takes? a break|took a break|has a break|break|breaks off)(?: there| once| briefly| for lunch)?(?: for| of|,)? (?:a )?{rest:D}',
			'{rest:D}(?:-| )(?:long )?(?:break|rest|pause|stop|wait)',
		),
	].flatMap(({ quantities: { rest } }) => rest ?? [])
	const moving = facts.left()
	const of = (dimension: string) => moving.filter((quantity) => quantity.dimension === dimension)
	return { reading, builder, speeds: of('speed'), distances: of('length'), times: of('duration'), rests }
}

function goalOf(trip: Trip): Term | undefined {
	const { reading, speeds, distances, times } = trip
	const shape = `${speeds.length}${distances.length}${times.length}`
	if (isTwoMovers(reading.tagged) && speeds.length === 2) return twoMovers(trip)
	if (
		says(
			reading.tagged,
			'same (?:speed|pace|rate)|at this (?:speed|rate|pace)|(?:in|at) that (?:rate|pace|speed)|at the same|how (?:long|far|many)[^?]*(?:would|will)|need for',
		) &&
		speeds.length === 0
	)
		return sameSpeed(trip)
	if (shape === '012' || shape === '021') return sameSpeed(trip)
	if (
		(shape === '022' || shape === '033') &&
		says(reading.asked, 'how far|how many (?:km|kilomet(?:er|re)s|miles|met(?:er|re)s)|distance')
	)
		return sumOfDistances(trip)
	if (shape === '101' || shape === '202' || shape === '303') return distanceOf(trip)
	if (shape === '110' || shape === '220' || shape === '330') return timeOf(trip)
	if (shape === '011' || shape === '022' || shape === '033') return speedOf(trip)
	return undefined
}

function isTwoMovers(tagged: string): boolean {
	return says(
		tagged,
		'towards each other|toward each other|opposite|meet|same direction|apart|head start|ahead|catch(?:es)? up|behind|faster (?:one|train|car|runner)',
	)
}

/** Speed times time, leg by leg. */
function distanceOf({ reading, builder, speeds, times, rests }: Trip): Term | undefined {
	if (
		!says(
			reading.asked,
			'how far|distance|how many (?:km|kms|kilomet(?:er|re)s|miles|met(?:er|re)s|feet)|how long is (?:the|his|her|its) (?:route|way|trip|track)|far',
		)
	)
		return undefined
	builder.use(...rests)
	const legs = speeds.map((speed, index) => {
		const time = times[index]
		return time === undefined ? undefined : leg(builder, speed, time, index, speeds.length)
	})
	if (!legs.every((each) => each !== undefined)) return undefined
	const [first] = legs
	return first === undefined
		? undefined
		: inAskedUnit(reading, builder, builder.sum(legs, 'the whole distance', first.unit))
}

function leg(builder: ProgramBuilder, speed: Quantity, time: Quantity, index: number, count: number): Term {
	const [distance, perTime] = unitsOf(speed.unit)
	const pace = builder.given(speed, legName('speed', index, count))
	const duration = builder.inUnit(builder.given(time, legName('time', index, count)), perTime)
	return builder.step('multiply', [pace, duration], legName('distance', index, count), distance)
}

/** Distance by speed, leg by leg. */
function timeOf({ reading, builder, speeds, distances, rests }: Trip): Term | undefined {
	if (!says(reading.asked, 'how long|how many (?:hours|minutes|seconds)|time|when')) return undefined
	const legs = speeds.flatMap((speed, index) => {
		const distance = distances[index]
		if (distance === undefined) return []
		const [length, perTime] = unitsOf(speed.unit)
		const way = builder.inUnit(builder.given(distance, legName('distance', index, speeds.length)), length)
		return [
			builder.step(
				'divide',
				[way, builder.given(speed, legName('speed', index, speeds.length))],
				legName('time', index, speeds.length),
				perTime,
			),
		]
	})
	const breaks = rests.map((rest) => builder.given(rest, 'the time without moving'))
	const [first] = legs
	if (first === undefined || legs.length < distances.length) return undefined
	const all = [...legs, ...breaks.map((each) => builder.inUnit(each, first.unit))]
	return readable(reading, builder, builder.sum(all, 'the whole time', first.unit))
}

/** The legs alone; how long they took doesn't matter. */
function sumOfDistances({ reading, builder, distances, times, rests }: Trip): Term | undefined {
	if (!says(reading.asked, 'total|altogether|in all|whole|overall|cover|drive|travel')) return undefined
	builder.use(...times, ...rests)
	const legs = distances.map((distance, index) => builder.given(distance, legName('distance', index, distances.length)))
	return builder.sum(legs, 'the whole distance', legs[0]?.unit ?? '')
}

/** Distance by time: the average speed over all legs. */
function speedOf({ reading, builder, distances, times, rests }: Trip): Term | undefined {
	if (!says(reading.asked, 'speed|how fast|pace|per (?:hour|second|minute)') || rests.length > 0) return undefined
	const ways = distances.map((distance, index) => builder.given(distance, legName('distance', index, distances.length)))
	const durations = times.map((time, index) => builder.given(time, legName('time', index, times.length)))
	const unit = speedUnit(reading, ways[0]?.unit ?? '')
	const [length, perTime] = unitsOf(unit)
	const way = builder.inUnit(builder.sum(ways, 'the whole distance', ways[0]?.unit ?? ''), length)
	const time = builder.inUnit(
		builder.sum(timesAlike(builder, durations), 'the whole time', durations[0]?.unit ?? ''),
		perTime,
	)
	return way.unit === length && time.unit === perTime
		? builder.step('divide', [way, time], 'the average speed', unit)
		: undefined
}

function timesAlike(builder: ProgramBuilder, times: readonly Term[]): readonly Term[] {
	const units = new Set(times.map(({ unit }) => unit))
	return units.size === 1 ? times : times.map((time) => builder.inUnit(time, 'minutes'))
}

/** "2,400 km in 3 hours. At the same speed, how far in 5 hours?" */
function sameSpeed({ reading, builder, speeds, distances, times, rests }: Trip): Term | undefined {
	const [distance, nextDistance] = distances
	const [time, nextTime] = times
	if (
		speeds.length + rests.length > 0 ||
		distance === undefined ||
		time === undefined ||
		distances.length + times.length !== 3
	)
		return undefined
	const way = builder.given(distance, 'the known distance')
	const duration = builder.given(time, 'the known time')
	if (nextTime !== undefined) {
		if (!says(reading.asked, 'how far|how many|distance')) return undefined
		const next = builder.given(nextTime, 'the new time')
		const [a, b] = timesAlike(builder, [duration, next])
		if (a === undefined || b === undefined) return undefined
		const pace = builder.step('divide', [way, a], 'the speed', `${way.unit} per ${a.unit.replace(/s$/, '')}`)
		return builder.step('multiply', [pace, b], 'the new distance', way.unit)
	}
	if (nextDistance === undefined || !says(reading.asked, 'how long|how many|time')) return undefined
	const next = builder.inUnit(builder.given(nextDistance, 'the new distance'), way.unit)
	const pace = builder.step(
		'divide',
		[way, duration],
		'the speed',
		`${way.unit} per ${duration.unit.replace(/s$/, '')}`,
	)
	return readable(reading, builder, builder.step('divide', [next, pace], 'the new time', duration.unit))
}

/** Two that drive apart, towards each other, or one after the other. */
function twoMovers({ reading, builder, speeds, distances, times, rests }: Trip): Term | undefined {
	const [one, two] = speeds
	if (one === undefined || two === undefined || one.unit !== two.unit || rests.length > 0) return undefined
	const isSame = says(
		reading.tagged,
		'same direction|ahead|behind|catch(?:es)? up|faster (?:one|train|car|runner)|overtakes?|head start',
	)
	const isApart = says(reading.tagged, 'opposite|towards? each other|meet|towards? one another')
	if (isSame === isApart) return undefined
	const fast = builder.given(one, 'the speed of the first')
	const slow = builder.given(two, 'the speed of the second')
	const together = builder.step(
		isSame ? 'difference' : 'add',
		[fast, slow],
		isSame ? 'the speed at which the gap changes' : 'the speed of both together',
		one.unit,
	)
	const [length, perTime] = unitsOf(one.unit)
	const [time] = times
	const [gap] = distances
	if (
		time !== undefined &&
		times.length === 1 &&
		distances.length === 0 &&
		says(reading.asked, 'how (?:far|many)|distance')
	) {
		return builder.step(
			'multiply',
			[together, builder.inUnit(builder.given(time, 'the time'), perTime)],
			'the distance between them',
			length,
		)
	}
	if (
		gap === undefined ||
		distances.length !== 1 ||
		times.length > 0 ||
		!says(reading.asked, 'how long|how many|when|time')
	)
		return undefined
	const way = builder.inUnit(builder.given(gap, 'the distance between them'), length)
	return readable(reading, builder, builder.step('divide', [way, together], 'the time until then', perTime))
}

/** In the unit that was asked for; else in minutes where hours would not be readable. */
function readable(reading: Reading, builder: ProgramBuilder, time: Term): Term {
	const unit = unitAskedFor(reading.asked, ['duration'])
	if (unit !== undefined) return builder.inUnit(time, unit)
	return terminates(time.value, 2) && !isShort(time) ? time : builder.inUnit(time, 'hours and minutes')
}

function isShort(time: Term): boolean {
	return time.unit === 'hours' && time.value.compare(1) < 0
}

function inAskedUnit(reading: Reading, builder: ProgramBuilder, distance: Term): Term {
	const unit = unitAskedFor(reading.asked, ['length'])
	return unit === undefined ? distance : builder.inUnit(distance, unit)
}

function legName(what: string, index: number, count: number): string {
	return count === 1 ? `the ${what}` : `the ${what} of the ${ordinals[index] ?? 'next'} part`
}

function unitsOf(speed: string): readonly [string, string] {
	if (speed === 'mph') return ['miles', 'hours']
	const [length, time] = speed.split(' per ')
	if (length !== undefined && time !== undefined) return [length, `${time}s`]
	return speed === 'm/s' ? ['metres', 'seconds'] : ['km', 'hours']
}

function speedUnit({ asked }: Reading, length: string): string {
	if (says(asked, '(?:met(?:er|re)s|m) ?(?:per|/|a) ?(?:second|s)')) return 'm/s'
	if (length === 'miles' || says(asked, 'miles per hour|mph')) return 'mph'
	if (says(asked, 'km|kilomet(?:er|re)s') || !says(asked, 'per [a-z]+'))
		return convertible(length, 'km') ? 'km/h' : length
	const [, way = '', time = ''] = /([a-z]+) (?:per|an?|each|every) ([a-z]+)/i.exec(asked) ?? []
	const [wayUnit, timeUnit] = [unitNamed(way), unitNamed(time)]
	return wayUnit === undefined || timeUnit === undefined ? '' : `${wayUnit} per ${timeUnit.replace(/s$/, '')}`
}
