import { type ChatRequest, chatRequestSchema } from '../protocol.ts'
import type { SchemaName } from '../roles.ts'

/** The fields of each schema that Threadwise asks for, enough to tell them apart. */
const fields = {
	complexity: ['level', 'reason', 'estimatedSteps', 'ambiguous'],
	analysis: ['language', 'restatement', 'givens', 'unknown', 'constraints', 'answerType', 'ambiguities'],
	comparison: ['differences'],
	plan: ['subtasks'],
	'subtask-result': ['work', 'calculations', 'result'],
	'claim-check': ['holds', 'evidence'],
	solution: ['work', 'calculations', 'answer'],
	sameness: ['same'],
	judgement: ['checks'],
	choice: ['choice', 'evidence'],
} as const satisfies Readonly<Record<SchemaName, readonly string[]>>

export const schemaNames = Object.keys(fields) as readonly SchemaName[]

/** A JSON Schema with the properties of one of them. */
export function schemaOf(name: SchemaName): Record<string, unknown> {
	return { type: 'object', properties: Object.fromEntries(fields[name].map((field) => [field, {}])) }
}

/** What a request says besides its sections. */
export type RequestChoices = {
	readonly schema?: SchemaName
	readonly instructions?: string
	readonly seed?: number
	readonly more?: Readonly<Record<string, unknown>>
}

/** A request as a stage makes it: instructions, tagged sections, and the schema to fill, if any. */
export function stageRequest(sections: Readonly<Record<string, string>>, choices: RequestChoices = {}): ChatRequest {
	const { schema, instructions = 'Do the work.', seed, more = {} } = choices
	const body = Object.entries(sections).map(([name, text]) => `<${name}>\n${text}\n</${name}>`)
	return chatRequestSchema.parse({
		model: 'practice-strong',
		messages: [
			{ role: 'system', content: instructions },
			{ role: 'user', content: body.join('\n') },
		],
		...more,
		...(seed === undefined ? {} : { seed }),
		...(schema === undefined
			? {}
			: { response_format: { type: 'json_schema', json_schema: { name: schema, schema: schemaOf(schema) } } }),
	})
}
