import { type ChatRequest, chatRequestSchema } from '../protocol.ts'

/** The fields of each schema that Threadwise asks for, enough to tell them apart. */
const fields = {
	complexity: ['level', 'reason', 'estimatedSteps', 'ambiguous'],
	analysis: ['language', 'restatement', 'givens', 'unknown', 'constraints', 'answerType', 'ambiguities'],
	plan: ['subtasks'],
	'subtask-result': ['work', 'calculations', 'result'],
	judgement: ['checks'],
} as const

export type SchemaName = keyof typeof fields

/** A JSON Schema with the properties of one of the five. */
export function schemaOf(name: SchemaName): Record<string, unknown> {
	return { type: 'object', properties: Object.fromEntries(fields[name].map((field) => [field, {}])) }
}

/** A request as a stage makes it: instructions, tagged sections, and the schema to fill, if any. */
export function stageRequest(
	sections: Readonly<Record<string, string>>,
	options: { readonly schema?: SchemaName; readonly instructions?: string; readonly seed?: number } = {},
): ChatRequest {
	const { schema, instructions = 'Do the work.', seed } = options
	const body = Object.entries(sections).map(([name, text]) => `<${name}>\n${text}\n</${name}>`)
	return chatRequestSchema.parse({
		model: 'practice-strong',
		messages: [
			{ role: 'system', content: instructions },
			{ role: 'user', content: body.join('\n') },
		],
		...(seed === undefined ? {} : { seed }),
		...(schema === undefined
			? {}
			: { response_format: { type: 'json_schema', json_schema: { name: schema, schema: schemaOf(schema) } } }),
	})
}
