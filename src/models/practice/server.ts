import { createServer, type Server } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { getRequestListener, type HttpBindings } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { stream } from 'hono/streaming'
import { digestOf } from './chance.ts'
import { createFaults, type Fault, unsupported } from './faults.ts'
import type { PracticeOptions } from './options.ts'
import {
	type ChatRequest,
	type Completion,
	chatRequestSchema,
	complete,
	completionBody,
	completionChunks,
	type Refusal,
	refusal,
	refusalBody,
} from './protocol.ts'
import { replyTo } from './reply.ts'
import { createRequestLog, type RequestLog, type RequestRecord } from './request-log.ts'
import { type Role, roleOf } from './roles.ts'
import { refusedByReasoning, thinkingTokens } from './thinking.ts'

type Env = { Bindings: HttpBindings }
type Deps = {
	readonly options: PracticeOptions
	readonly log: RequestLog
	readonly faultOf: (digest: string) => Fault | undefined
}
type Chat = {
	readonly request: ChatRequest
	readonly role: Role
	readonly completion: Completion
	readonly fault: Fault | undefined
}
type Finish = (outcome: RequestRecord['outcome']) => void

const models = ['practice-fast', 'practice-strong', 'practice-judge']
const largestBody = 1024 * 1024

/** The practice model as an HTTP server that isn't listening yet. */
export function createPracticeServer(options: PracticeOptions): Server {
	const deps: Deps = { options, log: createRequestLog(options.log), faultOf: createFaults(options) }
	const app = new Hono<Env>()
	app.get('/healthz', (context) => context.json({ status: 'ok' }))
	app.get('/v1/models', (context) => context.json({ object: 'list', data: models.map(modelEntry) }))
	app.use(
		'/v1/chat/completions',
		bodyLimit({
			maxSize: largestBody,
			onError: (context) => refuse(context, refusal(413, 'The request body is larger than 1 MB.')),
		}),
	)
	app.post('/v1/chat/completions', (context) => chat(context, deps))
	app.notFound((context) => refuse(context, refusal(404, `Unknown route: ${context.req.method} ${context.req.path}.`)))
	app.onError((error, context) => refuse(context, refusal(500, `The practice model broke: ${error.message}`)))
	return createServer(getRequestListener(app.fetch, { overrideGlobalObjects: false }))
}

async function chat(context: Context<Env>, deps: Deps): Promise<Response> {
	const startedAt = new Date().toISOString()
	const call = context.req.header('x-threadwise-call') ?? null
	const parsed = chatRequestSchema.safeParse(await bodyOf(context))
	const known = parsed.success
		? { role: roleOf(parsed.data) ?? null, model: parsed.data.model, digest: digestOf(parsed.data) }
		: { role: null, model: null, digest: null }
	const finish = once((outcome) => deps.log({ startedAt, ...known, outcome, call }))
	const fault = known.digest === null ? undefined : deps.faultOf(known.digest)
	const refused = parsed.success
		? refusalOf(parsed.data, known.role, fault, deps.options)
		: invalid(parsed.error.issues)
	if (refused !== undefined) {
		finish('refused')
		return refuse(context, refused)
	}
	if (!parsed.success || known.role === null || known.digest === null) throw new Error('unreachable')
	const text = replyTo(known.role, parsed.data, deps.options, known.digest)
	const thinking = deps.options.reasoning ? thinkingTokens(parsed.data, deps.options.seed, known.digest) : null
	const completion = complete(parsed.data, `chatcmpl-${known.digest.slice(0, 24)}`, text, thinking)
	return send(context, { request: parsed.data, role: known.role, completion, fault }, deps.options, finish)
}

async function bodyOf(context: Context<Env>): Promise<unknown> {
	try {
		return await context.req.json()
	} catch {
		return undefined
	}
}

function invalid(issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[]): Refusal {
	const [issue] = issues
	const path = issue?.path.map(String).join('.') ?? ''
	if (path === '') return refusal(400, 'The request body is not a JSON object.')
	return refusal(400, `Invalid value for '${path}': ${issue?.message}.`, { param: path })
}

function refusalOf(
	request: ChatRequest,
	role: Role | null,
	fault: Fault | undefined,
	options: PracticeOptions,
): Refusal | undefined {
	if (fault?.kind === 'refuse') return fault.refusal
	if (role !== null)
		return unsupported(request, options) ?? (options.reasoning ? refusedByReasoning(request) : undefined)
	return refusal(400, 'The practice model fills only the schemas that Threadwise asks for.', {
		param: 'response_format',
		code: 'unknown_schema',
	})
}

/** Waits as long as the options say, then sends the reply, whole or in chunks. Stops when the caller hangs up. */
async function send(context: Context<Env>, chat: Chat, options: PracticeOptions, finish: Finish): Promise<Response> {
	const { signal } = context.req.raw
	signal.addEventListener('abort', () => finish('aborted'))
	await pause(options.latencyMs, signal)
	if (signal.aborted) return RESPONSE_ALREADY_SENT
	if (chat.request.stream === true) return sendChunks(context, chat, options, finish)
	if (chat.fault?.kind === 'cut') return cut(context, finish)
	await pause(options.tokenLatencyMs * completionChunks(chat.completion, false).length, signal)
	if (signal.aborted) return RESPONSE_ALREADY_SENT
	finish('completed')
	return context.json(completionBody(chat.completion))
}

function sendChunks(context: Context<Env>, chat: Chat, options: PracticeOptions, finish: Finish): Response {
	const { signal } = context.req.raw
	const withUsage = options.streamUsage && chat.request.stream_options?.include_usage === true
	const chunks = completionChunks(chat.completion, withUsage)
	const cutAfter = chat.fault?.kind === 'cut' ? Math.floor(chunks.length / 2) : chunks.length
	context.header('Content-Type', 'text/event-stream; charset=utf-8')
	context.header('Cache-Control', 'no-cache')
	return stream(context, async (out) => {
		for (const chunk of chunks.slice(0, cutAfter)) {
			await pause(options.tokenLatencyMs, signal)
			if (signal.aborted) return
			await out.write(`data: ${chunk}\n\n`)
		}
		if (cutAfter < chunks.length) cut(context, finish)
		else finish('completed')
	})
}

/** Breaks the connection off, as a crashing server would. */
function cut(context: Context<Env>, finish: Finish): Response {
	finish('refused')
	context.env.outgoing.socket?.destroy()
	return RESPONSE_ALREADY_SENT
}

function refuse(context: Context, refused: Refusal): Response {
	if (refused.status === 429) context.header('Retry-After', '1')
	return context.json(refusalBody(refused), refused.status)
}

function modelEntry(id: string): unknown {
	return { id, object: 'model', created: 0, owned_by: 'threadwise' }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
	if (ms === 0 || signal.aborted) return
	await sleep(ms, undefined, { signal }).catch(() => undefined)
}

function once(log: Finish): Finish {
	let done = false
	return (outcome) => {
		if (done) return
		done = true
		log(outcome)
	}
}
