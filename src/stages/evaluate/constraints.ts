import { numbersIn } from '../../checks/index.ts'
import type { Constraint } from '../analyze/stage.ts'

export type ConstraintCheck = {
	readonly id: string
	readonly statement: string
	/** `not-checked`: neither computed nor judged. */
	readonly outcome: 'holds' | 'fails' | 'not-checked'
	readonly evidence: string
}

/** Checks a constraint by computing, or returns null where only a judge can tell. */
export function computeConstraint(constraint: Constraint, final: string): ConstraintCheck | null {
	const holds = compute(constraint, final)
	if (holds === null) return null
	const evidence = holds ? `"${final}" satisfies it.` : `"${final}" does not satisfy it.`
	return { id: constraint.id, statement: constraint.statement, outcome: holds ? 'holds' : 'fails', evidence }
}

function compute({ kind, value }: Constraint, final: string): boolean | null {
	switch (kind) {
		case 'number':
			return numbersIn(final).length > 0
		case 'integer':
			return numbersIn(final).some((number) => Number.isInteger(Number(number)))
		case 'unit':
			return value === null ? null : unitStands(value, final)
		case 'must-include':
			return value === null ? null : final.toLowerCase().includes(value.toLowerCase())
		case 'other':
			return null
	}
}

/** Signs that stand for unit words. */
const signs: Readonly<Record<string, readonly string[]>> = {
	$: ['dollar', 'dollars', 'usd'],
	'€': ['euro', 'euros', 'eur'],
	'£': ['pound', 'pounds', 'gbp'],
	'%': ['percent', 'per cent'],
}

/** A unit that isn't found may be written in another way, so its absence is left to the judge. */
function unitStands(unit: string, final: string): true | null {
	const text = final.toLowerCase()
	const wanted = unit.toLowerCase().trim()
	const forms = [wanted, wanted.replace(/s$/, ''), ...(signs[wanted] ?? []), ...signsOf(wanted)]
	return forms.some((form) => form !== '' && standsAlone(form, text)) ? true : null
}

/** Not as a part of a longer word, or every "m" would be metres; a plural is the same unit. */
function standsAlone(form: string, text: string): boolean {
	const plural = form.length > 1 ? 's?' : ''
	const literal = form.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
	return new RegExp(`(?<!\\p{L})${literal}${plural}(?!\\p{L})`, 'u').test(text)
}

function signsOf(word: string): readonly string[] {
	return Object.entries(signs).flatMap(([sign, words]) => (words.includes(word) ? [sign] : []))
}
