import { OpenAI } from 'openai'
import { ThreadwiseError } from '../core/errors.ts'
import { createRedactor, type Redact } from '../core/redaction.ts'
import { type Dialect, firstDialect } from './dialect.ts'
import { createEndpointFetch, createPatientAgent } from './endpoint-fetch.ts'
import { longestTimerMs } from './supervised-call.ts'

/** One model server: its connections and what has been learned about it. Shared by all aliases that point to it. */
export type ModelEndpoint = {
	readonly name: string
	/** Host and port, as messages name it. */
	readonly server: string
	/** Hides this server's credentials in a text. */
	readonly redact: Redact
	/** Created at the first call. */
	client(): OpenAI
	/** How this server's model is asked, as far as known. */
	dialectOf(model: string): Dialect
	/** Remembers the dialect of a request that worked. */
	learn(model: string, dialect: Dialect): void
	/** Closes every connection at once, also those in use. */
	close(): Promise<void>
}

/** Throws a `config` error if `baseUrl` is no address. `apiKey` is null for a server that wants none. */
export function createModelEndpoint(settings: {
	readonly name: string
	readonly baseUrl: string
	readonly apiKey: string | null
}): ModelEndpoint {
	const address = parseAddress(settings)
	const agent = createPatientAgent()
	const dialects = new Map<string, Dialect>()
	const initialDialect = firstDialect(address.hostname)
	let client: OpenAI | null = null
	return {
		name: settings.name,
		server: `${address.hostname}:${address.port || (address.protocol === 'https:' ? '443' : '80')}`,
		redact: createRedactor([settings.apiKey, address.password]),
		client() {
			client ??= createClient(settings.baseUrl, settings.apiKey, createEndpointFetch(agent))
			return client
		},
		dialectOf: (model) => dialects.get(model) ?? initialDialect,
		learn: (model, dialect) => void dialects.set(model, dialect),
		close: () => agent.destroy(),
	}
}

function parseAddress({ name, baseUrl }: { readonly name: string; readonly baseUrl: string }): URL {
	const address = URL.parse(baseUrl)
	if (address !== null && /^https?:$/.test(address.protocol)) return address
	throw new ThreadwiseError('config', `The base URL of the model endpoint ${name} is not an http(s) address.`, {
		fix: 'Set OPENAI_BASE_URL to an address such as https://api.openai.com/v1.',
	})
}

/** Everything that the client would otherwise read from the environment is said here. */
function createClient(baseURL: string, apiKey: string | null, fetch: typeof globalThis.fetch): OpenAI {
	return new OpenAI({
		baseURL,
		apiKey: apiKey ?? 'none', // the client refuses to start without one, also for servers that want none
		adminAPIKey: null,
		organization: null,
		project: null,
		webhookSecret: null,
		logLevel: 'off',
		fetch,
		maxRetries: 0, // whoever asks decides about retries
		timeout: longestTimerMs, // each call has its own watch over silence
	})
}
