import { APIConnectionError, BadRequestError, InternalServerError, RateLimitError } from 'openai'
import { describe, expect, test, vi } from 'vitest'
import { type RunningServer, runServer } from './testing/running-server.ts'

const model = 'practice-fast'
const messages = [{ role: 'user', content: 'What is 17 * 23?' }] as const

function post(server: RunningServer, body: string): Promise<Response> {
	return fetch(`${server.url}/v1/chat/completions`, {
		method: 'POST',
		headers: { 'Content-Type': 'application/json' },
		body,
	})
}

describe('a reply', () => {
	test('comes whole, with its usage', async () => {
		await using server = await runServer()
		const reply = await server.client.chat.completions.create({ model, messages: [...messages] })
		expect(reply.choices[0]).toMatchObject({
			finish_reason: 'stop',
			message: { content: 'The product is 17 * 23 = 391.' },
		})
		expect(reply.usage).toEqual({ prompt_tokens: 4, completion_tokens: 8, total_tokens: 12 })
		expect(reply.model).toBe(model)
	})

	test('streams, with the usage in a last chunk without choices', async () => {
		await using server = await runServer()
		const stream = await server.client.chat.completions.create({
			model,
			messages: [...messages],
			stream: true,
			stream_options: { include_usage: true },
		})
		const chunks = await Array.fromAsync(stream)
		expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toBe('The product is 17 * 23 = 391.')
		expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe('stop')
		expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: 8 } })
		expect(chunks.slice(0, -1).every(({ usage }) => usage === null)).toBe(true)
	})

	test('streams without usage where nobody asked for it or the server ignores the wish', async () => {
		await using plain = await runServer()
		await using older = await runServer({ streamUsage: false })
		const unasked = await plain.client.chat.completions.create({ model, messages: [...messages], stream: true })
		const ignored = await older.client.chat.completions.create({
			model,
			messages: [...messages],
			stream: true,
			stream_options: { include_usage: true },
		})
		for (const stream of [unasked, ignored]) {
			const chunks = await Array.fromAsync(stream)
			expect(chunks.every(({ choices, usage }) => choices.length === 1 && usage === undefined)).toBe(true)
		}
	})

	test.each([{ max_completion_tokens: 3 }, { max_tokens: 3 }])('is cut where %o ends it', async (limit) => {
		await using server = await runServer()
		const reply = await server.client.chat.completions.create({ model, messages: [...messages], ...limit })
		expect(reply.choices[0]).toMatchObject({ finish_reason: 'length', message: { content: 'The product ' } })
		expect(reply.usage?.completion_tokens).toBe(3)
	})

	test('takes content in parts as well', async () => {
		await using server = await runServer()
		const content = [
			{ type: 'text' as const, text: 'What is ' },
			{ type: 'text' as const, text: '2 + 2?' },
		]
		const reply = await server.client.chat.completions.create({ model, messages: [{ role: 'user', content }] })
		expect(reply.choices[0]?.message.content).toBe('The sum is 2 + 2 = 4.')
	})
})

describe('a bad request', () => {
	test.each([
		['that is not JSON', 'nope', 400, null],
		['without messages', '{"model":"x"}', 400, 'messages'],
		[
			'of more than 1 MB',
			JSON.stringify({ model: 'x', messages: [{ role: 'user', content: 'a'.repeat(1_100_000) }] }),
			413,
			null,
		],
	])('%s is refused in the shape of OpenAI', async (_name, body, status, param) => {
		await using server = await runServer()
		const response = await post(server, body)
		expect(response.status).toBe(status)
		expect(await response.json()).toEqual({
			error: { message: expect.any(String), type: 'invalid_request_error', code: null, param },
		})
	})

	test('to an unknown route gets 404', async () => {
		await using server = await runServer()
		const response = await fetch(`${server.url}/v1/embeddings`, { method: 'POST' })
		expect(response.status).toBe(404)
		expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error' } })
	})

	test('with a foreign schema is refused', async () => {
		await using server = await runServer()
		const response_format = {
			type: 'json_schema' as const,
			json_schema: { name: 'recipe', schema: { type: 'object', properties: { flour: {} } } },
		}
		await expect(
			server.client.chat.completions.create({ model, messages: [...messages], response_format }),
		).rejects.toThrow(BadRequestError)
	})
})

describe('the rest of the server', () => {
	test('lists its models and reports its health', async () => {
		await using server = await runServer()
		const names = (await server.client.models.list()).data.map(({ id }) => id)
		expect(names).toEqual(['practice-fast', 'practice-strong', 'practice-judge'])
		expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
	})

	test('can be a server that knows fewer parameters', async () => {
		await using server = await runServer({ refuseJsonObject: true, refuseJsonSchema: true, requireMaxTokens: true })
		const ask = (more: object) => server.client.chat.completions.create({ model, messages: [...messages], ...more })
		const jsonSchema = { type: 'json_schema', json_schema: { name: 'plan', schema: {} } }
		await expect(ask({ response_format: jsonSchema })).rejects.toMatchObject({ status: 400, param: 'response_format' })
		await expect(ask({ response_format: { type: 'json_object' } })).rejects.toMatchObject({
			status: 400,
			param: 'response_format',
		})
		await expect(ask({ max_completion_tokens: 9 })).rejects.toThrow('Unsupported parameter')
		await expect(ask({ max_tokens: 9 })).resolves.toBeDefined()
	})

	test('waits before the first byte as long as it is told', async () => {
		await using server = await runServer({ latencyMs: 120 })
		const start = performance.now()
		await server.client.chat.completions.create({ model, messages: [...messages] })
		expect(performance.now() - start).toBeGreaterThanOrEqual(115)
	})
})

describe('a model that reasons', () => {
	const thinking = (server: RunningServer, more: object = {}) =>
		server.client.chat.completions.create({ model, messages: [...messages], ...more })

	test('counts its hidden thinking as output, more of it at a higher effort', async () => {
		await using server = await runServer({ reasoning: true })
		const efforts = ['none', 'low', 'medium', 'high', undefined] as const
		const used = await Promise.all(
			efforts.map(async (effort) => {
				const { usage, choices } = await thinking(server, effort === undefined ? {} : { reasoning_effort: effort })
				expect(choices[0]).toMatchObject({
					finish_reason: 'stop',
					message: { content: 'The product is 17 * 23 = 391.' },
				})
				const hidden = usage?.completion_tokens_details?.reasoning_tokens ?? -1
				expect(usage).toMatchObject({ completion_tokens: hidden + 8, total_tokens: hidden + 12 })
				return hidden
			}),
		)
		const [none = -1, low = 0, medium = 0, high = 0, absent = 0] = used
		expect(none).toBe(0)
		expect([low < medium, medium < high, absent === medium]).toEqual([true, true, true])
	})

	test('says nothing where the limit ends its thinking', async () => {
		await using server = await runServer({ reasoning: true })
		const reply = await thinking(server, { max_completion_tokens: 300 })
		expect(reply.choices[0]).toMatchObject({ finish_reason: 'length', message: { content: '' } })
		expect(reply.usage).toMatchObject({
			completion_tokens: 300,
			completion_tokens_details: { reasoning_tokens: 300 },
		})
	})

	test('streams the same usage', async () => {
		await using server = await runServer({ reasoning: true })
		const stream = await server.client.chat.completions.create({
			model,
			messages: [...messages],
			stream: true,
			stream_options: { include_usage: true },
			reasoning_effort: 'low',
		})
		const chunks = await Array.fromAsync(stream)
		const { usage } = await thinking(server, { reasoning_effort: 'low' })
		expect(chunks.at(-1)?.usage).toEqual(usage)
	})

	test('refuses temperature and top_p in the words of OpenAI', async () => {
		await using server = await runServer({ reasoning: true })
		await expect(thinking(server, { temperature: 0.7 })).rejects.toMatchObject({
			status: 400,
			code: 'unsupported_value',
			param: 'temperature',
			type: 'invalid_request_error',
		})
		await expect(thinking(server, { top_p: 0.9 })).rejects.toMatchObject({
			status: 400,
			code: 'unsupported_parameter',
			param: 'top_p',
		})
		await expect(thinking(server, { temperature: 1 })).resolves.toBeDefined()
	})

	test('is one only where that was asked for', async () => {
		await using server = await runServer()
		const { usage } = await thinking(server, { temperature: 0.7, top_p: 0.9, reasoning_effort: 'high' })
		expect(usage).toEqual({ prompt_tokens: 4, completion_tokens: 8, total_tokens: 12 })
	})
})

describe('faults', () => {
	test('come in all three kinds, for the share of requests that was asked for, and a retry can succeed', async () => {
		await using server = await runServer({ errorRate: 0.5 })
		const outcomes = await Promise.all(
			Array.from({ length: 60 }, async (_, index) => {
				const content = `What is ${index} + 1?`
				return server.client.chat.completions.create({ model, messages: [{ role: 'user', content }] }).then(
					() => 'fine',
					(error: unknown) => error,
				)
			}),
		)
		const count = (kind: abstract new (...values: never[]) => unknown) =>
			outcomes.filter((each) => each instanceof kind).length
		expect(
			[count(RateLimitError), count(InternalServerError), count(APIConnectionError)].every((each) => each > 3),
		).toBe(true)
		expect(outcomes.filter((each) => each === 'fine').length).toBeGreaterThan(15)
		const busy = outcomes.find((each) => each instanceof RateLimitError)
		expect(busy instanceof RateLimitError && busy.headers?.get('retry-after')).toBe('1')
	})

	test('do not stick to a request', async () => {
		await using server = await runServer({ errorRate: 0.5 })
		const tries = Array.from({ length: 12 }, () => ({ model, messages: [...messages] }))
		const outcomes: boolean[] = []
		for (const request of tries)
			outcomes.push(
				await server.client.chat.completions.create(request).then(
					() => true,
					() => false,
				),
			)
		expect(new Set(outcomes).size).toBe(2)
	})
})

describe('the log', () => {
	test('has a line for every finished and every refused request', async () => {
		await using server = await runServer()
		await server.client.chat.completions.create(
			{ model, messages: [...messages] },
			{ headers: { 'x-threadwise-call': 'run-1/direct' } },
		)
		await post(server, 'nope')
		expect(server.records()).toMatchObject([
			{
				role: 'answer',
				model,
				outcome: 'completed',
				call: 'run-1/direct',
				digest: expect.stringMatching(/^[0-9a-f]{64}$/),
			},
			{ role: null, model: null, outcome: 'refused', call: null, digest: null },
		])
		const [first] = server.records()
		expect(Date.parse(first?.startedAt ?? '')).toBeLessThanOrEqual(Date.parse(first?.endedAt ?? ''))
	})

	test.each([{ latencyMs: 5_000 }, { tokenLatencyMs: 100 }])(
		'says aborted when the caller hangs up during %o',
		async (slow) => {
			await using server = await runServer(slow)
			const hangUp = new AbortController()
			const reading = server.client.chat.completions
				.create({ model, messages: [...messages], stream: true }, { signal: hangUp.signal })
				.then((stream) => Array.fromAsync(stream))
				.catch(() => 'aborted')
			setTimeout(() => hangUp.abort(), 150)
			await reading
			await vi.waitFor(() => expect(server.records()).toMatchObject([{ outcome: 'aborted', role: 'answer' }]))
		},
	)
})
