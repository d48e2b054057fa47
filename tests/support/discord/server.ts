import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { answerCall, type CallRequest } from './calls.ts'
import type { Gateway } from './gateway/gateway.ts'
import { createRateLimits } from './rate-limits.ts'
import type { SentFile } from './wire.ts'
import type { World } from './world.ts'

type Parts = Omit<Parameters<typeof answerCall>[1], 'rateLimits'> & { readonly gateway: Gateway }

const apiPath = '/api/v10'

/** Starts the server on a free port of the loopback interface. */
export async function startServer(parts: Parts): Promise<Server> {
	const callParts = { ...parts, rateLimits: createRateLimits(parts.world.clock) }
	const server = createServer((request, response) => {
		const answer = async () => {
			const { pathname } = addressOf(request)
			if (pathname.startsWith('/attachments/')) return sendAttachment(response, pathname, parts.world)
			const body = Buffer.concat(await Array.fromAsync(request))
			if (pathname.startsWith(apiPath)) return answerApi(request, response, body, callParts)
			return send(response, 404, { message: '404: Not Found', code: 0 })
		}
		answer().catch((error: unknown) => {
			// A mistake of this server, not of the bot: it has to be seen.
			send(response, 500, { message: error instanceof Error ? error.stack : 'internal error', code: 0 })
		})
	})
	server.on('upgrade', (request, socket, head) => parts.gateway.connect(request, socket, head))
	server.listen(0, '127.0.0.1')
	await once(server, 'listening')
	const address = server.address()
	if (address === null || typeof address === 'string') throw new Error('the server has no port')
	parts.world.origin = `http://127.0.0.1:${address.port}`
	return server
}

function addressOf({ url = '/' }: IncomingMessage): URL {
	return new URL(url, 'http://localhost')
}

async function answerApi(
	request: IncomingMessage,
	response: ServerResponse,
	content: Buffer,
	parts: Parameters<typeof answerCall>[1],
): Promise<void> {
	const answer = answerCall(await readCall(request, content), parts)
	if (answer.delayMs > 0) await sleep(answer.delayMs)
	if (answer.status === null) {
		response.socket?.destroy()
		return
	}
	for (const [name, value] of Object.entries(answer.headers)) response.setHeader(name, value)
	response.setHeader('via', '1.1 local')
	send(response, answer.status, answer.body)
}

async function readCall(request: IncomingMessage, content: Buffer): Promise<CallRequest> {
	const { pathname, searchParams } = addressOf(request)
	return {
		method: request.method ?? 'GET',
		path: pathname.slice(apiPath.length),
		query: searchParams,
		authorization: request.headers.authorization ?? null,
		...(await readContent(request.headers['content-type'] ?? '', content)),
	}
}

/** Files come as parts of a form, with the rest in `payload_json`. */
async function readContent(type: string, content: Buffer): Promise<Pick<CallRequest, 'body' | 'files'>> {
	if (!type.startsWith('multipart/form-data')) return { body: parseJson(content.toString('utf8')), files: [] }
	const form = await new Response(new Uint8Array(content), { headers: { 'content-type': type } }).formData()
	const sent = await Promise.all([...form].map(([name, value]) => readFile(name, value)))
	const files = sent.flatMap((each) => each ?? [])
	return { body: parseJson(String(form.get('payload_json') ?? '{}')), files }
}

async function readFile(field: string, value: File | string): Promise<SentFile | null> {
	const [, index] = /^files\[(\d+)\]$/.exec(field) ?? []
	if (index === undefined || typeof value === 'string') return null
	const content = Buffer.from(await value.arrayBuffer())
	return { index: Number(index), name: value.name, content, type: value.type || 'application/octet-stream' }
}

function parseJson(text: string): unknown {
	if (text === '') return null
	try {
		return JSON.parse(text)
	} catch {
		return text
	}
}

function sendAttachment(response: ServerResponse, pathname: string, { messages }: World): void {
	const [, , channelId = '', id] = pathname.split('/')
	const attachments = messages.all().flatMap((each) => (each.channelId === channelId ? each.attachments : []))
	const found = attachments.find((each) => each.id === id)
	if (found === undefined) send(response, 404, { message: '404: Not Found', code: 0 })
	else response.writeHead(200, { 'content-type': found.contentType }).end(found.content)
}

function send(response: ServerResponse, status: number, body: unknown): void {
	if (body === null) {
		response.writeHead(status)
		response.end()
		return
	}
	response.writeHead(status, { 'content-type': 'application/json' })
	response.end(JSON.stringify(body))
}
