import { afterEach, describe, expect, test } from 'vitest'
import {
	contentFiltered,
	cutAfter,
	deltas,
	emptyAtLength,
	endEarlyAfter,
	garbage,
	hang,
	hangAfter,
	type ModelScript,
	proxyErrorPage,
	quotaExceeded,
	rateLimited,
	raw,
	refusal,
	refusesParameter,
	reply,
	type ScriptedModelServer,
	send,
	sendText,
	startScriptedModelServer,
	startStream,
	status,
	statusWithBody,
	thinkingReply,
	unauthorizedEchoingKey,
	wholeReply,
} from '../../tests/support/scripted-model-server.ts'
import { textContent } from '../core/content.ts'
import { ThreadwiseError } from '../core/errors.ts'
import type { LanguageModel, ModelChunk, ModelRequest } from '../core/language-model.ts'
import { createModelEndpoint, type ModelEndpoint } from './endpoint.ts'
import { createOpenAiCompatibleModel, type OpenAiCompatibleModelOptions } from './openai-compatible.ts'
import { jsonInstruction } from './request-body.ts'

const apiKey = 'canary-key-1f9d'
const question: ModelRequest = {
	messages: [
		{ role: 'system', content: textContent('Answer in one word.') },
		{ role: 'user', content: textContent('How many legs has a spider?') },
	],
	maxOutputTokens: 500,
}
const output = {
	name: 'leg count',
	schema: { type: 'object', properties: { legs: { type: 'number' } }, required: ['legs'], additionalProperties: false },
}

let opened: readonly { close(): Promise<void> }[] = []
afterEach(async () => {
	for (const part of opened) await part.close()
	opened = []
})

type Overrides = Partial<Omit<OpenAiCompatibleModelOptions, 'endpoint'>>
type Given = { readonly server: ScriptedModelServer; readonly endpoint: ModelEndpoint; readonly model: LanguageModel }

async function given(script: ModelScript, overrides: Overrides = {}): Promise<Given> {
	const server = await startScriptedModelServer(script)
	const endpoint = createModelEndpoint({ name: 'scripted', baseUrl: server.baseUrl, apiKey })
	opened = [...opened, endpoint, server]
	return { server, endpoint, model: modelOn(endpoint, overrides) }
}

function modelOn(endpoint: ModelEndpoint, overrides: Overrides = {}): LanguageModel {
	return createOpenAiCompatibleModel({
		alias: 'strong',
		model: 'scripted-1',
		kind: 'plain',
		price: { inputUsdPerMillion: 1, outputUsdPerMillion: 2 },
		allowsTemperature: true,
		timeoutMs: 60_000,
		endpoint,
		...overrides,
	})
}

async function ask(model: LanguageModel, request = question): Promise<readonly ModelChunk[]> {
	const chunks: ModelChunk[] = []
	for await (const chunk of model.stream(request, new AbortController().signal)) chunks.push(chunk)
	return chunks
}

async function textFrom(model: LanguageModel, request = question): Promise<string> {
	const chunks = await ask(model, request)
	return chunks.map((chunk) => (chunk.kind === 'text-delta' ? chunk.text : '')).join('')
}

async function failureOf(model: LanguageModel, request = question): Promise<ThreadwiseError> {
	const error: unknown = await ask(model, request).catch((thrown: unknown) => thrown)
	if (error instanceof ThreadwiseError) return error
	throw new Error('the call was expected to fail with a ThreadwiseError', { cause: error })
}

describe('a request', () => {
	test('carries the messages, the limit, the temperature and the sample', async () => {
		const { server, model } = await given([reply('Eight')])
		await ask(model, { ...question, temperature: 0.7, sample: 2, reasoningEffort: 'high' })
		expect(server.requests[0]).toMatchObject({ path: '/v1/chat/completions' })
		expect(server.requests[0]?.headers.authorization).toBe(`Bearer ${apiKey}`)
		expect(server.requests[0]?.body).toEqual({
			model: 'scripted-1',
			messages: [
				{ role: 'system', content: 'Answer in one word.' },
				{ role: 'user', content: 'How many legs has a spider?' },
			],
			stream: true,
			stream_options: { include_usage: true },
			max_tokens: 500,
			temperature: 0.7,
			seed: 2,
		})
	})

	test('leaves the temperature out where the alias does not allow it', async () => {
		const { server, model } = await given([reply('Eight')], { allowsTemperature: false })
		await ask(model, { ...question, temperature: 0.7 })
		expect(server.requests[0]?.body).not.toHaveProperty('temperature')
	})

	test('gives a reasoning model an effort and room to think, and no temperature', async () => {
		const { server, model } = await given([reply('Eight')], { kind: 'reasoning' })
		await ask(model, { ...question, temperature: 0.7, reasoningEffort: 'high' })
		expect(server.requests[0]?.body).toMatchObject({ max_tokens: 25_500, reasoning_effort: 'high' })
		expect(server.requests[0]?.body).not.toHaveProperty('temperature')
	})

	test('sends images by address and describes what a model server cannot fetch', async () => {
		const { server, model } = await given([reply('A spider')])
		const content = [
			...textContent('What is this?'),
			{ kind: 'image' as const, url: 'https://example.com/spider.png' },
			{ kind: 'image' as const, url: 'blob:77', description: 'a web' },
			{ kind: 'file' as const, url: 'blob:78', name: 'legs.pdf', mediaType: 'application/pdf' },
		]
		await ask(model, { ...question, messages: [{ role: 'user', content }] })
		expect(server.requests[0]?.body.messages).toEqual([
			{
				role: 'user',
				content: [
					{ type: 'text', text: 'What is this?' },
					{ type: 'image_url', image_url: { url: 'https://example.com/spider.png' } },
					{ type: 'text', text: '[image: a web]' },
					{ type: 'text', text: '[file: legs.pdf (application/pdf)]' },
				],
			},
		])
	})
})

describe('usage', () => {
	test('counts what the total has more than its parts, where a server hides the thinking there', async () => {
		const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 115 }
		const { model } = await given([reply('Eight', { usage })])
		expect((await ask(model)).at(-1)).toMatchObject({ usage: { inputTokens: 10, outputTokens: 105, estimated: false } })
	})

	test('is estimated from the characters where the server reports none', async () => {
		const { model } = await given([reply('Eight legs', { usage: null })])
		// 19 + 27 characters sent, 10 received
		const usage = { inputTokens: 12, outputTokens: 3, estimated: true }
		expect((await ask(model)).at(-1)).toMatchObject({ kind: 'finish', reason: 'stop', usage })
	})

	test('counts hidden thinking in the estimate', async () => {
		const { model } = await given([
			deltas([{ reasoning_content: 'x'.repeat(40) }, { content: 'Eight' }], { usage: null }),
		])
		expect((await ask(model)).at(-1)).toMatchObject({ usage: { outputTokens: 12, estimated: true } })
	})

	test('is asked for without stream_options from then on where the server refuses that', async () => {
		const refusing: ModelScript = ({ body }) =>
			body.stream_options === undefined ? reply('Eight') : refusesParameter('stream_options')
		const { server, model } = await given(refusing)
		expect(await textFrom(model)).toBe('Eight')
		expect(await textFrom(model)).toBe('Eight')
		expect(server.requests.map(({ body }) => 'stream_options' in body)).toEqual([true, false, false])
	})
})

describe('the ladder of structured output', () => {
	const json = '{"legs": 8}'
	const formatOf = ({ body }: { readonly body: Readonly<Record<string, unknown>> }) => {
		const format: unknown = body.response_format
		return typeof format === 'object' && format !== null && 'type' in format ? format.type : null
	}
	const lastMessageOf = ({ body }: { readonly body: Readonly<Record<string, unknown>> }) => {
		const messages: unknown = body.messages
		return Array.isArray(messages) ? messages.at(-1) : null
	}
	const request = { ...question, output }

	test('begins with a strict schema', async () => {
		const { server, model } = await given([reply(json)])
		expect(await textFrom(model, request)).toBe(json)
		expect(server.requests[0]?.body.response_format).toEqual({
			type: 'json_schema',
			json_schema: { name: 'leg_count', strict: true, schema: output.schema },
		})
	})

	test('goes down to a JSON object, with the schema in the last user message, and remembers that', async () => {
		const { server, model, endpoint } = await given((received) =>
			formatOf(received) === 'json_schema' ? refusesParameter('response_format') : reply(json),
		)
		expect(await textFrom(model, request)).toBe(json)
		expect(await textFrom(modelOn(endpoint, { alias: 'judge' }), request)).toBe(json)
		expect(server.requests.map(formatOf)).toEqual(['json_schema', 'json_object', 'json_object'])
		expect(server.requests.slice(1).map(lastMessageOf)).toEqual(
			Array(2).fill({
				role: 'user',
				content: `How many legs has a spider?\n\n${jsonInstruction(output.schema)}`,
			}),
		)
	})

	test('the instruction is worded as the practice model expects it', () => {
		expect(jsonInstruction({ type: 'object' })).toBe(
			'Reply with one JSON object and nothing else. It must match this JSON Schema:\n```json\n{"type":"object"}\n```',
		)
	})

	test('goes down to plain text', async () => {
		const { server, model } = await given((received) =>
			formatOf(received) === null
				? reply(json)
				: statusWithBody(422, {
						detail: [
							{ loc: ['body', 'response_format'], msg: 'Extra inputs are not permitted', input: { temperature: 1 } },
						],
					}),
		)
		expect(await textFrom(model, request)).toBe(json)
		await ask(model, request)
		expect(server.requests.map(formatOf)).toEqual(['json_schema', 'json_object', null, null])
		expect(JSON.stringify(server.requests[3]?.body)).toContain('Reply with one JSON object and nothing else.')
	})

	test('goes down once for an unspecific refusal', async () => {
		const { server, model } = await given((received) =>
			formatOf(received) === 'json_schema' ? status(400, 'Bad request') : reply(json),
		)
		expect(await textFrom(model, request)).toBe(json)
		expect(server.requests.map(formatOf)).toEqual(['json_schema', 'json_object'])
	})

	test('remembers nothing of a request that failed all the same', async () => {
		const { server, model } = await given([status(400, 'Bad request'), status(400, 'Bad request'), reply(json)])
		expect(await failureOf(model, request)).toMatchObject({ code: 'model-request', retry: 'never' })
		expect(await textFrom(model, request)).toBe(json)
		expect(server.requests.map(formatOf)).toEqual(['json_schema', 'json_object', 'json_schema'])
	})

	test('is remembered for each model of a server', async () => {
		const { server, model, endpoint } = await given((received) =>
			received.body.model === 'scripted-1' && formatOf(received) === 'json_schema'
				? refusesParameter('response_format')
				: reply(json),
		)
		await ask(model, request)
		await ask(modelOn(endpoint, { model: 'scripted-2' }), request)
		expect(server.requests.map(formatOf)).toEqual(['json_schema', 'json_object', 'json_schema'])
	})

	test('does not go down for a filter or a text that is too long', async () => {
		const tooLong = status(400, "This model's maximum context length is 8192 tokens.", {
			code: 'context_length_exceeded',
		})
		const { server, model } = await given([status(400, 'filtered', { code: 'content_filter' }), tooLong])
		expect(await failureOf(model, request)).toMatchObject({ code: 'model-filtered' })
		const failure = await failureOf(model, request)
		expect(failure).toMatchObject({ code: 'model-request' })
		expect(failure.fix).toContain('larger context window')
		expect(server.requests).toHaveLength(2)
	})
})

describe('parameters that a server does not take', () => {
	test('are left out one by one and stay out', async () => {
		const refused = ['max_tokens', 'temperature', 'seed', 'stream_options']
		const { server, model } = await given(({ body }) => {
			const first = refused.find((parameter) => parameter in body)
			return first === undefined ? reply('Eight') : status(400, `Unrecognized request argument supplied: ${first}`)
		})
		const request = { ...question, temperature: 0.5, sample: 1 }
		expect(await textFrom(model, request)).toBe('Eight')
		expect(server.requests).toHaveLength(5)
		expect(await textFrom(model, request)).toBe('Eight')
		expect(Object.keys(server.requests[5]?.body ?? {})).toEqual([
			'model',
			'messages',
			'stream',
			'max_completion_tokens',
		])
	})

	test('a server that refuses everything is given up after a few requests', async () => {
		const { server, model } = await given(
			() => status(400, 'max_tokens response_format temperature seed stream_options reasoning_effort'),
			{ kind: 'reasoning' },
		)
		expect(await failureOf(model, { ...question, output, sample: 1, reasoningEffort: 'none' })).toMatchObject({
			code: 'model-request',
		})
		expect(server.requests.length).toBeLessThanOrEqual(9)
	})

	test('the effort none becomes the lowest one that the model knows', async () => {
		const { server, model } = await given(
			({ body }) =>
				body.reasoning_effort === 'low'
					? reply('Eight')
					: status(400, `Unsupported value: 'reasoning_effort' does not support '${body.reasoning_effort}'.`),
			{ kind: 'reasoning' },
		)
		await ask(model, { ...question, reasoningEffort: 'none' })
		await ask(model, { ...question, reasoningEffort: 'none' })
		expect(server.requests.map(({ body }) => body.reasoning_effort)).toEqual(['none', 'minimal', 'low', 'low'])
	})

	test('the room for thinking shrinks to what fits into a small context window', async () => {
		const { server, model } = await given(
			({ body }) =>
				Number(body.max_tokens) > 16_000 ? status(400, "'max_tokens' is too large: 25500.") : reply('Eight'),
			{ kind: 'reasoning' },
		)
		expect(await textFrom(model)).toBe('Eight')
		expect(server.requests.map(({ body }) => body.max_tokens)).toEqual([25_500, 8_500])
	})
})

describe('a reply', () => {
	test('keeps the private thinking to itself', async () => {
		const pieces = [
			{ reasoning_content: 'SECRET' },
			{ reasoning: 'SECRET' },
			{ content: '\n<thi' },
			{ content: 'nk>SEC' },
			{ content: 'RET</think' },
			{ content: '>\n\nEight' },
		]
		const { model } = await given([deltas(pieces), thinkingReply('SECRET', 'Eight'), reply('Eight<think>SECRET')])
		for (let call = 0; call < 3; call++) expect(await textFrom(model)).toBe('Eight')
	})

	test('takes content in parts and leaves the thinking parts out', async () => {
		const content = [
			{ type: 'thinking', thinking: [{ type: 'text', text: 'SECRET' }] },
			{ type: 'text', text: 'Eight' },
		]
		const { model } = await given([deltas([{ content }])])
		expect(await textFrom(model)).toBe('Eight')
	})

	test('that hit its limit with text ends with the reason length', async () => {
		const { model } = await given([reply('Eig', { finishReason: 'length', model: 'scripted-1-2026' })])
		expect((await ask(model)).at(-1)).toMatchObject({ kind: 'finish', reason: 'length', model: 'scripted-1-2026' })
	})

	test('is read in one piece from a server that does not stream', async () => {
		const { model } = await given([wholeReply('<think>SECRET</think>Eight')])
		expect(await ask(model)).toEqual([
			{ kind: 'text-delta', text: 'Eight' },
			{
				kind: 'finish',
				reason: 'stop',
				usage: { inputTokens: 11, outputTokens: 7, estimated: false },
				model: 'scripted-1',
			},
		])
	})

	test('of one call leaves the connection open for the next ones', async () => {
		const { server, model } = await given(() => async (request, response) => {
			startStream(response)
			sendText(request, response, 'Eight')
			send(response, { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })
			// The end mark and the end of the response are two packets at many servers.
			await new Promise((resolve) => response.write('data: [DONE]\n\n', resolve))
			setTimeout(() => response.end(), 5)
		})
		for (let call = 0; call < 6; call++) await ask(model)
		// One more than needed: a connection becomes free only a moment after its reply has ended.
		expect(server.connections()).toBeLessThanOrEqual(2)
		expect(server.requests.some(({ closedEarly }) => closedEarly)).toBe(false)
	})
})

describe('failures', () => {
	const cases = [
		{ step: emptyAtLength(), code: 'model-length', retry: 'never' },
		{ step: reply('<think>only thinking', { finishReason: 'length' }), code: 'model-length', retry: 'never' },
		{ step: reply(' \n'), code: 'model-malformed', retry: { afterMs: null } },
		{ step: refusal('I will not'), code: 'model-filtered', retry: 'never' },
		{ step: contentFiltered('Eig'), code: 'model-filtered', retry: 'never' },
		{ step: garbage(), code: 'model-malformed', retry: { afterMs: null } },
		{ step: raw('{"choices": 8}', 'application/json'), code: 'model-malformed', retry: { afterMs: null } },
		{ step: raw('{"choi', 'application/json'), code: 'model-malformed', retry: { afterMs: null } },
		{ step: raw('<!doctype html>', 'text/html'), code: 'model-malformed', retry: 'never' },
		{
			step: raw('{"error":{"message":"busy","code":503}}', 'application/json'),
			code: 'model-overloaded',
			retry: { afterMs: null },
		},
		{
			step: raw('data: {"error":{"message":"busy","code":502}}\n\n'),
			code: 'model-overloaded',
			retry: { afterMs: null },
		},
		{ step: proxyErrorPage(), code: 'model-overloaded', retry: { afterMs: null } },
		{ step: cutAfter('Eig'), code: 'model-unreachable', retry: { afterMs: null } },
		{ step: endEarlyAfter('Eig'), code: 'model-unreachable', retry: { afterMs: null } },
		{ step: rateLimited({ 'retry-after': '3' }), code: 'model-overloaded', retry: { afterMs: 3_000 } },
		{ step: quotaExceeded(), code: 'model-quota', retry: 'never' },
		{ step: unauthorizedEchoingKey(), code: 'model-auth', retry: 'never' },
		{
			step: status(404, 'The model does not exist', { code: 'model_not_found' }),
			code: 'model-request',
			retry: 'never',
		},
	] as const

	test.each(cases)('$code, case %#', async ({ step, code, retry }) => {
		const { server, model } = await given([step])
		const failure = await failureOf(model)
		expect(failure).toMatchObject({ code, retry })
		expect(failure.message).toContain(server.server)
		expect(failure.message).toMatch(/^[^\n]{10,400}\.$/)
		expect(server.requests).toHaveLength(1)
	})

	test('never repeat the key that a server echoes', async () => {
		const { model } = await given([unauthorizedEchoingKey()])
		const failure = await failureOf(model)
		expect(failure.fix).toContain('OPENAI_API_KEY')
		expect(JSON.stringify([failure.message, failure.fix, String(failure.cause), failure.stack])).not.toContain(apiKey)
	})

	test('name the port and the cause of a refused connection', async () => {
		const { server, model } = await given([])
		await server.close()
		const failure = await failureOf(model)
		expect(failure).toMatchObject({ code: 'model-unreachable', retry: { afterMs: null } })
		expect(failure.message).toContain(server.server)
		expect(failure.message).toContain('ECONNREFUSED')
		expect(failure.fix).toContain('OPENAI_BASE_URL')
	})
})

describe('silence', () => {
	const timedOut = { code: 'model-timeout', retry: { afterMs: null } }

	test('before the first byte ends the call and closes the connection', async () => {
		const { server, model } = await given([hang()], { timeoutMs: 40 })
		expect(await failureOf(model)).toMatchObject(timedOut)
		await (await server.request(0)).closed
		expect(server.requests[0]?.closedEarly).toBe(true)
	})

	test('between two chunks ends the call, and the limit of the request counts more than the own one', async () => {
		const { server, model } = await given([hangAfter('Eight')])
		expect(await failureOf(model, { ...question, timeoutMs: 40 })).toMatchObject(timedOut)
		await (await server.request(0)).closed
	})
})
