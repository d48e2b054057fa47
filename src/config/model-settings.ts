import type { ModelKind, ModelPrice } from '../core/language-model.ts'
import type { ModelAliasSettings, ModelSettings } from '../models/index.ts'
import type { ConfigFile } from './file.ts'
import { hasKnownPrice, knownPrice } from './known-prices.ts'
import type { ConfigProblem } from './problem.ts'
import type { VariableValues } from './variables.ts'

/** `practice`: nothing is configured, so the built-in practice model answers. */
export type ModelConfig =
	| { readonly kind: 'practice' }
	| {
			readonly kind: 'configured'
			readonly settings: ModelSettings
			/** Aliases whose price neither the file nor the list of prices knows: they count as free. */
			readonly unpriced: readonly string[]
	  }

/** The aliases that the shipped workflows use. */
export const standardAliases = ['fast', 'strong', 'judge'] as const
type StandardAlias = (typeof standardAliases)[number]

const openAiUrl = 'https://api.openai.com/v1'
const defaultModels: Readonly<Record<StandardAlias, string>> = {
	fast: 'gpt-4.1-mini',
	strong: 'gpt-4.1',
	judge: 'gpt-4.1',
}
/** Long enough for a hosted model to begin, short enough that nobody believes the bot has died. */
const defaultTimeoutMs = 60_000

type Env = Readonly<Record<string, string | undefined>>

/** Endpoints and aliases from variables and file; the file wins where it names an alias. */
export function modelConfigFrom(
	values: VariableValues,
	file: ConfigFile,
	env: Env,
): { readonly models: ModelConfig; readonly problems: readonly ConfigProblem[] } {
	const hasDefault = values.OPENAI_API_KEY !== undefined || values.OPENAI_BASE_URL !== undefined
	if (!hasDefault && Object.keys(file.models).length === 0) return { models: { kind: 'practice' }, problems: [] }
	const endpoints = {
		default: { baseUrl: values.OPENAI_BASE_URL ?? openAiUrl, apiKey: values.OPENAI_API_KEY ?? null },
		...Object.fromEntries(
			Object.entries(file.endpoints).map(([name, { baseUrl, apiKeyVariable }]) => [
				name,
				{ baseUrl, apiKey: keyFrom(env, apiKeyVariable) },
			]),
		),
	}
	const aliases = { ...standardAliasSettings(values), ...fileAliasSettings(values, file) }
	const problems = [
		...missingKeys(file, env),
		...unknownEndpoints(file, Object.keys(endpoints)),
		...withoutDefault(file, hasDefault),
	]
	const unpriced = Object.entries(aliases).flatMap(([alias, { model }]) =>
		file.models[alias]?.price !== undefined || hasKnownPrice(model) ? [] : [alias],
	)
	return { models: { kind: 'configured', settings: { endpoints, aliases }, unpriced }, problems }
}

function keyFrom(env: Env, variable: string | undefined): string | null {
	const key = variable === undefined ? undefined : env[variable]?.trim()
	return key === undefined || key === '' ? null : key
}

function standardAliasSettings(values: VariableValues): Record<string, ModelAliasSettings> {
	const named: Readonly<Record<StandardAlias, string | undefined>> = {
		fast: values.THREADWISE_MODEL_FAST,
		strong: values.THREADWISE_MODEL_STRONG,
		judge: values.THREADWISE_MODEL_JUDGE ?? values.THREADWISE_MODEL_STRONG,
	}
	return Object.fromEntries(
		standardAliases.map((alias) => [
			alias,
			aliasSettings(values, {
				endpoint: 'default',
				model: named[alias] ?? values.THREADWISE_MODEL ?? defaultModels[alias],
			}),
		]),
	)
}

function fileAliasSettings(values: VariableValues, file: ConfigFile): Record<string, ModelAliasSettings> {
	return Object.fromEntries(
		Object.entries(file.models).map(([alias, settings]) => [alias, aliasSettings(values, settings)]),
	)
}

type PartialAlias = {
	readonly endpoint: string
	readonly model: string
	readonly kind?: ModelKind | undefined
	readonly price?: ModelPrice | undefined
	readonly allowsTemperature?: boolean | undefined
	readonly timeoutMs?: number | undefined
}

function aliasSettings(values: VariableValues, given: PartialAlias): ModelAliasSettings {
	const kind = given.kind ?? values.THREADWISE_MODEL_KIND ?? 'plain'
	return {
		endpoint: given.endpoint,
		model: given.model,
		kind,
		price: given.price ?? knownPrice(given.model),
		allowsTemperature: given.allowsTemperature ?? kind === 'plain',
		timeoutMs: given.timeoutMs ?? values.THREADWISE_MODEL_TIMEOUT_MS ?? defaultTimeoutMs,
	}
}

function missingKeys(file: ConfigFile, env: Env): readonly ConfigProblem[] {
	return Object.entries(file.endpoints).flatMap(([name, { apiKeyVariable }]) =>
		apiKeyVariable === undefined || keyFrom(env, apiKeyVariable) !== null
			? []
			: [
					{
						variable: apiKeyVariable,
						found: 'nothing',
						expected: `the key of the endpoint "${name}"`,
						fix: 'Set the variable, or take apiKeyVariable out of the configuration file.',
					},
				],
	)
}

function unknownEndpoints(file: ConfigFile, known: readonly string[]): readonly ConfigProblem[] {
	return Object.entries(file.models)
		.filter(([, { endpoint }]) => !known.includes(endpoint))
		.map(([alias, { endpoint }]) => ({
			variable: `configuration file, models.${alias}.endpoint`,
			found: endpoint,
			expected: `one of ${known.join(', ')}`,
			fix: 'Use the name of an endpoint, or add it under endpoints.',
		}))
}

/** With endpoints of its own in the file alone, an alias left to the default endpoint would reach nothing. */
function withoutDefault(file: ConfigFile, hasDefault: boolean): readonly ConfigProblem[] {
	if (hasDefault) return []
	const missing = standardAliases.filter((alias) => (file.models[alias]?.endpoint ?? 'default') === 'default')
	if (missing.length === 0) return []
	return [
		{
			variable: 'OPENAI_API_KEY',
			found: 'nothing',
			expected: `a key, since ${missing.join(', ')} ${missing.length === 1 ? 'uses' : 'use'} the default endpoint`,
			fix: 'Set OPENAI_API_KEY or OPENAI_BASE_URL, or give these aliases an endpoint in the configuration file.',
		},
	]
}
