import { z } from 'zod'
import { dayBudgetScopeSchema } from '../core/budget-level.ts'
import { modelKindSchema, modelPriceSchema } from '../core/language-model.ts'
import { effortSchema } from '../core/run-preferences.ts'
import type { ConfigProblem } from './problem.ts'
import { hasNoCredentials } from './variables.ts'

const identifier = z.string().regex(/^[a-z][a-z0-9-]*$/)

const withoutCredentials = 'an address without user and password: name the variable of its key in apiKeyVariable'

const dayLimitSchema = z.strictObject({
	usdPerDay: z.number().min(0.000_001).max(1_000_000_000).optional(),
	tokensPerDay: z.int().positive().optional(),
	callsPerDay: z.int().positive().optional(),
})

/** The configuration file, for what variables are too small for: several endpoints, aliases with prices, defaults. */
const fileSchema = z.strictObject({
	endpoints: z
		.record(
			identifier,
			z.strictObject({
				baseUrl: z.url({ protocol: /^https?$/ }).refine(hasNoCredentials, withoutCredentials),
				/** The environment variable that holds the key: secrets stay out of files. */
				apiKeyVariable: z
					.string()
					.regex(/^[A-Za-z_]\w*$/, 'name an environment variable that holds the key, not the key itself')
					.optional(),
			}),
		)
		.default({}),
	models: z
		.record(
			identifier,
			z.strictObject({
				/** `default` is what OPENAI_API_KEY and OPENAI_BASE_URL say. */
				endpoint: identifier.default('default'),
				model: z.string().min(1),
				kind: modelKindSchema.optional(),
				price: modelPriceSchema.optional(),
				allowsTemperature: z.boolean().optional(),
				timeoutMs: z.int().positive().optional(),
			}),
		)
		.default({}),
	/** What is different in a channel, by `<platform>/<channel id>`. */
	channels: z
		.record(
			z.string().regex(/^[a-z][a-z0-9-]*\/\S+$/, 'name it as platform/channel, such as slack/C0123'),
			z.strictObject({ effort: effortSchema.optional(), workflow: identifier.optional() }),
		)
		.default({}),
	defaults: z.strictObject({ effort: effortSchema.optional(), workflow: identifier.optional() }).default({}),
	/** What may be spent on a day, counted in UTC. */
	budgets: z.partialRecord(dayBudgetScopeSchema, dayLimitSchema).default({}),
})
export type ConfigFile = z.infer<typeof fileSchema>

const emptyFile = fileSchema.parse({})

/** Checks the parsed configuration file; null stands for no file. */
export function readFileSettings(file: unknown): {
	readonly file: ConfigFile
	readonly problems: readonly ConfigProblem[]
} {
	if (file === null || file === undefined) return { file: emptyFile, problems: [] }
	const parsed = fileSchema.safeParse(file)
	if (parsed.success) return { file: parsed.data, problems: [] }
	const problems = parsed.error.issues.map((issue) => ({
		variable: `configuration file, ${issue.path.join('.') || 'top level'}`,
		found: describe(valueAt(file, issue.path)),
		expected: issue.message,
		fix: 'Correct the entry; docs/configuration.md shows them all.',
	}))
	return { file: emptyFile, problems }
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
	return path.reduce<unknown>(
		(inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined),
		value,
	)
}

/** Only the kind of a value: it may hold a secret that somebody put in the wrong place. */
function describe(value: unknown): string {
	if (value === undefined) return 'nothing'
	if (value === null) return 'null'
	return Array.isArray(value) ? 'a list' : `a ${typeof value}`
}
