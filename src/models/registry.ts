import { ThreadwiseError } from '../core/errors.ts'
import type { LanguageModel, LanguageModels } from '../core/language-model.ts'
import type { OutputMode } from './dialect.ts'
import { createModelEndpoint, type ModelEndpoint } from './endpoint.ts'
import { createOpenAiCompatibleModel } from './openai-compatible.ts'
import type { ModelSettings } from './settings.ts'

export type ConfiguredModels = LanguageModels & {
	/** How the model of an alias is made to answer in JSON, as far as its replies have shown. */
	outputMode(alias: string): OutputMode
	/** Ends all connections. */
	close(): Promise<void>
}

/**
 * The models of every configured alias. Aliases of one endpoint share its connections and what was learned about it.
 * Throws a `config` error for an alias whose endpoint doesn't exist.
 */
export function createLanguageModels(settings: ModelSettings): ConfiguredModels {
	const endpoints = new Map(
		Object.entries(settings.endpoints).map(([name, endpoint]) => [name, createModelEndpoint({ name, ...endpoint })]),
	)
	const models = new Map<string, { readonly model: LanguageModel; readonly endpoint: ModelEndpoint }>()
	for (const [alias, { endpoint: name, ...options }] of Object.entries(settings.aliases)) {
		const endpoint = endpoints.get(name) ?? unknown(`endpoint named ${name}, which the alias ${alias} uses`, endpoints)
		models.set(alias, { model: createOpenAiCompatibleModel({ alias, endpoint, ...options }), endpoint })
	}
	const entryOf = (alias: string) => models.get(alias) ?? unknown(`model alias ${alias}`, models)
	const find: LanguageModels = (alias) => entryOf(alias).model
	return Object.assign(find, {
		outputMode: (alias: string) => {
			const { model, endpoint } = entryOf(alias)
			return endpoint.dialectOf(model.model).outputModes[0]
		},
		close: async () => {
			await Promise.all([...endpoints.values()].map((endpoint) => endpoint.close()))
		},
	})
}

function unknown(what: string, known: ReadonlyMap<string, unknown>): never {
	const names = [...known.keys()].join(', ') || 'none'
	throw new ThreadwiseError('config', `There is no ${what}; known: ${names}.`, {
		fix: 'Use one of the known names, or add this one to the model settings.',
	})
}
