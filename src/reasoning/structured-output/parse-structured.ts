import { jsonrepair } from 'jsonrepair'
import type { z } from 'zod'
import { jsonCandidates } from './json-candidates.ts'

export type Structured<T> =
	| { readonly ok: true; readonly value: T }
	/** `problem` is a sentence that a model can be asked to repair its reply with. */
	| { readonly ok: false; readonly problem: string }

const longestText = 200_000
const longestProblem = 600
/** Repair is made for small damage; on large damage its time grows faster than the text. */
const longestRepair = 50_000
const mostRepairs = 3

/** Finds the JSON object in a model's reply, mends small damage and checks it against the schema. Never throws. */
export function parseStructured<T>(text: string, schema: z.ZodType<T>): Structured<T> {
	if (text.length > longestText) return failed(`The reply is longer than ${longestText} characters.`)
	const whole = parse(text)
	if (typeof whole === 'object' && whole !== null) {
		// Nearly always the whole text is the object, and there is nothing to look for.
		const checked = check(whole, schema)
		if (checked.ok) return checked
	}
	const candidates = jsonCandidates(text)
	const problems: string[] = []
	for (const value of parsedValues(candidates)) {
		const checked = check(value, schema)
		if (checked.ok) return checked
		problems.push(checked.problem)
	}
	return failed(problems[0] ?? 'The reply contains no JSON object.')
}

function* parsedValues(candidates: readonly string[]): Generator<unknown> {
	const broken: string[] = []
	for (const candidate of candidates) {
		const value = parse(candidate)
		if (value === undefined) broken.push(candidate)
		else yield value
	}
	const repairable = broken.filter((candidate) => candidate.length <= longestRepair && candidate.startsWith('{'))
	for (const candidate of repairable.slice(0, mostRepairs)) {
		const value = repair(candidate)
		if (typeof value === 'object' && value !== null) yield value
	}
}

function repair(text: string): unknown {
	try {
		return parse(jsonrepair(text))
	} catch {
		return undefined
	}
}

/** How the key that must not get through may be written. */
const prototypeKey = /__proto__|\\u00/

function parse(text: string): unknown {
	try {
		if (!prototypeKey.test(text)) return JSON.parse(text)
		return JSON.parse(text, (key, value: unknown) => (key === '__proto__' ? undefined : value))
	} catch {
		return undefined
	}
}

function check<T>(value: unknown, schema: z.ZodType<T>): Structured<T> {
	try {
		const parsed = schema.safeParse(value)
		if (parsed.success) return { ok: true, value: parsed.data }
		// Strict schemas make every property required, so a model writes null for what it would leave out.
		const without = schema.safeParse(withoutNulls(value))
		return without.success ? { ok: true, value: without.data } : failed(problemOf(parsed.error))
	} catch {
		return failed('The reply is nested too deeply.')
	}
}

function withoutNulls(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(withoutNulls)
	if (typeof value !== 'object' || value === null) return value
	const kept = Object.entries(value).filter(([, property]) => property !== null)
	return Object.fromEntries(kept.map(([key, property]) => [key, withoutNulls(property)]))
}

function problemOf(error: z.ZodError): string {
	const issues = error.issues.map(({ path, message }) => (path.length === 0 ? message : `${placeOf(path)}: ${message}`))
	return `The JSON object doesn't match the schema: ${issues.join('; ')}.`
}

function placeOf(path: readonly PropertyKey[]): string {
	return path.reduce<string>((place, key) => {
		if (typeof key === 'number') return `${place}[${key}]`
		return place === '' ? String(key) : `${place}.${String(key)}`
	}, '')
}

function failed(problem: string): { readonly ok: false; readonly problem: string } {
	return { ok: false, problem: problem.length > longestProblem ? `${problem.slice(0, longestProblem - 1)}…` : problem }
}
