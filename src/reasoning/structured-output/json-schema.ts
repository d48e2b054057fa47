import { z } from 'zod'
import type { JsonSchema } from '../../core/language-model.ts'

/** A schema is converted at its first use: there are few of them, and every model call needs one. */
const converted = new WeakMap<z.ZodType, Map<string, JsonSchema>>()

/**
 * The JSON Schema of a zod schema in the form that strict structured output takes: every property is required and no
 * other is allowed. A property that may be left out becomes one that may be null; `parseStructured` takes both.
 */
export function jsonSchemaFor(name: string, schema: z.ZodType): JsonSchema {
	const known = converted.get(schema) ?? new Map<string, JsonSchema>()
	const document = known.get(name) ?? convert(name, schema)
	converted.set(schema, known.set(name, document))
	return document
}

function convert(name: string, schema: z.ZodType): JsonSchema {
	const { $schema: _, ...document } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
	return { ...strictObject(document), title: name }
}

type Node = Readonly<Record<string, unknown>>

/** Keywords that strict mode refuses or that say nothing; zod checks them when the reply is read. */
const droppedKeywords = new Set(['default', 'minLength', 'maxLength', 'propertyNames', 'id', '$id'])

function strictObject(node: Node): Node {
	const entries = Object.entries(node).flatMap(([keyword, value]) => strictKeyword(keyword, value))
	const strict = Object.fromEntries(entries)
	const { properties } = node
	if (!isNode(properties)) return strict
	return {
		...strict,
		properties: strictProperties(properties, requiredOf(node)),
		required: Object.keys(properties),
		additionalProperties: false,
	}
}

function strictKeyword(keyword: string, value: unknown): readonly (readonly [string, unknown])[] {
	if (droppedKeywords.has(keyword)) return []
	// The bounds of safe integers are what zod adds to every integer.
	if (value === Number.MAX_SAFE_INTEGER || value === Number.MIN_SAFE_INTEGER) return []
	if (keyword === '$defs' && isNode(value)) return [[keyword, mapValues(value, strictValue)]]
	if (keyword === 'enum' || keyword === 'const' || keyword === 'properties') return [[keyword, value]]
	return [[keyword === 'oneOf' ? 'anyOf' : keyword, strictValue(value)]]
}

function strictValue(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(strictValue)
	return isNode(value) ? strictObject(value) : value
}

function strictProperties(properties: Node, required: ReadonlySet<unknown>): Node {
	return mapValues(properties, (property, name) => {
		const strict = strictValue(property)
		return required.has(name) ? strict : nullable(strict)
	})
}

function nullable(schema: unknown): unknown {
	return allowsNull(schema) ? schema : { anyOf: [schema, { type: 'null' }] }
}

function allowsNull(schema: unknown): boolean {
	if (!isNode(schema)) return false
	const types = Array.isArray(schema.type) ? schema.type : [schema.type]
	return types.includes('null') || (Array.isArray(schema.anyOf) && schema.anyOf.some(allowsNull))
}

function requiredOf(node: Node): ReadonlySet<unknown> {
	return new Set(Array.isArray(node.required) ? node.required : [])
}

function mapValues(node: Node, change: (value: unknown, key: string) => unknown): Node {
	return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, change(value, key)]))
}

function isNode(value: unknown): value is Node {
	return typeof value === 'object' && value !== null && !Array.isArray(value)
}
