import { readFileSync } from 'node:fs'
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import { z } from 'zod'
import { wrongField } from '../refusal.ts'
import type { RouteName } from '../routes/route-names.ts'

const document = new URL('../../../fixtures/discord/openapi.json', import.meta.url)
const schemaSchema = z.record(z.string(), z.unknown())
const documentSchema = z.object({
	routes: z.record(
		z.string(),
		z.object({ body: schemaSchema.nullable(), query: schemaSchema, answer: schemaSchema.nullable() }),
	),
	components: z.unknown(),
})

const { routes, components } = documentSchema.parse(JSON.parse(readFileSync(document, 'utf8')))
const formats = {
	snowflake: (text: string) => BigInt(text) < 1n << 64n,
	nonce: true as const,
	uri: (text: string) => URL.canParse(text) || text.startsWith('attachment://'),
	'date-time': (text: string) => !Number.isNaN(Date.parse(text)),
	int32: true as const,
	int64: true as const,
	double: true as const,
}
const bodies = new Ajv2020({ strict: false, formats, schemas: [{ $id: 'discord', components }] })
const queries = new Ajv2020({ strict: false, formats, coerceTypes: true, schemas: [{ $id: 'discord', components }] })
const compiled = new Map<string, ValidateFunction>()

/** Refuses a body that isn't what Discord's OpenAPI document says for the route; otherwise it is the route's. */
export function readBody<Body>(route: RouteName, body: unknown): Body {
	const schema = routes[route]?.body ?? null
	if (schema === null) return {} as Body
	check(validatorOf(bodies, `${route} body`, schema), body)
	return body as Body
}

/** The same for what stands behind the question mark of an address. */
export function readQuery<Query>(route: RouteName, given: URLSearchParams): Query {
	const query = Object.fromEntries(given)
	const properties = routes[route]?.query ?? {}
	check(validatorOf(queries, `${route} query`, { type: 'object', properties }), query)
	return query as Query
}

/** Fails if what this Discord answers isn't what the document says: then it is this Discord that is wrong. */
export function checkAnswer(route: RouteName, body: unknown): void {
	const schema = routes[route]?.answer ?? null
	if (schema !== null) check(validatorOf(bodies, `${route} answer`, schema), body)
}

function validatorOf(ajv: Ajv2020, name: string, schema: unknown): ValidateFunction {
	const existing = compiled.get(name)
	if (existing !== undefined) return existing
	const rooted = JSON.stringify(schema).replaceAll('"#/components', '"discord#/components')
	const validator = ajv.compile(schemaSchema.parse(JSON.parse(rooted)))
	compiled.set(name, validator)
	return validator
}

function check(validator: ValidateFunction, value: unknown): void {
	if (validator(value)) return
	const error = tellingOf(validator.errors ?? [])
	const path = (error?.instancePath ?? '').slice(1).replaceAll('/', '.')
	const limit = JSON.stringify(error?.params ?? {})
	throw wrongField(path, `SCHEMA_${error?.keyword ?? 'type'}`, `${error?.message ?? 'is wrong'} ${limit}`)
}

/** Of all that is wrong with every alternative, what is wrong with the one that was meant: the deepest, but not its type. */
function tellingOf(errors: readonly ErrorObject[]): ErrorObject | undefined {
	const depth = ({ instancePath }: ErrorObject) => instancePath.split('/').length
	const told = errors.filter(({ instancePath, keyword }) => !(instancePath.endsWith('/type') && keyword === 'enum'))
	return told.toSorted((one, other) => depth(other) - depth(one))[0] ?? errors[0]
}
