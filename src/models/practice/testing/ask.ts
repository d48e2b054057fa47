import { z } from 'zod'
import { digestOf } from '../chance.ts'
import { defaultOptions, type PracticeOptions } from '../options.ts'
import type { ChatRequest } from '../protocol.ts'
import { replyTo } from '../reply.ts'
import { roleOf, type SchemaName } from '../roles.ts'
import { type RequestChoices, stageRequest } from './prompts.ts'

const idsSchema = z.array(z.string())
const calculationsSchema = z.array(z.strictObject({ expression: z.string(), result: z.string() }))
const evidenceSchema = z.string().min(1)

/** The exact shape of every reply. */
const schemas = {
	complexity: z.strictObject({
		level: z.enum(['easy', 'hard']),
		reason: z.string(),
		estimatedSteps: z.number().int(),
		ambiguous: z.boolean(),
	}),
	analysis: z.strictObject({
		language: z.string(),
		restatement: z.string().min(1),
		givens: z.array(z.strictObject({ id: z.string(), statement: z.string() })),
		unknown: z.string().min(1),
		constraints: z.array(
			z.strictObject({
				id: z.string(),
				kind: z.enum(['number', 'integer', 'range', 'unit', 'length', 'format', 'must-include', 'language', 'other']),
				statement: z.string(),
				value: z.string().nullable(),
			}),
		),
		answerType: z.enum(['number', 'text', 'choice', 'yes-no', 'date', 'list', 'code']),
		ambiguities: z.array(
			z.strictObject({
				statement: z.string(),
				assumption: z.string(),
				changesAnswer: z.boolean(),
				question: z.string().nullable(),
			}),
		),
	}),
	comparison: z.strictObject({
		differences: z.array(z.strictObject({ kind: z.enum(['added', 'dropped', 'changed']), what: z.string().min(1) })),
	}),
	plan: z.strictObject({
		subtasks: z
			.array(
				z.strictObject({
					id: z.string(),
					objective: z.string(),
					inputs: idsSchema,
					expectedOutput: z.string(),
					check: z.enum(['arithmetic', 'none']),
				}),
			)
			.min(1),
	}),
	'subtask-result': z.strictObject({
		work: z.string(),
		calculations: calculationsSchema,
		result: z.string().min(1),
	}),
	'claim-check': z.strictObject({ holds: z.boolean(), evidence: evidenceSchema }),
	solution: z.strictObject({ work: z.string(), calculations: calculationsSchema, answer: z.string().min(1) }),
	sameness: z.strictObject({ same: z.boolean() }),
	judgement: z.strictObject({
		checks: z.array(z.strictObject({ id: z.string(), holds: z.boolean(), evidence: evidenceSchema })),
	}),
	choice: z.strictObject({ choice: z.enum(['first', 'second', 'neither']), evidence: evidenceSchema }),
} as const satisfies Readonly<Record<SchemaName, z.ZodType>>

export type Reply<Name extends SchemaName> = z.infer<(typeof schemas)[Name]>
export type Subtask = Reply<'plan'>['subtasks'][number]
export type SubtaskResult = Reply<'subtask-result'>

/** The model's reply to a request, without the network in between. */
export function ask(request: ChatRequest, options: Partial<PracticeOptions> = {}): string {
	const role = roleOf(request)
	if (role === undefined) throw new Error('The request has a foreign schema.')
	return replyTo(role, request, { ...defaultOptions, ...options }, digestOf(request))
}

/** Asks for one object and checks that it has exactly the shape that was asked for. */
export function askFor<Name extends SchemaName>(
	name: Name,
	sections: Readonly<Record<string, string>>,
	options: Partial<PracticeOptions> = {},
	choices: Omit<RequestChoices, 'schema'> = {},
): Reply<Name> {
	const text = ask(stageRequest(sections, { ...choices, schema: name }), options)
	return schemas[name].parse(JSON.parse(text)) as Reply<Name>
}
