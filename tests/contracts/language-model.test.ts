import { getEventListeners } from 'node:events'
import { afterEach, describe, expect, test } from 'vitest'
import { AbortedError } from '../../src/core/abort.ts'
import { textContent } from '../../src/core/content.ts'
import { ThreadwiseError } from '../../src/core/errors.ts'
import type { LanguageModel, ModelChunk, ModelRequest } from '../../src/core/language-model.ts'
import { createModelEndpoint } from '../../src/models/endpoint.ts'
import { createOpenAiCompatibleModel } from '../../src/models/openai-compatible.ts'
import {
	cutAfter,
	emptyAtLength,
	hang,
	hangAfter,
	type ModelScript,
	reply,
	type ScriptedModelServer,
	startScriptedModelServer,
	status,
} from '../support/scripted-model-server.ts'

/** An implementation of the port in front of a server that follows a script. */
type Subject = AsyncDisposable & { readonly model: LanguageModel; readonly server: ScriptedModelServer }
type Implementation = { readonly name: string; start(script: ModelScript): Promise<Subject> }

const implementations: readonly Implementation[] = [
	{
		name: 'the OpenAI-compatible model over HTTP',
		async start(script) {
			const server = await startScriptedModelServer(script)
			const endpoint = createModelEndpoint({ name: 'scripted', baseUrl: server.baseUrl, apiKey: null })
			const model = createOpenAiCompatibleModel({
				alias: 'strong',
				model: 'scripted-1',
				kind: 'plain',
				price: { inputUsdPerMillion: 1, outputUsdPerMillion: 2 },
				endpoint,
				allowsTemperature: true,
				timeoutMs: 60_000,
			})
			const dispose = async () => {
				await endpoint.close()
				await server.close()
			}
			return { model, server, [Symbol.asyncDispose]: dispose }
		},
	},
]

const question: ModelRequest = {
	messages: [{ role: 'user', content: textContent('How many legs has a spider?') }],
	maxOutputTokens: 500,
}

function languageModelContract({ name, start }: Implementation): void {
	describe(name, () => {
		let subject: Subject | null = null
		const given = async (script: ModelScript) => {
			subject = await start(script)
			return subject
		}
		afterEach(async () => {
			await subject?.[Symbol.asyncDispose]()
			subject = null
		})

		test('names the call to the server, whatever characters its name has', async () => {
			const { model, server } = await given([reply('Eight.'), reply('Eight.')])
			const ask = (request: ModelRequest) => collect(model.stream(request, new AbortController().signal))
			await ask({ ...question, callId: 'run-1/execute/s1→ü\n\uD800-sample-0' })
			await ask(question)
			expect(server.requests.map(({ headers }) => headers['x-threadwise-call'])).toEqual([
				'run-1/execute/s1%E2%86%92%C3%BC%0A%EF%BF%BD-sample-0',
				undefined,
			])
		})

		test('streams text as it comes and ends with exactly one finish chunk', async () => {
			const { model } = await given([reply(['Eight', ' legs.'])])
			const chunks = await collect(model.stream(question, new AbortController().signal))
			expect(chunks).toEqual([
				{ kind: 'text-delta', text: 'Eight' },
				{ kind: 'text-delta', text: ' legs.' },
				{
					kind: 'finish',
					reason: 'stop',
					usage: { inputTokens: 11, outputTokens: 7, estimated: false },
					model: 'scripted-1',
				},
			])
		})

		test('can be asked again and at the same time', async () => {
			const { model } = await given((request) => reply(`${JSON.stringify(request.body.messages).length}`))
			const ask = () => collect(model.stream(question, new AbortController().signal))
			const [first, ...others] = await Promise.all([ask(), ask(), ask()])
			for (const other of others) expect(other).toEqual(first)
		})

		test('throws a model error that says whether a retry helps', async () => {
			const { model } = await given([status(503, 'busy'), status(401, 'no'), emptyAtLength(), cutAfter('Eight')])
			expect(await failureOf(model)).toMatchObject({ code: 'model-overloaded', retry: { afterMs: null } })
			expect(await failureOf(model)).toMatchObject({ code: 'model-auth', retry: 'never' })
			expect(await failureOf(model)).toMatchObject({ code: 'model-length', retry: 'never' })
			expect(await failureOf(model)).toMatchObject({ code: 'model-unreachable', retry: { afterMs: null } })
		})

		test('does not retry by itself', async () => {
			const { model, server } = await given([status(503, 'busy'), reply('never asked')])
			await failureOf(model)
			expect(server.requests).toHaveLength(1)
		})

		test('rejects with the reason of a signal that was aborted before, without asking', async () => {
			const { model, server } = await given([reply('never asked')])
			const reason = new AbortedError('budget')
			await expect(collect(model.stream(question, AbortSignal.abort(reason)))).rejects.toBe(reason)
			expect(server.requests).toHaveLength(0)
		})

		test('an abort before the first byte closes the connection and rejects with its reason', async () => {
			const { model, server } = await given([hang()])
			const controller = new AbortController()
			const reason = new AbortedError('user')
			const answer = collect(model.stream(question, controller.signal))
			const request = await server.request(0)
			controller.abort(reason)
			await expect(answer).rejects.toBe(reason)
			await request.closed
			expect(request.closedEarly).toBe(true)
		})

		test('an abort between two chunks closes the connection and rejects with its reason', async () => {
			const { model, server } = await given([hangAfter('Eight')])
			const controller = new AbortController()
			const reason = new AbortedError('deadline')
			const chunks = model.stream(question, controller.signal)[Symbol.asyncIterator]()
			expect(await chunks.next()).toMatchObject({ value: { text: 'Eight' } })
			const next = chunks.next()
			controller.abort(reason)
			await expect(next).rejects.toBe(reason)
			await (await server.request(0)).closed
			expect(server.requests[0]).toMatchObject({ closedEarly: true })
		})

		test('an abort while the consumer is busy is seen at its next step', async () => {
			const { model } = await given([reply(['Eight', ' legs', ' it has.'])])
			const controller = new AbortController()
			const reason = new AbortedError('user')
			const chunks = model.stream(question, controller.signal)[Symbol.asyncIterator]()
			await chunks.next()
			controller.abort(reason)
			await expect(chunks.next()).rejects.toBe(reason)
			expect(await chunks.next()).toEqual({ done: true, value: undefined })
		})

		test('a consumer that leaves early closes the connection', async () => {
			const { model, server } = await given([hangAfter('Eight', ' legs')])
			for await (const chunk of model.stream(question, new AbortController().signal)) {
				expect(chunk).toEqual({ kind: 'text-delta', text: 'Eight' })
				break
			}
			const request = await server.request(0)
			await request.closed
			expect(request.closedEarly).toBe(true)
		})

		test('leaving while the next chunk is awaited ends quietly and closes the connection', async () => {
			const { model, server } = await given([hangAfter('Eight')])
			const chunks = model.stream(question, new AbortController().signal)[Symbol.asyncIterator]()
			await chunks.next()
			const next = chunks.next()
			await chunks.return?.()
			expect(await next).toEqual({ done: true, value: undefined })
			await (await server.request(0)).closed
		})

		test('leaves no listener on a long-lived signal, however the call ends', async () => {
			const { model } = await given([reply('Eight'), status(503, 'busy'), reply(['Eight', ' legs']), cutAfter('Eight')])
			const { signal } = new AbortController()
			await collect(model.stream(question, signal))
			await failureOf(model, signal)
			for await (const _ of model.stream(question, signal)) break
			await failureOf(model, signal)
			expect(getEventListeners(signal, 'abort')).toEqual([])
		})
	})
}

async function collect<T>(source: AsyncIterable<T>): Promise<readonly T[]> {
	const items: T[] = []
	for await (const item of source) items.push(item)
	return items
}

async function failureOf(model: LanguageModel, signal = new AbortController().signal): Promise<ThreadwiseError> {
	const chunks: ModelChunk[] = []
	try {
		for await (const chunk of model.stream(question, signal)) chunks.push(chunk)
	} catch (error) {
		if (error instanceof ThreadwiseError) return error
		throw error
	}
	throw new Error(`the stream was expected to fail, but gave ${JSON.stringify(chunks)}`)
}

for (const implementation of implementations) languageModelContract(implementation)
