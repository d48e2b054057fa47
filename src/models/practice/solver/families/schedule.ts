import { exact } from '../exact.ts'
import { Facts } from '../facts.ts'
import type { Family } from '../family.ts'
import { nounAfter } from '../nouns.ts'
import { ProgramBuilder, type Term, unitAskedFor } from '../program.ts'
import type { Quantity, Reading } from '../reading.ts'
import { says } from '../wording.ts'

/** Times of day: when something ends or must begin, and how long it is from one time to another. */
export const schedule: Family = {
	name: 'schedule',
	solve(reading) {
		const facts = new Facts(reading)
		const builder = new ProgramBuilder(reading)
		const clocks = facts.left('clock')
		const known = new Set(['clock', 'duration', 'count'])
		if (clocks.length === 0 || facts.left().some(({ dimension }) => !known.has(dimension))) return undefined
		const result = clocks.length === 1 ? otherTime(facts, builder) : timeBetween(facts, builder)
		return result === undefined ? undefined : builder.finish('schedule', result)
	},
}

const pauses = 'breaks?|pauses?|rests?|rested|stops?|lunch|waits?|waiting|recess|intermission|interval'
const backwards =
	'(?:leave|depart|start|begin|set off|set out|get up|go (?:in|into)|be put|put (?:it|them)|latest|wake|board|take off|head|go)'

/** From one time and durations to the other end. */
function otherTime(facts: Facts, builder: ProgramBuilder): Term | undefined {
	const { asked, tagged } = facts.reading
	const [clock] = facts.left('clock')
	if (clock === undefined || !says(asked, 'when|what time|which time|until when|at what|how late|by what'))
		return undefined
	const isBack = goesBack(asked, tagged)
	if (isBack === undefined) return undefined
	const spans = takeSpans(facts, builder)
	const [first, ...more] = spans
	if (first === undefined || !facts.left().every(({ dimension }) => dimension === 'clock')) return undefined
	const total = more.length === 0 ? first : builder.step('add', spans, 'the time in all', 'hours and minutes')
	const start = builder.given(clock, isBack ? 'the end' : 'the start')
	return builder.step(
		isBack ? 'earlier' : 'later',
		[start, total],
		isBack ? 'the time to start' : 'the time of the end',
		clock.unit,
	)
}

/** Whether the time that is asked for lies before the one that is given. */
function goesBack(asked: string, tagged: string): boolean | undefined {
	const asksForStart =
		says(asked, `(?:when|time)[^?]* ${backwards}|when did [^?]* (?:start|begin|leave|set off)`) &&
		!says(asked, '(?:end|over|finish|arrive|ready|done|back|land)')
	if (!asksForStart) return false
	if (says(asked, '(?:must|should|have to|has to|need to|needs to|latest)')) return true
	if (says(asked, 'start|begin') && says(tagged, '(?:starts?|begins?|started|began)[^.]* \\{K\\d+\\}')) return undefined
	const isEnd = says(
		tagged,
		"(?:ended|ends|end|finished|finishes|over|be (?:at|in|there|on|home|ready|back|served|done)|arrives?|arrived|arriving|get to|gets to|due|dinner is|lunch is|appointment|starts?|begins?|leaves?|departs?|reach|ready|is|landed|opens|eat|serve|closes|on the table) (?:[a-z' ]+? )?(?:at|by|for|before|until) \\{K\\d+\\}|by \\{K\\d+\\}|before \\{K\\d+\\}",
	)
	return isEnd ? true : undefined
}

/** "4 lessons of 45 minutes each", "20 minutes per patient", and plain durations. */
function takeSpans(facts: Facts, builder: ProgramBuilder): readonly Term[] {
	const repeated = facts
		.take(
			'{count:N} <item>(?:,)? (?:of|for|lasting|at|that last|which last|that take|with|take|last|takes|each lasting|each of|each taking)?(?: about)? ?{span:D}(?:(?: long)? (?:each|per|apiece))?',
			'{count:N} (?<item>[a-z]+)[^.]*? {span:D} (?:each|per [a-z]+|apiece)',
			'{count:N} {span:D} (?<item>[a-z]+)',
			'{span:D} (?:for )?(?:each|per|every) [a-z]+[^?]*?{count:N} (?<item>[a-z]+)',
			'(?:each|every) [a-z]+ (?:takes|lasts|is|needs) {span:D}[^?]*?{count:N} (?<item>[a-z]+)',
		)
		.map(({ quantities: { count, span }, at }) => ({ count, span, at }))
	const single = facts
		.left('duration')
		.map((span) => ({ count: undefined, span, at: facts.reading.tagged.indexOf(`D${span.index}}`) }))
	for (const { span } of single) facts.claim(span)
	return [...repeated, ...single]
		.toSorted((a, b) => a.at - b.at)
		.flatMap(({ count, span }, index) =>
			span === undefined ? [] : [spanOf(facts.reading, builder, count, span, index)],
		)
}

function spanOf(
	reading: Reading,
	builder: ProgramBuilder,
	count: Quantity | undefined,
	span: Quantity,
	index: number,
): Term {
	const names = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth']
	if (count === undefined) return builder.given(span, `the ${names[index] ?? 'next'} span of time`)
	const noun = nounAfter(reading, count) || 'parts'
	const each = builder.given(span, `the time for one of the ${noun}`)
	return builder.step(
		'multiply',
		[builder.given(count, `the number of ${noun}`), each],
		`the time for all ${noun}`,
		span.unit,
	)
}

/** From two times to the time between them, without the pauses. */
function timeBetween(facts: Facts, builder: ProgramBuilder): Term | undefined {
	const [from, to, ...more] = facts.left('clock')
	const { asked, tagged } = facts.reading
	if (
		from === undefined ||
		to === undefined ||
		more.length > 0 ||
		!says(asked, 'how (?:long|many|much)|what is the (?:length|duration|time)')
	)
		return undefined
	const [start, end] = inOrder(from, to, tagged)
	const sameHalf = halfDay(start, end)
	const between = builder.step(
		'span',
		[builder.given(end, 'the end', sameHalf), builder.given(start, 'the start', sameHalf)],
		'the time between',
		'hours and minutes',
	)
	const spans = takeSpans(facts, builder)
	if (!facts.left().every(({ dimension }) => dimension === 'clock')) return undefined
	if (spans.length > 0 && !says(tagged, pauses)) return undefined
	const [pause] = spans
	const total = spans.length > 1 ? builder.step('add', spans, 'the breaks in all', 'hours and minutes') : pause
	const rest =
		total === undefined
			? between
			: builder.step('subtract', [between, total], 'the time without the breaks', 'hours and minutes')
	return asAsked(builder, rest, asked)
}

/** "arrives at 11:05, having left at 8:40" names the end first. */
function inOrder(from: Quantity, to: Quantity, tagged: string): readonly [Quantity, Quantity] {
	const endFirst =
		/(?:arriv\w+|end\w*|until|land\w*|finish\w*|clos\w+)[^.{]*\{K\d+\}[^.]*(?:left|leav\w+|start\w*|began|depart\w*|open\w*|from)[^.{]*\{K\d+\}/i
	return endFirst.test(tagged) ? [to, from] : [from, to]
}

/** "from 9 to 11:30 am" and "from 9 am to 5 pm" are the same kind of time. */
function halfDay(start: Quantity, end: Quantity): string {
	return start.unit === end.unit ? start.unit : 'time'
}

function asAsked(builder: ProgramBuilder, duration: Term, asked: string): Term {
	const unit = unitAskedFor(asked, ['duration'])
	if (unit === undefined) return duration
	const isClean = duration.value.mod(exact(15)).equals(0)
	return unit === 'minutes' || (unit === 'hours' && isClean) ? builder.inUnit(duration, unit) : duration
}
