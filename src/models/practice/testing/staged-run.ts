import { z } from 'zod'
import { digestOf } from '../chance.ts'
import { defaultOptions, type PracticeOptions } from '../options.ts'
import type { ChatRequest } from '../protocol.ts'
import { replyTo } from '../reply.ts'
import { roleOf } from '../roles.ts'
import { type SchemaName, stageRequest } from './prompts.ts'

const idsSchema = z.array(z.string())
const analysisSchema = z.strictObject({
	language: z.string(),
	restatement: z.string().min(1),
	givens: z.array(z.strictObject({ id: z.string(), statement: z.string() })),
	unknown: z.string().min(1),
	constraints: z.array(
		z.strictObject({
			id: z.string(),
			kind: z.enum(['number', 'integer', 'unit', 'must-include', 'other']),
			statement: z.string(),
			value: z.string().nullable(),
		}),
	),
	answerType: z.enum(['number', 'text', 'choice', 'yes-no', 'date', 'list', 'code']),
	ambiguities: z.array(z.strictObject({ statement: z.string(), assumption: z.string(), changesAnswer: z.boolean() })),
})
const subtaskSchema = z.strictObject({
	id: z.string(),
	objective: z.string(),
	inputs: idsSchema,
	expectedOutput: z.string(),
	check: z.enum(['arithmetic', 'none']),
})
const planSchema = z.strictObject({ subtasks: z.array(subtaskSchema).min(1) })
const resultSchema = z.strictObject({
	work: z.string(),
	calculations: z.array(z.strictObject({ expression: z.string(), result: z.string() })),
	result: z.string().min(1),
})

export type SubtaskResult = z.infer<typeof resultSchema>
export type Subtask = z.infer<typeof subtaskSchema>

/** What a staged run came to. */
export type StagedRun = {
	readonly analysis: z.infer<typeof analysisSchema>
	readonly subtasks: readonly Subtask[]
	readonly results: readonly SubtaskResult[]
	readonly final: string
	readonly answer: string
}

/** The model's reply to a request, without the network in between. */
export function ask(request: ChatRequest, options: PracticeOptions = defaultOptions): string {
	const role = roleOf(request)
	if (role === undefined) throw new Error('The request has a foreign schema.')
	return replyTo(role, request, options, digestOf(request))
}

/** Asks for one object and checks that it has exactly the shape that was asked for. */
function askFor<T>(
	schema: z.ZodType<T>,
	name: SchemaName,
	sections: Record<string, string>,
	options: PracticeOptions,
	instructions = '',
): T {
	return schema.parse(JSON.parse(ask(stageRequest(sections, { schema: name, instructions }), options)))
}

/** Does what the bot does with a hard question: analysis, plan, subtasks in the order of their inputs, answer. */
export function stagedRun(question: string, limit = 20, options: PracticeOptions = defaultOptions): StagedRun {
	const analysis = askFor(analysisSchema, 'analysis', { conversation: '', question }, options)
	const givens = new Map(analysis.givens.map(({ id, statement }) => [id, `${id}: ${statement}`]))
	const planned = {
		question,
		'understood-as': analysis.restatement,
		givens: [...givens.values()].join('\n'),
		unknown: analysis.unknown,
	}
	const { subtasks } = askFor(planSchema, 'plan', planned, options, `At most ${limit} subtasks, with the ids s1, s2.`)
	const lines = new Map(givens)
	const results = subtasks.map((subtask) => {
		const result = solved(subtask, lines, options)
		lines.set(subtask.id, `${subtask.id}: ${subtask.expectedOutput}: ${result.result}`)
		return result
	})
	const final = results.at(-1)?.result ?? ''
	const answer = ask(
		stageRequest({
			question,
			'understood-as': analysis.restatement,
			assumptions: 'none',
			results: subtasks.map(({ id, objective }, index) => `${id}: ${objective}: ${results[index]?.result}`).join('\n'),
			'final-result': final,
			unresolved: 'none',
		}),
	)
	return { analysis, subtasks, results, final, answer }
}

function solved(
	{ objective, inputs, expectedOutput }: Subtask,
	lines: ReadonlyMap<string, string>,
	options: PracticeOptions,
): SubtaskResult {
	const known = inputs.map((id) => {
		const line = lines.get(id)
		if (line === undefined) throw new Error(`The input ${id} is not known yet.`)
		return line
	})
	return askFor(
		resultSchema,
		'subtask-result',
		{ objective, inputs: known.join('\n'), 'expected-output': expectedOutput },
		options,
	)
}
