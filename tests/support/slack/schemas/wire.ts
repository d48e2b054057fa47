import { z } from 'zod'
import { SlackRefusal } from '../refusal.ts'

/** Forms carry nested values as JSON. */
export function nested<Schema extends z.ZodType>(schema: Schema) {
	return z.preprocess((value) => (typeof value === 'string' ? parseJson(value) : value), schema)
}

/** Forms carry truth as words. */
export const flagSchema = z.preprocess((value) => {
	if (value === 'true' || value === '1') return true
	return value === 'false' || value === '0' ? false : value
}, z.boolean())

/** Forms carry numbers as words. */
export const countSchema = z.coerce.number().int().nonnegative()

export const timestampSchema = z.string().regex(/^\d{10}\.\d{6}$/)

/** Undefined where the text isn't JSON. */
export function parseJson(text: string): unknown {
	try {
		return JSON.parse(text)
	} catch {
		return undefined
	}
}

/** The code for what is wrong with an argument, where the schema doesn't name a special one. */
const codes: Readonly<Record<string, string>> = {
	blocks: 'invalid_blocks',
	metadata: 'invalid_metadata_schema',
	chunks: 'invalid_chunks',
	thread_ts: 'invalid_thread_ts',
	ts: 'message_not_found',
}
const looksLikeACode = /^[a-z]+(_[a-z]+)+$/

/** Parses a call's arguments; a schema's message is the code that Slack answers with. */
export function parseArguments<Schema extends z.ZodType>(schema: Schema, values: unknown): z.output<Schema> {
	const parsed = schema.safeParse(values)
	if (parsed.success) return parsed.data
	throw refusalOf(parsed.error)
}

export function refusalOf(error: z.ZodError): SlackRefusal {
	const messages = error.issues.map(({ message, path }) => `[ERROR] ${message} [json-pointer:/${path.join('/')}]`)
	const [first] = error.issues
	const argument = String(first?.path[0] ?? '')
	const isMissing = first?.code === 'invalid_type' && first.path.length === 1 && first.input === undefined
	const ownCode = first !== undefined && looksLikeACode.test(first.message) ? first.message : null
	const code = ownCode ?? (isMissing ? undefined : codes[argument]) ?? 'invalid_arguments'
	return new SlackRefusal(code, { response_metadata: { messages } })
}
