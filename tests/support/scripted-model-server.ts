import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { z } from 'zod'

const bodySchema = z.looseObject({})

/** One request as the server saw it. */
export type RecordedRequest = {
	readonly path: string
	readonly body: Readonly<Record<string, unknown>>
	readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
	/** Milliseconds since the epoch. */
	readonly startedAt: number
	closedAt: number | null
	/** Whether the client closed the connection before the reply was complete. */
	closedEarly: boolean
	/** Resolves when the exchange is over, from whichever side. */
	readonly closed: Promise<void>
}

/** What the server does with one request. */
export type ScriptedStep = (request: RecordedRequest, response: ServerResponse) => void | Promise<void>

/** One step for each request, in order, or a function that chooses the step by the request. */
export type ModelScript =
	| readonly ScriptedStep[]
	| ((request: RecordedRequest, index: number) => ScriptedStep | Promise<ScriptedStep>)

export type ScriptedModelServer = AsyncDisposable & {
	/** The address to give to a client, ending in `/v1`. */
	readonly baseUrl: string
	/** `127.0.0.1:<port>`, as messages name it. */
	readonly server: string
	readonly requests: readonly RecordedRequest[]
	openSockets(): number
	/** How many connections were ever made. */
	connections(): number
	/** Waits until the request of this index has arrived. */
	request(index: number): Promise<RecordedRequest>
	close(): Promise<void>
}

export type ReplyOptions = {
	/** Null: the server ignores `stream_options`. Given by default only where the request asks for it, as servers do. */
	readonly usage?: { readonly prompt_tokens: number; readonly completion_tokens: number } | null
	readonly finishReason?: string
	readonly model?: string
}

/** Starts a chat completions server on loopback that follows a script. */
export async function startScriptedModelServer(script: ModelScript): Promise<ScriptedModelServer> {
	const requests: RecordedRequest[] = []
	const sockets = new Set<Socket>()
	const arrivals = new EventTarget()
	let connections = 0
	const server = createServer(async (incoming, response) => {
		const request = await record(incoming, response)
		const index = requests.push(request) - 1
		arrivals.dispatchEvent(new Event('request'))
		const step = typeof script === 'function' ? await script(request, index) : script[index]
		await (step ?? status(500, 'the script has no step for this request'))(request, response)
	})
	server.on('connection', (socket) => {
		connections++
		sockets.add(socket)
		socket.on('close', () => sockets.delete(socket))
	})
	server.listen(0, '127.0.0.1')
	await once(server, 'listening')
	const address = `127.0.0.1:${portOf(server.address())}`
	const close = async () => {
		if (!server.listening) return
		server.close()
		server.closeAllConnections()
		await once(server, 'close')
	}
	return {
		baseUrl: `http://${address}/v1`,
		server: address,
		requests,
		openSockets: () => sockets.size,
		connections: () => connections,
		async request(index) {
			for (;;) {
				const request = requests[index]
				if (request !== undefined) return request
				await once(arrivals, 'request')
			}
		},
		close,
		[Symbol.asyncDispose]: close,
	}
}

function portOf(address: AddressInfo | string | null): number {
	if (address === null || typeof address === 'string') throw new Error('the server has no port')
	return address.port
}

async function record(incoming: IncomingMessage, response: ServerResponse): Promise<RecordedRequest> {
	const startedAt = Date.now()
	const { promise: closed, resolve } = Promise.withResolvers<void>()
	const pieces: Buffer[] = []
	for await (const piece of incoming) pieces.push(Buffer.from(piece))
	const request: RecordedRequest = {
		path: incoming.url ?? '',
		body: bodySchema.parse(JSON.parse(Buffer.concat(pieces).toString('utf8') || '{}')),
		headers: incoming.headers,
		startedAt,
		closedAt: null,
		closedEarly: false,
		closed,
	}
	response.on('close', () => {
		request.closedAt = Date.now()
		request.closedEarly = !response.writableFinished
		resolve()
	})
	return request
}

/** The steps. */

/** Streams the pieces of a text, then usage if asked for, then the end. */
export function reply(text: string | readonly string[], options: ReplyOptions = {}): ScriptedStep {
	const pieces = typeof text === 'string' ? [text] : text
	return deltas(
		pieces.map((content) => ({ content })),
		options,
	)
}

/** Streams deltas as they are given, for everything that isn't plain text. */
export function deltas(pieces: readonly object[], options: ReplyOptions = {}): ScriptedStep {
	return (request, response) => {
		const model = options.model ?? String(request.body.model)
		startStream(response)
		for (const delta of pieces) send(response, chunk(model, { index: 0, delta, finish_reason: null }))
		send(response, chunk(model, { index: 0, delta: {}, finish_reason: options.finishReason ?? 'stop' }))
		const usage = usageFor(request, options)
		// The last chunk of OpenAI's own servers has usage and no choices.
		if (usage !== null) send(response, { id: 'scripted', object: 'chat.completion.chunk', model, choices: [], usage })
		response.end('data: [DONE]\n\n')
	}
}

/** A private chain of thought in `<think>` tags, then the text. */
export function thinkingReply(thinking: string, text: string): ScriptedStep {
	return reply([`<think>${thinking}`, `</think>\n\n${text}`])
}

/** Answers in one JSON body although streaming was asked for. */
export function wholeReply(text: string, options: ReplyOptions = {}): ScriptedStep {
	return (request, response) => {
		const choice = {
			index: 0,
			message: { role: 'assistant', content: text },
			finish_reason: options.finishReason ?? 'stop',
		}
		const usage = options.usage === undefined ? defaultUsage : options.usage
		json(response, 200, {
			model: options.model ?? request.body.model,
			choices: [choice],
			...(usage === null ? {} : { usage }),
		})
	}
}

/** The model declines, in the `refusal` field. */
export function refusal(words: string): ScriptedStep {
	return deltas([{ refusal: words }])
}

/** A filter ends the reply. */
export function contentFiltered(text = ''): ScriptedStep {
	return reply(text, { finishReason: 'content_filter' })
}

/** Nothing but hidden thinking before the limit on tokens. */
export function emptyAtLength(): ScriptedStep {
	return reply([], { finishReason: 'length' })
}

/** Says nothing, not even headers, until the client goes away. */
export function hang(): ScriptedStep {
	return (request) => request.closed
}

/** Sends the pieces and then nothing more, without ending, until the client goes away. */
export function hangAfter(...pieces: readonly string[]): ScriptedStep {
	return (request, response) => {
		startStream(response)
		for (const content of pieces) sendText(request, response, content)
		return request.closed
	}
}

/** Sends the pieces and cuts the connection. */
export function cutAfter(...pieces: readonly string[]): ScriptedStep {
	return async (request, response) => {
		startStream(response)
		for (const content of pieces) sendText(request, response, content)
		// Everything must have left before the cut, or the client would not even see the headers.
		await new Promise((resolve) => response.write(': cut\n\n', resolve))
		response.socket?.resetAndDestroy()
	}
}

/** Sends the pieces and ends politely, but without a finish reason, usage or end mark. */
export function endEarlyAfter(...pieces: readonly string[]): ScriptedStep {
	return (request, response) => {
		startStream(response)
		for (const content of pieces) sendText(request, response, content)
		response.end()
	}
}

/** A body of whatever kind with status 200. */
export function raw(body: string, contentType = 'text/event-stream'): ScriptedStep {
	return (_request, response) => {
		response.writeHead(200, { 'content-type': contentType })
		response.end(body)
	}
}

/** An event stream whose data isn't JSON. */
export function garbage(): ScriptedStep {
	return raw('data: {"choices": [{"del\n\ndata: <<<\n\n')
}

export type ErrorFields = {
	readonly code?: string | number
	readonly type?: string
	readonly param?: string
	readonly headers?: Readonly<Record<string, string>>
}

/** An error in OpenAI's form. */
export function status(code: number, message: string, fields: ErrorFields = {}): ScriptedStep {
	const { headers = {}, ...error } = fields
	return (_request, response) => json(response, code, { error: { message, ...error } }, headers)
}

/** An error body of another form. */
export function statusWithBody(code: number, body: unknown): ScriptedStep {
	return (_request, response) => json(response, code, body)
}

export function refusesParameter(parameter: string): ScriptedStep {
	return status(400, `Unsupported parameter: '${parameter}' is not supported with this model.`, { param: parameter })
}

export function rateLimited(headers: Readonly<Record<string, string>>): ScriptedStep {
	return status(429, 'Rate limit reached.', { code: 'rate_limit_exceeded', headers })
}

export function quotaExceeded(): ScriptedStep {
	return status(429, 'You exceeded your current quota.', { code: 'insufficient_quota', type: 'insufficient_quota' })
}

/** A careless server that repeats the credentials it was given. */
export function unauthorizedEchoingKey(): ScriptedStep {
	return (request, response) => {
		const message = `Incorrect API key provided: ${String(request.headers.authorization)}`
		json(response, 401, { error: { message, code: 'invalid_api_key', echo: request.headers.authorization } })
	}
}

/** The page of a proxy whose server is gone. */
export function proxyErrorPage(code = 502): ScriptedStep {
	return (_request, response) => {
		response.writeHead(code, { 'content-type': 'text/html' })
		response.end('<html><head><title>502 Bad Gateway</title></head><body><h1>nginx</h1></body></html>')
	}
}

/** The building blocks, for scripts of one's own. */

export function startStream(response: ServerResponse): void {
	response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
	response.flushHeaders()
}

export function sendText(request: RecordedRequest, response: ServerResponse, content: string): void {
	send(response, chunk(String(request.body.model), { index: 0, delta: { content }, finish_reason: null }))
}

export function send(response: ServerResponse, data: object): void {
	response.write(`data: ${JSON.stringify(data)}\n\n`)
}

const defaultUsage = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 }

function usageFor(request: RecordedRequest, { usage }: ReplyOptions): object | null {
	if (usage !== undefined) return usage
	return request.body.stream_options === undefined ? null : defaultUsage
}

function chunk(model: string, choice: object): object {
	return { id: 'scripted', object: 'chat.completion.chunk', model, choices: [choice] }
}

function json(
	response: ServerResponse,
	code: number,
	body: unknown,
	headers: Readonly<Record<string, string>> = {},
): void {
	response.writeHead(code, { 'content-type': 'application/json', ...headers })
	response.end(JSON.stringify(body))
}
