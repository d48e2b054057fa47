import { describe, expect, onTestFinished, test } from 'vitest'
import { aMessage, aView } from '../../tests/support/builders.ts'
import {
	hang,
	reply,
	type ScriptedStep,
	startScriptedModelServer,
	status,
} from '../../tests/support/scripted-model-server.ts'
import { practiceSettings } from '../../tests/support/wiring.ts'
import { AbortedError } from '../core/abort.ts'
import type { ChatPlatform } from '../core/chat-platform.ts'
import { textContent } from '../core/content.ts'
import { ThreadwiseError } from '../core/errors.ts'
import type { Observation } from '../core/telemetry.ts'
import { createLanguageModels } from '../models/index.ts'
import { fanOut } from './fan-out.ts'
import { observedAsk, observedEdit } from './observed-ask.ts'
import { observedPlatform } from './observed-delivery.ts'
import { observedModels } from './observed-models.ts'

const never = new AbortController().signal
const request = {
	messages: [{ role: 'user' as const, content: textContent('Hello') }],
	maxOutputTokens: 10,
	callId: 'r1/direct/k',
}

async function watchedModel(step: ScriptedStep) {
	const server = await startScriptedModelServer(() => step)
	const models = createLanguageModels(practiceSettings(server.baseUrl))
	onTestFinished(async () => {
		await models.close()
		await server.close()
	})
	const observed: Observation[] = []
	const observe = (observation: Observation) => void observed.push(observation)
	const watched = observedModels(models, { observe, serverOf: () => ({ address: '127.0.0.1', port: 1 }) })
	return { model: watched('strong'), observed, server, sameAgain: watched('strong') }
}

describe('a watched model', () => {
	test('replies as it would unwatched, and tells who was asked', async () => {
		const { model, sameAgain, observed } = await watchedModel(reply('Hello.'))
		const chunks = await Array.fromAsync(model.stream(request, never))
		expect(chunks.map(({ kind }) => kind)).toEqual(['text-delta', 'finish'])
		expect(sameAgain).toBe(model)
		const facts = { callId: 'r1/direct/k', alias: 'strong', model: 'practice-strong', output: 'text' }
		expect(observed).toMatchObject([{ kind: 'model-request', ...facts }])
	})

	test('that fails tells the code, and throws the same error', async () => {
		const { model, observed } = await watchedModel(status(500, 'Broken.'))
		await expect(Array.fromAsync(model.stream(request, never))).rejects.toMatchObject({ code: 'model-overloaded' })
		expect(observed.at(-1)).toMatchObject({
			kind: 'model-error',
			code: 'model-overloaded',
			elapsedMs: expect.any(Number),
		})
	})

	test('that is stopped, or left while it is silent, has not failed, and its connection is closed', async () => {
		const { model, observed, server } = await watchedModel(hang())
		const stop = new AbortController()
		const stopped = Array.fromAsync(model.stream(request, stop.signal)).catch((error: unknown) => error)
		const first = await server.request(0)
		stop.abort(new AbortedError('user'))
		expect(await stopped).toBeInstanceOf(AbortedError)
		await first.closed

		const chunks = model.stream(request, never)[Symbol.asyncIterator]()
		const waiting = chunks.next()
		const second = await server.request(1)
		await chunks.return?.()
		await Promise.all([second.closed, waiting])
		expect(observed.map(({ kind }) => kind)).toEqual(['model-request', 'model-request'])
	})
})

const runId = '01890a5d-ac96-774b-bcce-b302099a8057'
const { conversation } = aMessage()
const posted = { runId, conversation, messageIds: ['m1'] }

function watchedPlatform(send: () => Promise<typeof posted>) {
	const observed: Observation[] = []
	const platform: ChatPlatform = {
		name: 'testing',
		capabilities: { collapse: 'none', maxLength: 100, minEditMs: 0, joinsLate: false },
		start: async () => {},
		find: async () => posted,
		readEarlier: async () => [],
		post: send,
		update: send,
	}
	return { platform: observedPlatform(platform, (observation) => void observed.push(observation)), observed }
}

describe('a watched platform', () => {
	test('tells the first sign of life, and how long an outcome took to be shown', async () => {
		const { platform, observed } = watchedPlatform(async () => posted)
		await platform.post(runId, conversation, aView({ status: 'working' }))
		const startedAt = new Date(Date.now() - 3_000).toISOString()
		await platform.update(posted, aView({ status: 'answered', startedAt, elapsedMs: 1_000 }))
		const [first, last] = observed
		expect(first).toMatchObject({ kind: 'message-sent', runId, platform: 'testing', action: 'post', lagMs: null })
		expect(last).toMatchObject({ kind: 'message-sent', action: 'edit', sinceAcceptedMs: null })
		expect(first?.kind === 'message-sent' && first.sinceAcceptedMs).toBeGreaterThan(0)
		const lagMs = last?.kind === 'message-sent' ? last.lagMs : null
		expect(lagMs).toBeGreaterThanOrEqual(2_000)
		expect(lagMs).toBeLessThan(5_000)
	})

	test.each([
		[new ThreadwiseError('platform-refused', 'No.', { fix: '' }), 'platform-refused'],
		[new Error('a bug'), 'internal'],
	])('tells the code of a failure and throws the same: %s', async (error, code) => {
		const { platform, observed } = watchedPlatform(() => Promise.reject(error))
		await expect(platform.post(runId, conversation, aView())).rejects.toBe(error)
		expect(observed).toMatchObject([{ kind: 'message-failed', runId, action: 'post', code }])
	})
})

describe('asking', () => {
	test('tells refusals, and nothing of what is no refusal', async () => {
		const observed: Observation[] = []
		const observe = (observation: Observation) => void observed.push(observation)
		for (const code of ['busy', 'store-unavailable'] as const) {
			const error = new ThreadwiseError(code, '', { fix: '' })
			await expect(observedAsk(() => Promise.reject(error), observe)(aMessage())).rejects.toBe(error)
		}
		expect(observed).toEqual([{ kind: 'run-refused', runId: null, platform: 'testing', code: 'busy' }])
	})

	test('anew tells refusals only: what an edit begins, the store tells', async () => {
		const observed: Observation[] = []
		const observe = (observation: Observation) => void observed.push(observation)
		const refused = { outcome: 'refused', code: 'budget', message: '', fix: '', retryAfterMs: null } as const
		for (const result of [refused, { outcome: 'begun', runId } as const]) {
			expect(await observedEdit(async () => result, observe)(aMessage())).toBe(result)
		}
		expect(observed).toEqual([{ kind: 'run-refused', runId: null, platform: 'testing', code: 'budget' }])
	})
})

test('somebody who fails at being told keeps nobody else from it', () => {
	const told: string[] = []
	const troubles: unknown[] = []
	const bug = new Error('a bug')
	const observe = fanOut(
		[
			() => {
				throw bug
			},
			({ kind }) => told.push(kind),
		],
		(error) => troubles.push(error),
	)
	observe({ kind: 'run-delivered', runId })
	expect(told).toEqual(['run-delivered'])
	expect(troubles).toEqual([bug])
})
