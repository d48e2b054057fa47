import { Facts } from '../facts.ts'
import type { Family } from '../family.ts'
import { nounAfter } from '../nouns.ts'
import { ProgramBuilder, type Term } from '../program.ts'
import type { Quantity } from '../reading.ts'
import { singular } from '../units.ts'
import { type Found, says } from '../wording.ts'

const containers =
	'bus(?:es)?|coach(?:es)?|minibus(?:es)?|vans?|boats?|cars?|tables?|tents?|rooms?|boxes|box|crates?|trucks?|cabins?|carriages?|planes?|rafts?|gondolas?'

const needed = 'needs?|needed|required?|requires?|must|have to|at least'
/** Not everybody goes, or not all of the room is free. */
const notAll =
	'but|except|without|already|only|others?|rest|ill|sick|absent|cancel(?:s|led)?|walks?|stays?|empty|free|broken|taken|occupied|reserved|own|half|twice|times|more|fewer|less|not'

/** Groups of people or things that have to fit somewhere: how many buses, tables or boxes are needed for all of them. */
export const capacity: Family = {
	name: 'capacity',
	solve(reading) {
		const [, asked = ''] = new RegExp(`how many (?:such |of these )?(${containers})\\b`, 'i').exec(reading.asked) ?? []
		if (asked === '' || !says(reading.tagged, needed) || says(reading.tagged, notAll)) return undefined
		if (reading.quantities.some(({ dimension, optional }) => dimension !== 'count' && !optional)) return undefined
		const facts = new Facts(reading)
		const builder = new ProgramBuilder(reading)
		const size = roomIn(facts)
		const parts = size === undefined ? [] : partsOf(facts, builder)
		if (size === undefined || parts.length < 2 || !facts.complete) return undefined
		const room = builder.given(size, `the number of places in one ${singular(asked)}`)
		const all = builder.step('add', parts, 'the number of places needed', '')
		const operation = all.value.mod(room.value).equals(0) ? 'divide' : 'round up'
		return builder.finish('capacity', builder.step(operation, [all, room], `the number of ${asked}`, ''))
	},
}

/** "A bus has 48 seats", "each table seats 8", "vans for 9 people". */
function roomIn(facts: Facts): Quantity | undefined {
	return facts.takeOne(
		`(?:an?|one|each|every|per) (?:${containers}) (?:has|have|seats?|holds?|takes?|carries|fits?|offers?|(?:has|with) (?:room|space) for|is for)(?: up to| at most| exactly)?(?: room for| space for)? {size:N}`,
		`(?:${containers}) (?:with|of|for|that (?:seat|hold|take|carry|fit|have))(?: up to| at most| room for| space for)? {size:N}`,
	)?.quantities.size
}

/** Groups of a size first, then what is counted one by one. */
function partsOf(facts: Facts, builder: ProgramBuilder): readonly Term[] {
	const groups = facts
		.take('{count:N} (?<group>[a-z-]+) (?:of|with|containing|holding) {size:N} (?<members>[a-z-]+)')
		.flatMap((found) => groupOf(builder, found))
	const single = facts.left('count').flatMap((quantity) => {
		const noun = nounAfter(facts.reading, quantity)
		if (noun === '' || says(noun, containers)) return []
		facts.claim(quantity)
		return [builder.given(quantity, `the number of ${noun}`)]
	})
	return [...groups, ...single]
}

function groupOf(builder: ProgramBuilder, { quantities: { count, size }, words }: Found): readonly Term[] {
	const { group = 'groups', members = 'members' } = words
	if (count === undefined || size === undefined) return []
	const number = builder.given(count, `the number of ${group} of ${members}`)
	const each = builder.given(size, `the number of ${members} in each ${singular(group)}`)
	return [builder.step('multiply', [number, each], `the number of ${members}`, '')]
}
