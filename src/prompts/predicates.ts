import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { computeConstraint, refuses } from '../checks/index.ts'
import { pathSegments, textsIn, valueAt } from './value-at.ts'

/** Something that must hold of a reply. */
export type Predicate = {
	/** As it is written in the case, for people. */
	readonly written: string
	/** What is found instead, in a sentence; null where it holds. `value` is the object, `text` all that the model wrote. */
	failure(reply: { readonly value: unknown; readonly text: string }): string | null
}

type Test = {
	readonly argument: z.ZodType
	failure(found: unknown, argument: unknown): string | null
}

/** A kind of predicate: what it is given, and what is wrong with what was found. */
function test<Argument>(
	argument: z.ZodType<Argument>,
	failure: (found: unknown, argument: Argument) => string | null,
): Test {
	return { argument, failure: (found, given) => failure(found, argument.parse(given)) }
}

const oneOrMore = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)])
const count = z.union([z.int().nonnegative(), z.string().regex(/^\d+\.\.\d*$/, 'write it as 3, 1..3 or 1..')])
const pattern = z.string().refine(isPattern, 'it is no regular expression')
const longest = z.string().regex(/^\d{1,6} (?:characters|words|sentences|lines)$/, 'write it as 60 words')

/** Every kind of predicate. A new one is an entry here. */
const tests: Readonly<Record<string, Test>> = {
	equals: test(z.unknown(), (found, wanted) => (isDeepStrictEqual(found, wanted) ? null : `It is ${shown(found)}.`)),
	contains: test(oneOrMore, (found, wanted) => {
		const missing = [wanted].flat().filter((each) => !includes(found, each))
		return missing.length === 0 ? null : `"${missing.join('", "')}" does not occur.`
	}),
	lacks: test(oneOrMore, (found, unwanted) => {
		const there = [unwanted].flat().filter((each) => includes(found, each))
		return there.length === 0 ? null : `"${there.join('", "')}" occurs.`
	}),
	matches: test(pattern, (found, wanted) => {
		const expression = new RegExp(wanted, 'iu')
		return textsIn(found).some((each) => expression.test(each)) ? null : `Nothing matches in ${shown(found)}.`
	}),
	count: test(count, (found, wanted) => {
		const [least = '', most = least] = String(wanted).split('..')
		if (!Array.isArray(found)) return `It is no list: ${shown(found)}.`
		const isWithin = found.length >= Number(least) && (most === '' || found.length <= Number(most))
		return isWithin ? null : `It has ${found.length}.`
	}),
	language: test(z.string(), (found, tag) => constraintFailure('language', tag, found)),
	longest: test(longest, (found, length) => constraintFailure('length', `<= ${length}`, found)),
	format: test(z.string(), (found, form) => constraintFailure('format', form, found)),
	refuses: test(z.literal(false), (found) => {
		const text = textsIn(found).join(' ')
		return refuses(text) || excuses.test(text) ? 'It refuses.' : null
	}),
}

/** What no reply to a case has a reason to say. */
const excuses = /\bI(?: am|['’]m) (?:sorry|unable|not able)\b|\bas an AI\b/i

/**
 * One predicate as a case writes it: one kind with its argument, such as `{ contains: $48 }`, and with `json` the place in the
 * object that it is about.
 */
export const predicateSchema = z.record(z.string(), z.unknown()).transform((given, context): Predicate => {
	const problems = predicateProblems(given)
	for (const message of problems) context.addIssue({ code: 'custom', message })
	if (problems.length > 0) return z.NEVER
	return toPredicate(given)
})

function predicateProblems({ json, ...kinds }: Readonly<Record<string, unknown>>): readonly string[] {
	const names = Object.keys(kinds)
	const known = Object.keys(tests).join(', ')
	const unknown = names.filter((name) => !Object.hasOwn(tests, name))
	if (unknown.length > 0) return unknown.map((name) => `there is no predicate "${name}"; there are ${known}`)
	if (names.length !== 1) return [`a predicate has one of ${known}, and it may have json; this has ${names.length}`]
	const isPath = json === undefined || (typeof json === 'string' && (pathSegments(json)?.length ?? 0) > 0)
	const wrong = names.flatMap((name) => tests[name]?.argument.safeParse(kinds[name]).error?.issues ?? [])
	return [
		...(isPath ? [] : [`json must be a path such as givens[0].statement or checks[*].holds, not ${shown(json)}`]),
		...wrong.map(({ message }) => `${names.join()}: ${message}`),
	]
}

function toPredicate(given: Readonly<Record<string, unknown>>): Predicate {
	const { json, ...kinds } = given
	const [[name, argument] = ['', null]] = Object.entries(kinds)
	const segments = typeof json === 'string' ? pathSegments(json) : null
	return {
		written: Object.entries(given)
			.map(([key, value]) => `${key} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
			.join(' '),
		failure: ({ value, text }) => {
			const found = segments === null ? text : valueAt(value, segments)
			if (found === undefined) return 'There is nothing there.'
			return tests[name]?.failure(found, argument) ?? null
		},
	}
}

/** What is the same to people: case, spaces, kinds of quotation marks. */
function alike(text: string): string {
	return text.normalize('NFKC').toLowerCase().replaceAll(/[‘’]/g, "'").replaceAll(/[“”]/g, '"').replaceAll(/\s+/g, ' ')
}

function includes(found: unknown, wanted: string): boolean {
	return textsIn(found).some((each) => alike(each).includes(alike(wanted)))
}

function constraintFailure(kind: 'language' | 'length' | 'format', value: string, found: unknown): string | null {
	const check = computeConstraint({ id: 'c1', kind, statement: '', value }, textsIn(found).join('\n'))
	if (check === null) return `Whether it does can't be told of ${shown(found)}.`
	return check.outcome === 'holds' ? null : check.evidence
}

function isPattern(text: string): boolean {
	try {
		return new RegExp(text, 'iu') instanceof RegExp
	} catch {
		return false
	}
}

const longestShown = 80

function shown(value: unknown): string {
	const text = JSON.stringify(value) ?? 'nothing'
	return text.length > longestShown ? `${text.slice(0, longestShown - 1)}…` : text
}
