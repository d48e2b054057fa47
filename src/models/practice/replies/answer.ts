import type { ChatRequest } from '../protocol.ts'
import { questionOf, type Sections, sectionsOf } from '../roles.ts'
import { carryOutProgram, type Done } from '../solver/carry-out.ts'
import { readObjectives } from '../solver/objective.ts'
import { capitalized } from '../solver/program.ts'
import { solve } from '../solver/registry.ts'
import { isSentence } from '../solver/same-answer.ts'
import { cannotAnswer, isRefusal, smallTalk } from './honesty.ts'
import { understand } from './understanding.ts'

/** A result of a subtask: what it is, and how much. */
type NamedResult = { readonly label: string; readonly result: string }

/** The direct answer: small talk, a worked answer, or an honest refusal. */
export function directReply(request: ChatRequest): string {
	const question = questionOf(request)
	const talk = smallTalk(question)
	if (talk !== undefined) return talk
	const { assumption } = understand(request)
	const answer = workedOut(request)
	return assumption === undefined || answer === cannotAnswer() ? answer : `${answer} Assumed: ${assumption}`
}

/** The whole question at once. */
function workedOut(request: ChatRequest): string {
	const { program } = understand(request)
	if (program === undefined) return cannotAnswer()
	const done = carryOutProgram(program)
	return worded(done.map(withCalculation), done.at(-1)?.result ?? program.result, program.steps.length === 1)
}

/** What stands for a final result that no step has come to is an instruction in brackets, not a result. */
const isUnfinished = (final: string) => final.startsWith('(not worked out')

/** The final answer of a staged run, from the results as they stand in the prompt. */
export function stagedReply(request: ChatRequest): string {
	const sections = sectionsOf(request)
	const final = sections.get('final-result') ?? ''
	if (final === '' || isRefusal(final)) return cannotAnswer()
	if (isUnfinished(final)) return `${workedOut(request)}${remarks(sections)}`
	const results = readResults(sections)
	return `${worded(results.length > 0 ? results : found(request, final), final, false)}${remarks(sections)}`
}

/** An answer that was found as a whole has no results of steps; the question says what it is. */
function found(request: ChatRequest, final: string): readonly NamedResult[] {
	const label = labelOf(understand(request).program?.steps.at(-1)?.objective)
	return label === undefined ? [] : [{ label, result: final }]
}

/** The answer first, then how it follows: at most three sentences, grouped where there are more results. */
function worded(results: readonly NamedResult[], final: string, isShort: boolean): string {
	const last = results.at(-1)
	const lead =
		last === undefined || isSentence(final)
			? capitalized(final)
			: `${capitalized(last.label)} is ${isShort ? last.result : final}`
	const facts = results.slice(0, -1).map(({ label, result }) => `${label} is ${result}`)
	const size = Math.max(2, Math.ceil(facts.length / 3))
	const sentences = Array.from({ length: Math.ceil(facts.length / size) }, (_, index) => {
		return `${capitalized(facts.slice(index * size, (index + 1) * size).join(' and '))}.`
	})
	return [`${lead}.`, ...sentences].join(' ')
}

/** "17 * 23 = 391" instead of "391", where the result is what the calculation gives. */
function withCalculation({ label, calculations, result }: Done): NamedResult {
	const [calculation, ...more] = calculations
	if (calculation === undefined || more.length > 0 || !/^[-$€£]?[\d.]+(?: [a-z]+)?$/i.test(result))
		return { label, result }
	return { label, result: `${calculation.expression} = ${result}` }
}

/** The lines `s1: <objective>: <result>`. */
function readResults(sections: Sections): readonly NamedResult[] {
	const lines = [...(sections.get('results') ?? '').matchAll(/^\s*s\d+: (.+)$/gm)]
	return lines.flatMap(([, line = '']) => {
		const [, objective = '', result = ''] = /^(.+\.): (.+)$/.exec(line) ?? /^(.+?): (.+)$/.exec(line) ?? []
		const label =
			labelOf(objective) ??
			(lines.length === 1 ? labelOf(solve(sections.get('question') ?? '')?.steps.at(-1)?.objective) : undefined)
		return label === undefined ? [] : [{ label, result }]
	})
}

function labelOf(objective: string | undefined): string | undefined {
	return objective === undefined ? undefined : readObjectives(objective)?.at(-1)?.objective.label
}

function remarks(sections: Sections): string {
	const named = ['assumptions', 'unresolved'].flatMap((name) => {
		const text = (sections.get(name) ?? '')
			.replace(/^[-*\s]+/gm, '')
			.replace(/\s*\n\s*/g, '; ')
			.replace(/\.$/, '')
		const isEmpty = text === '' || /^\(?(?:none|n\/a|nothing)\)?$/i.test(text)
		return isEmpty ? [] : [`${name === 'assumptions' ? 'Assumed' : 'Not settled'}: ${text}.`]
	})
	return named.length === 0 ? '' : ` ${named.join(' ')}`
}
