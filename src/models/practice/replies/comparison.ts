import type { ChatRequest } from '../protocol.ts'
import { questionOf, type Sections, sectionsOf } from '../roles.ts'
import { statements, subjectOf } from '../solver/as-read.ts'
import type { Program } from '../solver/program.ts'
import { readQuestion } from '../solver/reading.ts'
import { understand } from './understanding.ts'

type Difference = { readonly kind: 'added' | 'dropped' | 'changed'; readonly what: string }

/** Compares a reading with its question: what was changed, dropped or added, and whether something else is asked. */
export function comparisonReply(request: ChatRequest): { readonly differences: readonly Difference[] } {
	const sections = sectionsOf(request)
	const { program } = understand(request)
	const differences =
		program === undefined
			? numbersDiffering(questionOf(request), sections)
			: [...givensDiffering(program, sections), ...aimDiffering(program, sections)]
	return { differences }
}

/** By what the givens say, whatever their ids: the other sense of an ambiguous question may number them in another order. */
function givensDiffering({ givens }: Program, sections: Sections): readonly Difference[] {
	const own = givens.map(({ statement }) => statement)
	const read = [...statements(sections.get('reading-givens') ?? '').values()]
	const left = read.filter((statement) => !own.includes(statement))
	const differences = own
		.filter((statement) => !read.includes(statement))
		.map((statement) => {
			const at = left.findIndex((other) => subjectOf(other) === subjectOf(statement))
			if (at === -1) return difference('dropped', `The question says: ${statement}`)
			const [other] = left.splice(at, 1)
			return difference('changed', `The question says: ${statement} The reading says: ${other}`)
		})
	return [...differences, ...left.map((each) => difference('added', `The question does not say: ${each}`))]
}

function aimDiffering({ unknown }: Program, sections: Sections): readonly Difference[] {
	const read = sections.get('reading-unknown') ?? ''
	return read === unknown
		? []
		: [difference('changed', `The question asks for ${unknown}. The reading asks for ${read}.`)]
}

/** Of a question that it can't solve, it can still tell whether all numbers have arrived. */
function numbersDiffering(question: string, sections: Sections): readonly Difference[] {
	const asked = numbersOf(question)
	const read = numbersOf(['restatement', 'reading-givens'].map((name) => sections.get(name) ?? '').join('\n'))
	return [
		...missingIn(read, asked).map((number) => difference('dropped', `${number} stands in the question only.`)),
		...missingIn(asked, read).map((number) => difference('added', `${number} stands in the reading only.`)),
	]
}

function numbersOf(text: string): ReadonlyMap<string, string> {
	const { quantities } = readQuestion(text.replace(/^\s*g\d+: /gm, ''))
	return new Map(quantities.map(({ value, unit, written }) => [`${value.toFraction()} ${unit}`, written]))
}

function missingIn(there: ReadonlyMap<string, string>, from: ReadonlyMap<string, string>): readonly string[] {
	return [...from].flatMap(([key, written]) => (there.has(key) ? [] : [written]))
}

function difference(kind: Difference['kind'], what: string): Difference {
	return { kind, what }
}
