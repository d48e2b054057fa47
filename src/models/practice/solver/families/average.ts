import { Facts } from '../facts.ts'
import type { Family } from '../family.ts'
import { ProgramBuilder, type Term } from '../program.ts'
import type { Quantity, Reading } from '../reading.ts'
import { says } from '../wording.ts'

/** The average of several values, and their total. */
export const average: Family = {
	name: 'average',
	solve(reading) {
		const values = new Facts(reading).left().filter(({ dimension }) => dimension !== 'calendar' || isAboutDays(reading))
		const builder = new ProgramBuilder(reading)
		const result = averageOf(reading, builder, values)
		return result === undefined ? undefined : builder.finish('average', result)
	},
}

function isAboutDays({ asked }: Reading): boolean {
	return says(asked, 'days|weeks|months|years')
}

function averageOf(reading: Reading, builder: ProgramBuilder, all: readonly Quantity[]): Term | undefined {
	if (!says(reading.asked, 'average|mean|on average') || says(reading.tagged, 'speed|per ?cent|km/h')) return undefined
	const values = withoutTheirNumber(all)
	const days = reading.quantities.filter(({ dimension }) => dimension === 'calendar')
	builder.use(
		...all.filter((quantity) => !values.includes(quantity)),
		...days.filter(({ value }) => value.equals(values.length)),
	)
	if (new Set(values.map(({ dimension }) => dimension)).size !== 1) return undefined
	if (values.length === 2 && all.length === 2) return totalByNumber(reading, builder, values)
	if (values.length < 2) return undefined
	const terms = values.map((value, index) =>
		builder.given(value, `value ${words[index] ?? 'number'}`, commonUnit(values)),
	)
	return builder.step('average', terms, 'the average', commonUnit(values))
}

const words = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve']

/** "In three games … 12, 17 and 25": the three only says how many values there are. */
function withoutTheirNumber(all: readonly Quantity[]): readonly Quantity[] {
	const [first, ...rest] = all
	return first?.dimension === 'count' && rest.length > 1 && first.value.equals(rest.length) ? rest : all
}

/** "scored 96 points in 4 games": one of the two is the number of times. */
function totalByNumber(reading: Reading, builder: ProgramBuilder, values: readonly Quantity[]): Term | undefined {
	const [total, number] = values
	const { tagged } = reading
	if (total === undefined || number === undefined) return undefined
	if (says(tagged, `\\{[A-Z]${total.index}\\} and \\{[A-Z]${number.index}\\}`)) {
		return builder.step(
			'average',
			values.map((value, index) => builder.given(value, `value ${words[index]}`)),
			'the average',
			commonUnit(values),
		)
	}
	if (
		!says(
			tagged,
			`\\{[A-Z]${total.index}\\}[^.]*(?:in|over|during|for|across) (?:the |her |his |their )?(?:last |first )?\\{[A-Z]${number.index}\\}`,
		)
	)
		return undefined
	return builder.step(
		'divide',
		[builder.given(total, 'the total'), builder.given(number, 'the number of times')],
		'the average',
		total.unit,
	)
}

function commonUnit(values: readonly Quantity[]): string {
	return values.find(({ unit }) => unit !== '')?.unit ?? ''
}
