import { z } from 'zod'
import { evaluateExpression } from './expression.ts'
import { isInLanguage } from './language.ts'
import { canonicalUnit, quantitiesIn, sameKind } from './quantity.ts'
import { hasForm, type LengthUnit, lengthIn, textForms } from './text-form.ts'

/** The kinds of constraint; all but `other` can be computed where their value is well formed. */
export const constraintKindSchema = z.enum([
	'number',
	'integer',
	'range',
	'unit',
	'length',
	'format',
	'must-include',
	'language',
	'other',
])

export const constraintSchema = z.object({
	id: z.string(),
	kind: constraintKindSchema,
	statement: z.string(),
	/**
	 * What the kind needs: `1..10`, `..10` or `0..` for a range; the unit; `<= 50 words` or `>= 3 sentences` for a length; the name of
	 * a format; the words to be included; a language tag. Null for the kinds that need nothing.
	 */
	value: z.string().nullable(),
})
export type Constraint = z.infer<typeof constraintSchema>

export type ConstraintCheck = {
	readonly id: string
	readonly statement: string
	/** `not-checked`: neither computed nor judged. */
	readonly outcome: 'holds' | 'fails' | 'not-checked'
	readonly evidence: string
	/** Whether it was computed, so that it is evidence from outside of any model. */
	readonly computed: boolean
}

/** Checks a constraint by computing, or returns null where only a judge can tell. */
export function computeConstraint(constraint: Constraint, final: string): ConstraintCheck | null {
	const value = constraint.value?.trim() ?? ''
	const finding = value.length > longestValue ? null : computations[constraint.kind](final, value)
	if (finding === null) return null
	const { id, statement } = constraint
	return { id, statement, outcome: finding.holds ? 'holds' : 'fails', evidence: finding.evidence, computed: true }
}

/** A longer value is a sentence, for a judge. */
const longestValue = 200
/** The result stands at the end. */
const longestRead = 2_000

type Finding = { readonly holds: boolean; readonly evidence: string } | null
type Computation = (final: string, value: string) => Finding

const computations: Readonly<Record<Constraint['kind'], Computation>> = {
	number: (final) =>
		statedNumber(final) === null
			? hasNoNumber(final)
			: { holds: true, evidence: `"${shortened(final)}" has a number.` },
	integer: (final) => {
		const number = statedNumber(final)
		if (number === null) return hasNoNumber(final)
		const written = shortened(number)
		return found(/^-?\d+(?:\.0*)?$/.test(number), `${written} is a whole number.`, `${written} is not a whole number.`)
	},
	range: inRange,
	unit: inUnit,
	length: inLength,
	format: (final, value) => {
		const form = textForms.find((name) => name === value.toLowerCase())
		if (form === undefined) return null
		return found(hasForm(final, form), `It has the form ${form}.`, `It does not have the form ${form}.`)
	},
	'must-include': (final, value) => {
		if (value === '') return null
		const quoted = shortened(value)
		const includes = sameLetters(final).includes(sameLetters(value))
		return found(includes, `It says "${quoted}".`, `"${quoted}" does not occur in "${shortened(final)}".`)
	},
	language: (final, value) => {
		const isInIt = value === '' ? null : isInLanguage(final, value)
		if (isInIt === null) return null
		return found(isInIt, `It is written in ${value}.`, `It is not written in ${value}.`)
	},
	other: () => null,
}

function found(holds: boolean, ifItDoes: string, ifNot: string): Finding {
	return { holds, evidence: holds ? ifItDoes : ifNot }
}

/** The last number that is stated, but for an explanation in parentheses behind it; null where there is none. */
function statedNumber(final: string): string | null {
	const end = final.slice(-longestRead)
	const before = end.replace(/\s*\([^()]*\)[.\s]*$/, '')
	return (quantitiesIn(before).at(-1) ?? quantitiesIn(end).at(-1))?.value ?? null
}

function hasNoNumber(final: string): Finding {
	return { holds: false, evidence: `"${shortened(final)}" has no number.` }
}

function inRange(final: string, value: string): Finding {
	const [, least = '', most = ''] = /^(-?\d[\d,]*(?:\.\d+)?)?\s*\.\.\s*(-?\d[\d,]*(?:\.\d+)?)?$/.exec(value) ?? []
	if (least === '' && most === '') return null
	const number = statedNumber(final)
	if (number === null) return hasNoNumber(final)
	const [fromLeast, fromMost] = [compare(number, least), compare(number, most)]
	if ((fromLeast === null && least !== '') || (fromMost === null && most !== '')) return null
	if ((fromLeast ?? 0) < 0) return { holds: false, evidence: `${number} is less than ${least}.` }
	const limits = [least === '' ? '' : `at least ${least}`, most === '' ? '' : `at most ${most}`].filter(
		(limit) => limit !== '',
	)
	return found((fromMost ?? 0) <= 0, `${number} is ${limits.join(' and ')}.`, `${number} is more than ${most}.`)
}

/** Null where one of them can't be worked out. */
function compare(left: string, right: string): number | null {
	const [one, other] = [evaluateExpression(left), evaluateExpression(right.replaceAll(',', ''))]
	return one.ok && other.ok ? one.value.comparedTo(other.value) : null
}

/** A unit that isn't found may be written in another way: only where nothing but other kinds is measured is it contradicted. */
function inUnit(final: string, value: string): Finding {
	if (value === '') return null
	const units = quantitiesIn(final.slice(-longestRead)).flatMap(({ unit }) => (unit === '' ? [] : [unit]))
	if (units.includes(canonicalUnit(value)) || standsAlone(value, final))
		return { holds: true, evidence: `It is given in ${value}.` }
	const kinds = units.map((unit) => sameKind(unit, value))
	const other = kinds.includes(true) ? undefined : units[kinds.indexOf(false)]
	return other === undefined ? null : { holds: false, evidence: `It is given in ${other}, not in ${value}.` }
}

/** Not as a part of a longer word, or every "m" would be metres; a plural is the same unit. */
function standsAlone(unit: string, final: string): boolean {
	const literal = unit.toLowerCase().replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
	return new RegExp(`(?<!\\p{L})${literal}${unit.length > 1 ? 's?' : ''}(?!\\p{L})`, 'u').test(final.toLowerCase())
}

const lengthPattern = /^(?:(<=|>=|=)\s*)?(\d{1,6})\s*(characters?|words?|sentences?|lines?)$/i

function inLength(final: string, value: string): Finding {
	const [, relation = '<=', written = '', unit = ''] = lengthPattern.exec(value) ?? []
	if (unit === '') return null
	const counted = lengthIn(final, `${unit.toLowerCase().replace(/s$/, '')}s` as LengthUnit)
	const wanted = Number(written)
	const holds = relation === '<=' ? counted <= wanted : relation === '>=' ? counted >= wanted : counted === wanted
	return found(holds, `It has ${counted} ${unit}.`, `It has ${counted} ${unit}; wanted is ${relation} ${written}.`)
}

/** What differs between keyboards and languages, but not to people. */
function sameLetters(text: string): string {
	return text.normalize('NFKC').toLowerCase().replaceAll(/[‘’]/g, "'").replaceAll(/[“”]/g, '"').replaceAll(/\s+/g, ' ')
}

const longestQuoted = 80

function shortened(text: string): string {
	const line = text.replaceAll(/\s+/g, ' ').trim()
	return line.length > longestQuoted ? `${line.slice(0, longestQuoted - 1)}…` : line
}
