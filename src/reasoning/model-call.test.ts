import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { delta, recordsOf } from '../../tests/support/builders.ts'
import {
	collect,
	openReasoning,
	type ReasoningWorld,
	type RoleScript,
	type SessionChoices,
} from '../../tests/support/reasoning.ts'
import {
	cutAfter,
	emptyAtLength,
	endEarlyAfter,
	hang,
	hangAfter,
	quotaExceeded,
	rateLimited,
	refusal,
	reply,
	type ScriptedStep,
	send,
	sendText,
	startStream,
	status,
} from '../../tests/support/scripted-model-server.ts'
import { AbortedError } from '../core/abort.ts'
import type { StageEvent } from '../core/stage.ts'
import { noUsage } from '../core/usage.ts'
import { callModel, type ModelCall } from './model-call.ts'

// Retries wait for a random part of their limit: here for none of it.
beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0))
afterEach(() => void vi.restoreAllMocks())

function callIn({ dependencies }: ReasoningWorld, choices: Partial<ModelCall> = {}): ModelCall {
	const prompt = dependencies.prompts.get('direct@1')
	return {
		nodeId: 'direct',
		key: 'answer',
		model: dependencies.models('fast'),
		prompt,
		request: { messages: prompt.fill({ history: '', question: 'Where is the Louvre?' }), maxOutputTokens: 100 },
		purpose: 'answer',
		stream: false,
		...choices,
	}
}

/** One call in a world of its own. */
async function made(script: RoleScript, call: Partial<ModelCall> = {}, choices: SessionChoices = {}) {
	await using world = await openReasoning(script)
	const session = world.session(choices)
	const outcome = await collect(callModel(callIn(world, call), session)).catch((error: unknown) => ({ error }))
	return { ...outcome, requests: world.server.requests.length, spent: session.budget.spent() }
}

const kinds = (events: readonly StageEvent[]) => events.map(({ kind }) => kind)

describe('a model call', () => {
	test('says that it begins, then what it cost and what came back', async () => {
		await using world = await openReasoning({ direct: reply(['In ', 'Paris.'], { model: 'fast-model-2026' }) })
		const session = world.session()
		const { events, result } = await collect(callModel(callIn(world), session))
		expect(result).toEqual({ text: 'In Paris.', finishReason: 'stop' })
		expect(kinds(events)).toEqual(['model-call-start', 'model-call-end'])
		expect(events[1]).toMatchObject({
			callKey: 'answer',
			alias: 'fast',
			model: 'fast-model-2026',
			prompt: { name: 'direct', version: 1 },
			settings: { sample: 0, maxOutputTokens: 100 },
			finishReason: 'stop',
			usage: { calls: 1, inputTokens: 11, outputTokens: 7, costMicroUsd: 25 },
			usageEstimated: false,
			content: { text: 'In Paris.' },
		})
		expect(session.budget.spent()).toEqual({ calls: 1, inputTokens: 11, outputTokens: 7, costMicroUsd: 25 })
	})

	test('says so where the usage had to be estimated', async () => {
		const { spent } = await made({ direct: reply('In Paris.', { usage: null }) })
		expect(spent.inputTokens).toBeGreaterThan(0)
		expect(spent.outputTokens).toBeGreaterThan(0)
	})

	test('whose reply is in the journal makes no request and costs nothing more', async () => {
		await using world = await openReasoning({ direct: reply('In Paris.') })
		const { events } = await collect(callModel(callIn(world), world.session()))
		const records = recordsOf(events.map((event) => ({ nodeId: 'direct', event })))
		const session = world.session({ records })
		expect(await collect(callModel(callIn(world), session))).toEqual({
			events: [],
			result: { text: 'In Paris.', finishReason: 'stop' },
		})
		expect(session.budget.spent()).toEqual(noUsage)
		expect(world.server.requests).toHaveLength(1)
	})

	test('that the budget does not cover makes no request', async () => {
		const outcome = await made({}, {}, { budget: { tokens: 100 } })
		expect(outcome).toMatchObject({ error: { abortCause: 'budget' }, requests: 0, spent: noUsage })
	})

	test('that is work leaves the share of the answer', async () => {
		const budget = { tokens: 5_100 }
		expect(await made({}, { purpose: 'work' }, { budget })).toMatchObject({ requests: 0 })
		expect(await made({}, { purpose: 'answer' }, { budget })).toMatchObject({ requests: 1 })
	})

	test('after an abort makes no request', async () => {
		const signal = AbortSignal.abort(new AbortedError('user'))
		expect(await made({}, {}, { signal })).toMatchObject({ error: { abortCause: 'user' }, requests: 0 })
	})
})

describe('a model call that fails', () => {
	const passing: Readonly<Record<string, ScriptedStep>> = {
		'a 429': rateLimited({ 'retry-after-ms': '1' }),
		'a 500': status(500, 'oops'),
		'a 503': status(503, 'overloaded'),
		'a cut': cutAfter('In Lon'),
		'an end without an end': endEarlyAfter('In Lon'),
	}
	test.each(Object.entries(passing))('is made again after %s, and counts as one call', async (_, failing) => {
		const outcome = await made({ direct: [failing, failing, reply('In Paris.')] })
		expect(outcome).toMatchObject({ result: { text: 'In Paris.' }, requests: 3, spent: { calls: 1 } })
	})

	test.each(Object.entries(passing))('is given up after three times %s, and costs nothing', async (_, failing) => {
		const outcome = await made({ direct: failing })
		expect(outcome).toMatchObject({ error: { name: 'ThreadwiseError' }, requests: 3, spent: noUsage })
	})

	const final: Readonly<Record<string, readonly [string, ScriptedStep]>> = {
		'a refused key': ['model-auth', status(401, 'wrong key')],
		'a forbidden model': ['model-auth', status(403, 'not for you')],
		'an unknown model': ['model-request', status(404, 'no such model')],
		'an empty purse': ['model-quota', quotaExceeded()],
		'a refusal': ['model-filtered', refusal('No.')],
	}
	test.each(Object.entries(final))('is not made again after %s', async (_, [code, step]) => {
		expect(await made({ direct: step })).toMatchObject({ error: { code }, requests: 1 })
	})

	test('gives its reservation back', async () => {
		await using world = await openReasoning({ direct: [status(401, 'wrong key'), reply('In Paris.')] })
		const session = world.session({ budget: { tokens: 500 } })
		await expect(collect(callModel(callIn(world), session))).rejects.toThrow()
		expect((await collect(callModel(callIn(world), session))).result.text).toBe('In Paris.')
	})
})

describe('what a failed attempt leaves reserved', () => {
	/** Whether a further call of so many tokens is covered after the first one, whose most is about 250 tokens. */
	async function coveredAfter(step: ScriptedStep, tokens: number, answers = true): Promise<boolean> {
		await using world = await openReasoning({ direct: answers ? [step, reply('In Paris.')] : step })
		const session = world.session({ budget: { tokens: 1_000 } })
		await collect(callModel(callIn(world), session)).catch(() => undefined)
		try {
			session.budget.reserve({ tokens, costMicroUsd: 0 }, 'answer')
			return true
		} catch {
			return false
		}
	}

	test.each([
		['a 429', rateLimited({ 'retry-after-ms': '1' })],
		['a 500', status(500, 'oops')],
	])('is nothing after %s', async (_, step) => {
		expect(await coveredAfter(step, 1_000 - 18)).toBe(true)
	})

	test.each([
		['a cut in the middle', cutAfter('In Lon')],
		['an end without an end', endEarlyAfter('In Lon')],
		['an empty reply', reply('')],
	])('is the most it can have cost after %s', async (_, step) => {
		expect(await coveredAfter(step, 1_000 - 18 - 100)).toBe(false)
		expect(await coveredAfter(step, 1_000 - 18 - 350)).toBe(true)
	})

	test('keeps a third attempt from being made where the budget covers two', async () => {
		await using world = await openReasoning({ direct: cutAfter('In Lon') })
		const session = world.session({ budget: { tokens: 500 } })
		await expect(collect(callModel(callIn(world), session))).rejects.toMatchObject({ abortCause: 'budget' })
		expect(world.server.requests.length).toBeLessThan(3)
	})
})

describe('a model call whose reply is shown while it is written', () => {
	/** A pause after the first piece, long enough for it to be shown. */
	function paused(...[first, ...more]: readonly string[]): ScriptedStep {
		return async (request, response) => {
			startStream(response)
			sendText(request, response, first ?? '')
			await sleep(270)
			for (const text of more) sendText(request, response, text)
			send(response, { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })
			response.end('data: [DONE]\n\n')
		}
	}
	const shown = (events: readonly StageEvent[]) =>
		events.flatMap((event) =>
			event.kind === 'answer-delta' ? [`${event.restart ? '↺' : ''}${event.content?.text}`] : [],
		)

	test('shows its beginning before its end is there', async () => {
		const outcome = await made({ direct: paused('In ', 'Paris.') }, { stream: true })
		if (!('events' in outcome)) throw outcome.error
		expect(shown(outcome.events)).toEqual(['In Paris.'])
	})

	test('is not shown where nobody asked for it', async () => {
		const outcome = await made({ direct: paused('In ', 'Paris.') }, { stream: false })
		if (!('events' in outcome)) throw outcome.error
		expect(shown(outcome.events)).toEqual([])
	})

	test('begins anew after a cut', async () => {
		const outcome = await made({ direct: [cutAfter('In Lon'), reply('In Paris.')] }, { stream: true })
		if (!('events' in outcome)) throw outcome.error
		expect(shown(outcome.events)).toEqual(['↺'])
		expect(outcome.result.text).toBe('In Paris.')
	})

	test('begins anew where an earlier attempt has shown some of it', async () => {
		const records = recordsOf([{ ...delta('In Lon'), nodeId: 'direct' }])
		const outcome = await made({ direct: reply('In Paris.') }, { stream: true }, { records })
		if (!('events' in outcome)) throw outcome.error
		expect(shown(outcome.events)).toEqual(['↺'])
	})
})

describe('a model call that is left', () => {
	test.each([
		['before the first word', hang()],
		['in the middle', hangAfter('In ')],
	])('%s by an abort closes its connection and gives the cause', async (_, step) => {
		await using world = await openReasoning({ direct: step })
		const abort = new AbortController()
		const call = collect(callModel(callIn(world), world.session({ signal: abort.signal })))
		const outcome = expect(call).rejects.toMatchObject({ abortCause: 'lease-lost' })
		const request = await world.server.request(0)
		abort.abort(new AbortedError('lease-lost'))
		await outcome
		await request.closed
		expect(request.closedEarly).toBe(true)
	})

	test('by whoever reads it closes its connection, and what has come is counted at its estimate', async () => {
		const slow: ScriptedStep = async (request, response) => {
			startStream(response)
			sendText(request, response, 'In ')
			await sleep(260)
			sendText(request, response, 'Paris')
			await request.closed
		}
		await using world = await openReasoning({ direct: slow })
		const session = world.session({ budget: { tokens: 500 } })
		for await (const { kind } of callModel(callIn(world, { stream: true }), session)) if (kind === 'answer-delta') break
		const request = await world.server.request(0)
		await request.closed
		expect(() => session.budget.reserve({ tokens: 400, costMicroUsd: 0 }, 'answer')).toThrow('budget')
		expect(session.budget.spent()).toEqual(noUsage)
	})
})

describe('a model whose hidden thinking takes all the room', () => {
	const thoughtful = (reasoningEffort: 'high' | 'low' | 'none'): Partial<ModelCall> => ({
		request: { messages: [], maxOutputTokens: 100, reasoningEffort },
	})
	async function effortsAsked(script: RoleScript, call: Partial<ModelCall>) {
		await using world = await openReasoning(script, { model: { kind: 'reasoning' } })
		const outcome = await collect(callModel(callIn(world, call), world.session())).catch((error: unknown) => error)
		return { outcome, efforts: world.server.requests.map(({ body }) => body.reasoning_effort) }
	}

	test('is told to think less, until it has room for a word', async () => {
		const { outcome, efforts } = await effortsAsked(
			{ direct: [emptyAtLength(), reply('In Paris.')] },
			thoughtful('high'),
		)
		expect(efforts).toEqual(['high', 'low'])
		expect(outcome).toMatchObject({ result: { text: 'In Paris.' } })
	})

	test('and that cannot think less has failed', async () => {
		const { outcome, efforts } = await effortsAsked({ direct: emptyAtLength() }, thoughtful('low'))
		expect(efforts).toHaveLength(2)
		expect(outcome).toMatchObject({ code: 'model-length' })
	})

	test('is no plain model, which is not asked again', async () => {
		const { requests } = await made({ direct: emptyAtLength() })
		expect(requests).toBe(1)
	})
})
