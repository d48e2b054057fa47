import type { LanguageModels, ModelRequest } from '../../../src/core/language-model.ts'
import { jsonSchemaFor } from '../../../src/reasoning/structured-output/index.ts'
import { verdictSchema } from '../../../src/reasoning/verdict-cache.ts'
import { readingSchema } from '../../../src/stages/analyze/stage.ts'
import { type Plan, planSchema, type Subtask } from '../../../src/stages/decompose/plan.ts'
import { judgementSchema } from '../../../src/stages/evaluate/stage.ts'
import { type SubtaskResult, subtaskResultSchema } from '../../../src/stages/execute/check-result.ts'
import type { Analysis } from '../../../src/stages/index.ts'
import { type Alternative, alternativeSchema, mostFrequent } from './alternatives.ts'
import { referencePrompts } from './reference-reasoning.ts'
import { referenceSamples } from './reference-work.ts'

const structureOf = (name: string, schema: Parameters<typeof jsonSchemaFor>[1]) => ({
	name,
	schema: jsonSchemaFor(name, schema),
})

/** Converted once, as whoever writes such code by hand would have them ready. */
const structures = {
	complexity: structureOf('complexity', verdictSchema),
	analysis: structureOf('analysis', readingSchema),
	plan: structureOf('plan', planSchema),
	result: structureOf('subtask-result', subtaskResultSchema),
	alternative: structureOf('alternative', alternativeSchema),
	judgement: structureOf('judgement', judgementSchema),
}

type Solved = Subtask & { readonly result: string }

/**
 * The reference work as plain code: the same 13 requests through the same models, side by side where the durable runner has them
 * side by side. Nothing is checked, recorded, charged or resumed, and replies are believed.
 */
export async function answerPlainly(question: string, models: LanguageModels, signal: AbortSignal): Promise<string> {
	const ask = (alias: string, prompt: string, values: Values, rest: Omit<ModelRequest, 'messages'>) =>
		readText(models, alias, { messages: referencePrompts.get(prompt).fill(values), ...rest }, signal)

	await ask('fast', 'complexity@1', { question }, structured(60, structures.complexity))
	const history = '(nothing was said before)'
	const analysis: Analysis = JSON.parse(
		await ask('strong', 'analyze@1', { question, history }, structured(1_500, structures.analysis)),
	)
	const { restatement } = analysis
	const givens = analysis.givens.map(({ id, statement }) => `${id}: ${statement}`).join('\n')
	const problem = { question, restatement, givens, unknown: analysis.unknown, limit: '5', problem: 'none' }
	const plan: Plan = JSON.parse(await ask('strong', 'decompose@1', problem, structured(1_500, structures.plan)))

	const solved = new Map<string, Promise<Solved>>()
	const solve = async (subtask: Subtask): Promise<Solved> => {
		const needed = await Promise.all(subtask.inputs.flatMap((input) => solved.get(input) ?? []))
		const given = analysis.givens.filter(({ id }) => subtask.inputs.includes(id))
		const inputs = [
			...given.map(({ id, statement }) => `${id}: ${statement}`),
			...needed.map(({ id, expectedOutput, result }) => `${id}: ${expectedOutput}: ${result}`),
		].join('\n')
		const values = { objective: subtask.objective, inputs, expected: subtask.expectedOutput }
		const reply: SubtaskResult = JSON.parse(
			await ask('strong', 'execute@1', values, structured(1_000, structures.result)),
		)
		return { ...subtask, result: reply.result }
	}
	for (const subtask of plan.subtasks) solved.set(subtask.id, solve(subtask))
	const done = await Promise.all(solved.values())
	const results = done.map(({ id, objective, result }) => `${id}: ${objective}: ${result}`).join('\n')
	const final = done.at(-1)?.result ?? ''

	const samples = await Promise.all(
		Array.from({ length: referenceSamples }, async (_, sample): Promise<Alternative> => {
			const request = {
				...structured(1_000, structures.alternative),
				sample,
				...(sample === 0 ? {} : { temperature: 0.7 }),
			}
			return JSON.parse(await ask('strong', 'reference-alternatives@1', { question, restatement, givens }, request))
		}),
	)
	mostFrequent(samples)

	const constraints = analysis.constraints.map(({ id, statement }) => `${id}: ${statement}`).join('\n')
	JSON.parse(
		await ask(
			'judge',
			'evaluate@1',
			{ question, constraints, results, final },
			structured(1_000, structures.judgement),
		),
	)
	const told = { question, restatement, assumptions: 'none', results, final, unresolved: 'none' }
	return ask('strong', 'answer@1', told, { maxOutputTokens: 1_000, sample: 0 })
}

type Values = Readonly<Record<string, string>>

function structured(maxOutputTokens: number, output: NonNullable<ModelRequest['output']>) {
	return { maxOutputTokens, sample: 0, output }
}

async function readText(
	models: LanguageModels,
	alias: string,
	request: ModelRequest,
	signal: AbortSignal,
): Promise<string> {
	let text = ''
	for await (const chunk of models(alias).stream(request, signal)) {
		if (chunk.kind === 'text-delta') text += chunk.text
	}
	return text
}
