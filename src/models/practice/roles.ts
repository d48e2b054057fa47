import { z } from 'zod'
import type { ChatRequest } from './protocol.ts'

/** What a request asks the model to be. */
export type Role = 'complexity' | 'analysis' | 'plan' | 'subtask-result' | 'judgement' | 'staged-answer' | 'answer'

/** The sections of a prompt by the names of their tags. */
export type Sections = ReadonlyMap<string, string>

/** The fields that tell the five schemas apart where neither title nor name does. */
const fieldOfRole: Readonly<Record<string, Role>> = {
	level: 'complexity',
	restatement: 'analysis',
	subtasks: 'plan',
	calculations: 'subtask-result',
	checks: 'judgement',
}

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

/** The question of a request: its section, or the last thing that the user said. */
export function questionOf(request: ChatRequest): string {
	const last = request.messages.findLast(({ role }) => role === 'user')
	return sectionsOf(request).get('question') ?? last?.content.trim() ?? ''
}

function roleOfSchema(schema: unknown, name: string): Role | undefined {
	const parsed = schemaSchema.safeParse(schema)
	if (!parsed.success) return undefined
	const roles = Object.values(fieldOfRole)
	const named = [parsed.data.title, name].map((each) => each?.toLowerCase().replace(/[_ ]/g, '-'))
	const byName = roles.find((role) => named.includes(role))
	const field = Object.keys(fieldOfRole).find((each) => each in parsed.data.properties)
	return byName ?? (field === undefined ? undefined : fieldOfRole[field])
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
