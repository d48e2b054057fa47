import { ThreadwiseError } from '../core/errors.ts'
import type { LanguageModel, LanguageModels, ModelChunk, ModelRequest } from '../core/language-model.ts'
import type { Observe, RequestFacts, ServerAddress } from '../core/telemetry.ts'

export type ModelWatch = {
	readonly observe: Observe
	/** Where the model of an alias is asked. */
	readonly serverOf: (alias: string) => ServerAddress | null
}

/** The same models, whose requests and failures are watched, also those that are made good by another try. */
export function observedModels(models: LanguageModels, watch: ModelWatch): LanguageModels {
	const watched = new Map<string, LanguageModel>()
	return (alias) => {
		const known = watched.get(alias)
		if (known !== undefined) return known
		const model = observedModel(models(alias), watch)
		watched.set(alias, model)
		return model
	}
}

function observedModel(model: LanguageModel, { observe, serverOf }: ModelWatch): LanguageModel {
	const server = serverOf(model.alias)
	const factsOf = ({ callId, output }: ModelRequest): RequestFacts => ({
		callId: callId ?? null,
		alias: model.alias,
		model: model.model,
		server,
		output: output === undefined ? 'text' : 'json',
	})
	return {
		...model,
		stream: (request, signal) => ({
			[Symbol.asyncIterator]: () => {
				const facts = factsOf(request)
				observe({ kind: 'model-request', ...facts })
				return watchedReply(model.stream(request, signal)[Symbol.asyncIterator](), facts, observe)
			},
		}),
	}
}

/** Not a generator: the reply must be left at once even while it waits for its next chunk. */
function watchedReply(
	chunks: AsyncIterator<ModelChunk>,
	facts: RequestFacts,
	observe: Observe,
): AsyncIterator<ModelChunk> {
	const startedAt = performance.now()
	const fail = (error: unknown): never => {
		if (error instanceof ThreadwiseError) {
			const elapsedMs = Math.round(performance.now() - startedAt)
			observe({ kind: 'model-error', ...facts, code: error.code, elapsedMs })
		}
		throw error
	}
	return {
		next: () => chunks.next().catch(fail),
		return: () => chunks.return?.() ?? Promise.resolve({ done: true, value: undefined }),
	}
}
