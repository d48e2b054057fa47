import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { answerCall, type SlackCall, workspaceOf } from './calls.ts'
import type { SocketMode } from './delivery/socket-mode.ts'
import type { Faults } from './faults.ts'
import { askConsent } from './installing.ts'
import { createRateLimits, type RateLimits } from './rate-limits.ts'
import { SlackRefusal } from './refusal.ts'
import { showResponse } from './responses.ts'
import { responseSchema } from './schemas/chat.ts'
import { parseArguments, parseJson } from './schemas/wire.ts'
import type { Workspace } from './workspace.ts'

type Parts = {
	/** All of this Slack; there may come more. */
	readonly workspaces: readonly Workspace[]
	readonly faults: Faults
	readonly socketMode: SocketMode
	readonly calls: SlackCall[]
}

type Exchange = { readonly request: IncomingMessage; readonly response: ServerResponse; readonly body: Buffer }

/** Starts the server on a free port of the loopback interface. */
export async function startServer(parts: Parts): Promise<Server> {
	const limits = new Map<Workspace, RateLimits>()
	const rateLimits = (workspace: Workspace) => {
		const known = limits.get(workspace) ?? createRateLimits(workspace.clock, workspace.options)
		limits.set(workspace, known)
		return known
	}
	const callParts = { ...parts, rateLimits }
	const server = createServer((request, response) => {
		const answer = async () => {
			const exchange = { request, response, body: Buffer.concat(await Array.fromAsync(request)) }
			const [, area = '', name = ''] = pathOf(request).split('/')
			if (area === 'api') return answerApi(exchange, name, callParts)
			if (area === 'response') return answerResponse(exchange, name, parts.workspaces)
			if (area === 'upload') return takeUpload(exchange, name, parts.workspaces)
			if (pathOf(request) === '/oauth/v2/authorize') return answerConsent(exchange, parts.workspaces)
			return send(response, 404, { ok: false, error: 'not_found' })
		}
		answer().catch((error: unknown) => {
			// A mistake of this server, not of the app: it has to be seen.
			send(response, 500, { ok: false, error: 'internal_error', stack: error instanceof Error ? error.stack : null })
		})
	})
	server.on('upgrade', (request, socket, head) => {
		if (pathOf(request).startsWith('/link')) parts.socketMode.connect(request, socket, head)
		else socket.destroy()
	})
	server.listen(0, '127.0.0.1')
	await once(server, 'listening')
	const address = server.address()
	if (address === null || typeof address === 'string') throw new Error('the server has no port')
	for (const workspace of parts.workspaces) workspace.origin = `http://127.0.0.1:${address.port}`
	return server
}

function pathOf({ url = '/' }: IncomingMessage): string {
	return new URL(url, 'http://localhost').pathname
}

async function answerApi(
	{ request, response, body }: Exchange,
	method: string,
	parts: Parameters<typeof answerCall>[1],
): Promise<void> {
	const { token: bodyToken, ...given } = valuesOf(request, body)
	const token = bearerOf(request) ?? (typeof bodyToken === 'string' ? bodyToken : null)
	const call = { method, token, arguments: given }
	const { scopes } = workspaceOf(call, parts.workspaces).options
	const answer = answerCall(call, parts)
	if (answer.delayMs > 0) await sleep(answer.delayMs)
	await answer.heldUntil
	if (answer.status === null) {
		response.socket?.destroy()
		return
	}
	if (answer.retryAfter !== null) response.setHeader('Retry-After', String(answer.retryAfter))
	response.setHeader('x-oauth-scopes', scopes.join(','))
	send(response, answer.status, answer.body)
}

async function answerConsent({ request, response }: Exchange, workspaces: readonly Workspace[]): Promise<void> {
	const { searchParams } = new URL(request.url ?? '/', 'http://localhost')
	const { status, location, text } = askConsent(workspaces, searchParams)
	response.writeHead(status, location === null ? {} : { location }).end(text)
}

async function answerResponse(
	{ request, response, body }: Exchange,
	id: string,
	workspaces: readonly Workspace[],
): Promise<void> {
	try {
		const workspace = workspaces.find(({ responseAddresses }) => responseAddresses.has(id)) ?? workspaces[0]
		if (workspace === undefined) throw new SlackRefusal('expired_url')
		const post = parseArguments(responseSchema, valuesOf(request, body))
		showResponse(workspace, workspace.responseAddresses.use(id), post)
		send(response, 200, { ok: true })
	} catch (error) {
		if (!(error instanceof SlackRefusal)) throw error
		send(response, error.code.endsWith('_url') ? 404 : 400, { ok: false, error: error.code, ...error.details })
	}
}

async function takeUpload(
	{ request, response, body }: Exchange,
	id: string,
	workspaces: readonly Workspace[],
): Promise<void> {
	const file = workspaces.flatMap(({ files }) => files.get(id) ?? [])[0]
	if (file === undefined) return send(response, 404, { ok: false, error: 'file_not_found' })
	file.content = await contentOf(request, body)
	if (file.content.length !== file.size) {
		file.content = null
		return send(response, 400, { ok: false, error: 'length_mismatch' })
	}
	response.end(`OK - ${file.size}`)
}

/** A file may come alone or as a part of a form. */
async function contentOf(request: IncomingMessage, body: Buffer): Promise<Buffer> {
	const type = request.headers['content-type'] ?? ''
	if (!type.startsWith('multipart/form-data')) return body
	const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData()
	const file = [...form.values()].find((value) => typeof value !== 'string')
	return file === undefined ? Buffer.alloc(0) : Buffer.from(await file.arrayBuffer())
}

function valuesOf(request: IncomingMessage, body: Buffer): Readonly<Record<string, unknown>> {
	const text = body.toString('utf8')
	const type = request.headers['content-type'] ?? ''
	// Bolt's respond() sends JSON without saying so.
	if (type.startsWith('application/json') || text.startsWith('{')) return parseObject(text)
	return Object.fromEntries(new URLSearchParams(text))
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
	const value = parseJson(text)
	return typeof value === 'object' && value !== null ? { ...value } : {}
}

function bearerOf({ headers }: IncomingMessage): string | null {
	const [, token = null] = /^Bearer (.+)$/.exec(headers.authorization ?? '') ?? []
	return token
}

function send(response: ServerResponse, status: number, body: unknown): void {
	response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' })
	response.end(JSON.stringify(body))
}
