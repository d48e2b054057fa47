import { ThreadwiseError } from '../core/errors.ts'
import type { LanguageModel, LanguageModels } from '../core/language-model.ts'
import { createModelEndpoint } from './endpoint.ts'
import { createOpenAiCompatibleModel } from './openai-compatible.ts'
import type { ModelSettings } from './settings.ts'

/**
 * The models of every configured alias. Aliases of one endpoint share its connections and what was learned about it;
 * `close` ends all connections. Throws a `config` error for an alias whose endpoint doesn't exist.
 */
export function createLanguageModels(settings: ModelSettings): LanguageModels & { close(): Promise<void> } {
	const endpoints = new Map(
		Object.entries(settings.endpoints).map(([name, endpoint]) => [name, createModelEndpoint({ name, ...endpoint })]),
	)
	const models = new Map<string, LanguageModel>()
	for (const [alias, { endpoint: name, ...options }] of Object.entries(settings.aliases)) {
		const endpoint = endpoints.get(name) ?? unknown(`endpoint named ${name}, which the alias ${alias} uses`, endpoints)
		models.set(alias, createOpenAiCompatibleModel({ alias, endpoint, ...options }))
	}
	const find: LanguageModels = (alias) => models.get(alias) ?? unknown(`model alias ${alias}`, models)
	const close = async () => {
		await Promise.all([...endpoints.values()].map((endpoint) => endpoint.close()))
	}
	return Object.assign(find, { close })
}

function unknown(what: string, known: ReadonlyMap<string, unknown>): never {
	const names = [...known.keys()].join(', ') || 'none'
	throw new ThreadwiseError('config', `There is no ${what}; known: ${names}.`, {
		fix: 'Use one of the known names, or add this one to the model settings.',
	})
}
