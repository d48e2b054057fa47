import { chance, choose } from './chance.ts'
import type { PracticeOptions } from './options.ts'
import { type ChatRequest, type Refusal, refusal } from './protocol.ts'

/** What goes wrong with a request on purpose. */
export type Fault = { readonly kind: 'refuse'; readonly refusal: Refusal } | { readonly kind: 'cut' }

const kinds = ['busy', 'broken', 'cut'] as const

/**
 * Decides which requests fail. The choice depends on the request and on how often it was sent before, so that trying
 * again can succeed, and on nothing else: neither on other requests nor on their order.
 */
export function createFaults(options: PracticeOptions): (digest: string) => Fault | undefined {
	const tries = new Map<string, number>()
	return (digest) => {
		if (options.errorRate === 0) return undefined
		const attempt = tries.get(digest) ?? 0
		tries.set(digest, attempt + 1)
		if (chance(options.seed, digest, `fault ${attempt}`) >= options.errorRate) return undefined
		const kind = choose(kinds, options.seed, digest, `kind of fault ${attempt}`)
		if (kind === 'cut') return { kind: 'cut' }
		const busy = refusal(429, 'The practice model is busy on purpose (--error-rate).', { code: 'rate_limit_exceeded' })
		return {
			kind: 'refuse',
			refusal: kind === 'busy' ? busy : refusal(500, 'The practice model failed on purpose (--error-rate).'),
		}
	}
}

/** Refuses what the imitated server doesn't know. */
export function unsupported(request: ChatRequest, options: PracticeOptions): Refusal | undefined {
	const format = request.response_format?.type
	if (
		(format === 'json_schema' && options.refuseJsonSchema) ||
		(format === 'json_object' && options.refuseJsonObject)
	) {
		const message = `Invalid parameter: 'response_format' of type '${format}' is not supported with this model.`
		return refusal(400, message, { param: 'response_format' })
	}
	if (options.requireMaxTokens && typeof request.max_completion_tokens === 'number') {
		const message =
			"Unsupported parameter: 'max_completion_tokens' is not supported with this model. Use 'max_tokens' instead."
		return refusal(400, message, { code: 'unsupported_parameter', param: 'max_completion_tokens' })
	}
	return undefined
}
