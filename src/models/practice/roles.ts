import { z } from 'zod'
import type { ChatRequest } from './protocol.ts'

/** The roles that fill a JSON schema, and the field that tells each from the others where neither title nor name does. */
const fieldOfRole = {
	complexity: 'level',
	analysis: 'restatement',
	comparison: 'differences',
	plan: 'subtasks',
	judgement: 'checks',
	choice: 'choice',
	sameness: 'same',
	'claim-check': 'holds',
	solution: 'answer',
	'subtask-result': 'calculations',
} as const

/** The name of a schema that the practice model fills. */
export type SchemaName = keyof typeof fieldOfRole

/** What a request asks the model to be. */
export type Role = SchemaName | 'staged-answer' | 'answer'

/** The sections of a prompt by the names of their tags. */
export type Sections = ReadonlyMap<string, string>

const schemaSchema = z.object({
	title: z.string().optional(),
	properties: z.record(z.string(), z.unknown()).default({}),
})

/** The role of a request, from the JSON Schema that it wants filled or from its sections; undefined for a foreign schema. */
export function roleOf(request: ChatRequest): Role | undefined {
	const format = request.response_format
	if (format?.type === 'json_schema') return roleOfSchema(format.json_schema.schema ?? {}, format.json_schema.name)
	const schema = schemaInText(request.messages.at(-1)?.content ?? '')
	if (schema !== undefined) return roleOfSchema(schema, '')
	return sectionsOf(request).has('results') ? 'staged-answer' : 'answer'
}

/** The sections `<question>…</question>` of everything the user side has sent. */
export function sectionsOf(request: ChatRequest): Sections {
	const text = request.messages
		.filter(({ role }) => role === 'user')
		.map(({ content }) => content)
		.join('\n')
	const found = [...text.matchAll(/<([a-z][a-z-]*)>\n?([\s\S]*?)\n?[ \t]*<\/\1>/g)]
	return new Map(found.toReversed().map(([, name = '', body = '']) => [name, body.trim()]))
}

/** The instructions of a request. */
export function instructionsOf(request: ChatRequest): string {
	return request.messages.find(({ role }) => role !== 'user')?.content ?? ''
}

/** The question of a request: its section, or the last thing that the user said. */
export function questionOf(request: ChatRequest): string {
	const last = request.messages.findLast(({ role }) => role === 'user')
	return sectionsOf(request).get('question') ?? last?.content.trim() ?? ''
}

/** Whether a section says that there is nothing to say. */
export function isEmptySection(text: string | undefined): boolean {
	return text === undefined || /^\(?(?:none|n\/a|nothing)?\)?\.?$/i.test(text)
}

function roleOfSchema(schema: unknown, name: string): SchemaName | undefined {
	const parsed = schemaSchema.safeParse(schema)
	if (!parsed.success) return undefined
	const roles = Object.keys(fieldOfRole) as SchemaName[]
	const named = [parsed.data.title, name].map((each) => each?.toLowerCase().replace(/[_ ]/g, '-'))
	return roles.find((role) => named.includes(role)) ?? roles.find((role) => fieldOfRole[role] in parsed.data.properties)
}

function schemaInText(text: string): unknown {
	const block = [...text.matchAll(/```json\s*([\s\S]*?)```/g)].at(-1)?.[1]
	if (block === undefined) return undefined
	try {
		const value: unknown = JSON.parse(block)
		return schemaSchema.safeParse(value).success && /"properties"/.test(block) ? value : undefined
	} catch {
		return undefined
	}
}
