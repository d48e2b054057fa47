import { z } from 'zod'
import { createModelEndpoint, type ModelEndpoint } from './endpoint.ts'
import { errorFacts } from './error-facts.ts'

/** What a server says when it is asked which models it has. Words are the server's own, without secrets. */
export type ModelList =
	| { readonly kind: 'models'; readonly names: readonly string[] }
	/** It answers, but keeps no list, or not at this address. */
	| { readonly kind: 'no-list' }
	/** What answers there is no API. */
	| { readonly kind: 'web-page' }
	| { readonly kind: 'refused'; readonly words: string }
	| { readonly kind: 'failing'; readonly status: number; readonly words: string }
	/** `cause` is the system's code, such as `ECONNREFUSED`. */
	| { readonly kind: 'unreachable'; readonly cause: string }
	| { readonly kind: 'silent' }

const entrySchema = z.union([
	z.object({ id: z.string() }),
	z.object({ name: z.string() }).transform(({ name }) => ({ id: name })),
])
const entries = z.array(entrySchema)
const listSchema = z.union([
	// A server without any model may send null.
	z.object({ data: entries.nullable() }).transform(({ data }) => data ?? []),
	z.object({ models: entries }).transform(({ models }) => models),
	entries,
])

/** Asks a model server for its list of models. Never throws for what the server does; `config` if `baseUrl` is no address. */
export async function listModels(
	{ baseUrl, apiKey }: { readonly baseUrl: string; readonly apiKey: string | null },
	signal: AbortSignal,
): Promise<ModelList> {
	const endpoint = createModelEndpoint({ name: 'asked', baseUrl, apiKey })
	try {
		const response = await endpoint.client().models.list({ signal }).asResponse()
		return readList(response.headers.get('content-type') ?? '', await response.text())
	} catch (error) {
		return signal.aborted ? { kind: 'silent' } : failedList(error, endpoint)
	} finally {
		await endpoint.close()
	}
}

function readList(type: string, text: string): ModelList {
	if (type.includes('html') || /^\s*<(!doctype|html)/i.test(text)) return { kind: 'web-page' }
	const parsed = listSchema.safeParse(parseJson(text))
	return parsed.success ? { kind: 'models', names: parsed.data.map(({ id }) => id) } : { kind: 'no-list' }
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text)
	} catch {
		return null
	}
}

function failedList(error: unknown, { redact }: ModelEndpoint): ModelList {
	const { status, text, causeCode, isTimeout } = errorFacts(error, 0)
	const words = redact(text).replace(/\s+/g, ' ').trim().slice(0, 200)
	if (status === 401 || status === 403) return { kind: 'refused', words }
	if (status === 404 || status === 405 || status === 501) return { kind: 'no-list' }
	if (status !== null) return { kind: 'failing', status, words }
	if (isTimeout && causeCode === null) return { kind: 'silent' }
	return { kind: 'unreachable', cause: causeCode ?? 'connection failed' }
}
