import { Agent, fetch as undiciFetch } from 'undici'
import { z } from 'zod'

/**
 * A pool of connections without limits of its own. Node's fetch gives up after five minutes without headers or body,
 * while a large model on a small machine may think for longer; how long to wait is decided per call.
 */
export function createPatientAgent(): Agent {
	return new Agent({ headersTimeout: 0, bodyTimeout: 0 })
}

/** The fetch that belongs to undici's agents, in the shape that the openai client takes; error bodies are made uniform. */
export function createEndpointFetch(agent: Agent): typeof fetch {
	return async (input, init) => {
		const response = await undiciFetch(addressOf(input), {
			dispatcher: agent,
			method: init?.method ?? 'GET',
			headers: [...new Headers(init?.headers)],
			body: typeof init?.body === 'string' ? init.body : null,
			signal: init?.signal ?? null,
		})
		const headers = new Headers([...response.headers])
		if (response.ok) return new Response(response.body, { status: response.status, headers })
		const body = JSON.stringify({ error: errorOf(await response.text()) })
		return new Response(body, { status: response.status, headers })
	}
}

function addressOf(input: Parameters<typeof fetch>[0]): string | URL {
	return typeof input === 'string' || input instanceof URL ? input : input.url
}

const detailSchema = z.array(z.object({ loc: z.array(z.union([z.string(), z.number()])), msg: z.string() }))
const errorBodySchema = z.union([
	z.object({ error: z.looseObject({ message: z.string() }) }).transform((body): object => body.error),
	z.object({ error: z.string() }).transform((body): object => ({ message: body.error })),
	z.looseObject({ message: z.string() }).transform((body): object => body),
	z.object({ detail: z.string() }).transform((body): object => ({ message: body.detail })),
	// FastAPI also echoes the whole input, in which every parameter is named: only the place and the message are kept.
	z.object({ detail: detailSchema }).transform(({ detail }): object => {
		return { message: detail.map(({ loc, msg }) => `${loc.join('.')}: ${msg}`).join('; ') }
	}),
])

/** The `{message, code?, type?, param?}` of an error body of whatever server, or of a proxy in between. */
function errorOf(text: string): object {
	const parsed = errorBodySchema.safeParse(parseJson(text))
	if (parsed.success) return parsed.data
	if (/^\s*<(!doctype|html)/i.test(text)) return { message: 'a web page instead of an API reply' }
	return { message: text.trim().slice(0, 1_000) || 'no explanation' }
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text)
	} catch {
		return null
	}
}
