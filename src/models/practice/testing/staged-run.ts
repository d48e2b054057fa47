import type { PracticeOptions } from '../options.ts'
import { ask, askFor, type Reply, type Subtask, type SubtaskResult } from './ask.ts'
import { wrongCalculations } from './grading.ts'
import { stageRequest } from './prompts.ts'

/** What a staged run came to. */
export type StagedRun = {
	/** The reading that was worked with; the first one where nothing was found wrong with it. */
	readonly analysis: Reply<'analysis'>
	readonly differences: Reply<'comparison'>['differences']
	readonly subtasks: readonly Subtask[]
	readonly results: readonly SubtaskResult[]
	/** The whole question again, by each method. */
	readonly solutions: readonly Reply<'solution'>[]
	readonly final: string
	readonly answer: string
}

type Options = Partial<PracticeOptions>
type Lines = ReadonlyMap<string, string>
const methods = ['forwards', 'backwards', 'equations']

/**
 * Goes through the six stages with what the bot asks for in each, in the simplest way: what a check finds is asked for again, and a
 * judge chooses where an alternative comes to something else.
 */
export function stagedRun(question: string, limit = 20, options: Options = {}, clarifications = 'none'): StagedRun {
	const { analysis, differences } = understood(question, clarifications, options)
	const subtasks = planned(question, analysis, limit, options)
	const results = executed(subtasks, analysis, options)
	const solutions = methods.map((method, seed) => solution(question, analysis, method, seed, options))
	const final = evaluated(question, analysis, [results.at(-1)?.result ?? '', ...solutions.map(({ answer }) => answer)])
	const answer = ask(
		stageRequest({
			question,
			'understood-as': analysis.restatement,
			assumptions: analysis.ambiguities.map(({ assumption }) => assumption).join('\n') || 'none',
			results: subtasks.map(({ id, objective }, index) => `${id}: ${objective}: ${results[index]?.result}`).join('\n'),
			'final-result': final,
			unresolved: 'none',
		}),
		options,
	)
	return { analysis, differences, subtasks, results, solutions, final, answer }
}

function understood(question: string, clarifications: string, options: Options) {
	const read = (differences: string) =>
		askFor('analysis', { conversation: '', question, clarifications, differences }, options)
	const analysis = read('none')
	const { differences } = askFor(
		'comparison',
		{
			question,
			clarifications,
			restatement: analysis.restatement,
			'reading-givens': givenLines(analysis),
			'reading-unknown': analysis.unknown,
		},
		options,
	)
	if (differences.length === 0) return { analysis, differences }
	return { analysis: read(differences.map(({ kind, what }) => `${kind}: ${what}`).join('\n')), differences }
}

function planned(question: string, analysis: Reply<'analysis'>, limit: number, options: Options): readonly Subtask[] {
	const plan = (problem: string) =>
		askFor('plan', { ...understoodAs(question, analysis), 'problem-with-the-last-plan': problem }, options, {
			instructions: `At most ${limit} subtasks, with the ids s1, s2.`,
		}).subtasks
	const first = plan('none')
	const problem = planProblem(first, analysis, limit)
	return problem === null ? first : plan(problem)
}

/** What keeps a plan from being carried out from front to back, in a few words. */
export function planProblem(
	subtasks: readonly Subtask[],
	{ givens }: Reply<'analysis'>,
	limit: number,
): 'too many' | 'no such input' | 'circle' | 'dead end' | null {
	if (subtasks.length > limit) return 'too many'
	const all = new Set([...givens, ...subtasks].map(({ id }) => id))
	if (subtasks.some(({ inputs }) => inputs.some((id) => !all.has(id)))) return 'no such input'
	const known = new Set(givens.map(({ id }) => id))
	for (const { id, inputs } of subtasks) {
		if (inputs.some((input) => !known.has(input))) return 'circle'
		known.add(id)
	}
	const used = new Set(subtasks.flatMap(({ inputs }) => inputs))
	return subtasks.slice(0, -1).some(({ id }) => !used.has(id)) ? 'dead end' : null
}

function executed(
	subtasks: readonly Subtask[],
	analysis: Reply<'analysis'>,
	options: Options,
): readonly SubtaskResult[] {
	const lines = new Map(analysis.givens.map(({ id, statement }) => [id, `${id}: ${statement}`]))
	return subtasks.map((subtask, index) => {
		const sections = sectionsFor(subtask, lines)
		const solved = sampled(sections, options)
		const rounded = index === subtasks.length - 1 ? corrected(solved, analysis, sections, options) : solved
		lines.set(subtask.id, `${subtask.id}: ${subtask.expectedOutput}: ${rounded.result}`)
		return rounded
	})
}

type TaskSections = { readonly objective: string; readonly inputs: string; readonly 'expected-output': string }

function sectionsFor({ objective, inputs, expectedOutput }: Subtask, lines: Lines): TaskSections {
	const known = inputs.map((id) => {
		const line = lines.get(id)
		if (line === undefined) throw new Error(`The input ${id} is not known yet.`)
		return line
	})
	return { objective, inputs: known.join('\n'), 'expected-output': expectedOutput }
}

const mostSamples = 8

/** The first sample that a check finds nothing wrong with; the last one if all have something. */
function sampled(sections: TaskSections, options: Options, more: Readonly<Record<string, string>> = {}): SubtaskResult {
	const take = (seed: number) => askFor('subtask-result', { ...sections, ...more }, options, { seed })
	for (let seed = 0; seed < mostSamples; seed++) {
		const result = take(seed)
		if (isGood(result, sections, options)) return result
	}
	return take(mostSamples)
}

/** Recomputed where that can be, else put to the verifier, which sees nothing of the work. */
function isGood(result: SubtaskResult, sections: TaskSections, options: Options): boolean {
	if (result.calculations.length > 0) return wrongCalculations(result).length === 0
	return askFor('claim-check', { ...sections, 'claimed-result': result.result }, options).holds
}

/** A result that isn't whole where it must be is done again with that as the evidence. */
function corrected(
	solved: SubtaskResult,
	{ constraints }: Reply<'analysis'>,
	sections: TaskSections,
	options: Options,
): SubtaskResult {
	if (!constraints.some(({ kind }) => kind === 'integer') || !/\d\.\d/.test(solved.result)) return solved
	const evidence = `${solved.result} is not a whole number.`
	return sampled(sections, { ...options, unroundedRate: 0 }, { 'rejected-result': solved.result, evidence })
}

function solution(
	question: string,
	analysis: Reply<'analysis'>,
	method: string,
	seed: number,
	options: Options,
): Reply<'solution'> {
	const sections = { ...understoodAs(question, analysis), constraints: constraintLines(analysis) }
	return askFor('solution', sections, options, { seed, instructions: `Method: ${method}. Do it.` })
}

/** The answer that stays when each is held against the next one. */
function evaluated(question: string, analysis: Reply<'analysis'>, answers: readonly string[]): string {
	return answers.reduce((best, other) => {
		if (askFor('sameness', { question, 'first-answer': best, 'second-answer': other }).same) return best
		const sections = { question, constraints: constraintLines(analysis) }
		const { choice } = askFor('choice', { ...sections, 'first-answer': best, 'second-answer': other })
		return choice === 'second' ? other : best
	})
}

function understoodAs(question: string, analysis: Reply<'analysis'>) {
	const { restatement, unknown } = analysis
	return { question, 'understood-as': restatement, givens: givenLines(analysis), unknown }
}

function givenLines({ givens }: Reply<'analysis'>): string {
	return givens.map(({ id, statement }) => `${id}: ${statement}`).join('\n')
}

function constraintLines({ constraints }: Reply<'analysis'>): string {
	return constraints.map(({ id, statement }) => `${id}: ${statement}`).join('\n') || 'none'
}
