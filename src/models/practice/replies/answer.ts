import type { ChatRequest } from '../protocol.ts'
import { questionOf, type Sections, sectionsOf } from '../roles.ts'
import { readObjective } from '../solver/objective.ts'
import { capitalized } from '../solver/program.ts'
import { solve } from '../solver/registry.ts'
import { carriedOut } from './carried-out.ts'
import { cannotAnswer, smallTalk } from './honesty.ts'

/** A result of a subtask: what it is, and how much. */
export type NamedResult = { readonly label: string; readonly result: string }

/** The direct answer: small talk, a worked answer, or an honest refusal. */
export function directReply(request: ChatRequest): string {
	const question = questionOf(request)
	const talk = smallTalk(question)
	if (talk !== undefined) return talk
	const program = solve(question)
	return program === undefined ? cannotAnswer() : worded(carriedOut(program), program.result)
}

/** The final answer of a staged run, from the results as they stand in the prompt. */
export function stagedReply(request: ChatRequest): string {
	const sections = sectionsOf(request)
	const final = sections.get('final-result') ?? ''
	if (final === '' || final.includes('practice model')) return cannotAnswer()
	return `${worded(readResults(sections), final)}${remarks(sections)}`
}

/** The answer first, then how it follows: at most three sentences, grouped where there are more results. */
function worded(results: readonly NamedResult[], final: string): string {
	const last = results.at(-1)
	const lead = last === undefined || isSentence(final) ? capitalized(final) : `${capitalized(last.label)} is ${final}`
	const facts = results.slice(0, -1).map(({ label, result }) => `${label} is ${result}`)
	const size = Math.max(2, Math.ceil(facts.length / 3))
	const sentences = Array.from({ length: Math.ceil(facts.length / size) }, (_, index) => {
		return `${capitalized(facts.slice(index * size, (index + 1) * size).join(' and '))}.`
	})
	return [`${lead}.`, ...sentences].join(' ')
}

/** A comparison already says who wins. */
function isSentence(result: string): boolean {
	return / (?:is cheaper|pays more|cost the same)\b/.test(result)
}

/** The lines `s1: <objective>: <result>`. */
function readResults(sections: Sections): readonly NamedResult[] {
	const lines = [...(sections.get('results') ?? '').matchAll(/^\s*s\d+: (.+)$/gm)]
	return lines.flatMap(([, line = '']) => {
		const [, objective = '', result = ''] = /^(.+\.): (.+)$/.exec(line) ?? /^(.+?): (.+)$/.exec(line) ?? []
		const label = readObjective(objective)?.label
		return label === undefined ? [] : [{ label, result }]
	})
}

function remarks(sections: Sections): string {
	const named = ['assumptions', 'unresolved'].flatMap((name) => {
		const text =
			sections
				.get(name)
				?.replace(/^[-*\s]+/gm, '')
				.replace(/\s*\n\s*/g, '; ')
				.replace(/\.$/, '') ?? ''
		return text === '' || /^(?:none|\(none\)|n\/a|-)$/i.test(text)
			? []
			: [`${name === 'assumptions' ? 'Assumed' : 'Not settled'}: ${text}.`]
	})
	return named.length === 0 ? '' : ` ${named.join(' ')}`
}
