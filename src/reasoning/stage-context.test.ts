import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { recordsOf } from '../../tests/support/builders.ts'
import {
	collect,
	openReasoning,
	type ReasoningWorld,
	replyJson,
	type SessionChoices,
} from '../../tests/support/reasoning.ts'
import { garbage, hang, reply, status } from '../../tests/support/scripted-model-server.ts'
import { limitsFor } from '../core/effort.ts'
import type { Ask, AskStructured, StageContext, StageEvent } from '../core/stage.ts'
import { createStageContext } from './stage-context.ts'

beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0))
afterEach(() => void vi.restoreAllMocks())

const node = { id: 'analyze', model: 'strong', prompt: 'direct@1' }
const ask: Ask = { key: 'ask', values: { history: '', question: 'Where is it?' }, maxOutputTokens: 100 }
const placeSchema = z.object({ place: z.string(), floor: z.number().int() })
const askPlace: AskStructured<z.infer<typeof placeSchema>> = {
	...ask,
	key: 'place',
	output: { name: 'analysis', schema: placeSchema },
}
const louvre = { place: 'Louvre', floor: 2 }

function contextIn(world: ReasoningWorld, choices: SessionChoices = {}): StageContext {
	return createStageContext(world.session(choices), node, { effort: 'medium', limits: limitsFor('staged', 'medium') })
}

describe('asking for text', () => {
	test("uses the node's model and prompt, or others that the call names", async () => {
		await using world = await openReasoning({ direct: reply('There.'), complexity: reply('There.') })
		const context = createStageContext(
			world.session(),
			{ ...node, calls: { verify: { model: 'judge', prompt: 'complexity@1' } } },
			{ effort: 'medium', limits: limitsFor('staged', 'medium') },
		)
		await collect(context.ask(ask))
		const other = { ...ask, key: 'other', call: 'verify', values: { question: 'Where?' } }
		const { events } = await collect(context.ask(other))
		expect(world.server.requests.map(({ body }) => body.model)).toEqual(['strong-model', 'judge-model'])
		expect(events.at(-1)).toMatchObject({ alias: 'judge', prompt: { name: 'complexity' } })
		expect(context.calls).toEqual(['verify'])
	})

	test('a call that the node does not have is a fault of the workflow', async () => {
		await using world = await openReasoning()
		const asking = async () => collect(contextIn(world).ask({ ...ask, call: 'verify' }))
		await expect(asking()).rejects.toMatchObject({
			code: 'workflow',
			message: 'The node "analyze" has no call "verify".',
		})
	})

	test('a further sample says which one it is and may come out differently', async () => {
		await using world = await openReasoning()
		const context = contextIn(world)
		await collect(context.ask(ask))
		await collect(context.ask({ ...ask, key: 'again', sample: 2 }))
		const [first, second] = world.server.requests.map(({ body }) => body)
		expect(first?.temperature).toBeUndefined()
		expect(second).toMatchObject({ temperature: 0.7, seed: 2 })
	})

	test('a reasoning model is told how much to think, a plain one is not', async () => {
		await using plain = await openReasoning()
		await collect(contextIn(plain).ask(ask))
		expect(plain.server.requests[0]?.body.reasoning_effort).toBeUndefined()
		await using reasoning = await openReasoning({}, { model: { kind: 'reasoning', allowsTemperature: false } })
		await collect(contextIn(reasoning).ask(ask))
		expect(reasoning.server.requests[0]?.body.reasoning_effort).toBe('medium')
	})

	test('a slot that is missing is a prompt error, and no request is made', async () => {
		await using world = await openReasoning()
		const incomplete = () => collect(contextIn(world).ask({ ...ask, values: { question: 'Where?' } }))
		await expect((async () => incomplete())()).rejects.toMatchObject({ code: 'prompt' })
		expect(world.server.requests).toHaveLength(0)
	})
})

describe('asking for text that is cut off', () => {
	const cut = (text: string) => reply(text, { finishReason: 'length' })
	const callsOf = (events: readonly StageEvent[]) =>
		events.flatMap((event) => (event.kind === 'model-call-end' ? [event.callKey] : []))

	test('asks once more for a shorter reply, which replaces what was shown', async () => {
		await using world = await openReasoning({ direct: [cut('It is on the se'), reply('Second floor.')] })
		const { events, result } = await collect(contextIn(world).ask({ ...ask, stream: true }))
		expect(result).toBe('Second floor.')
		expect(callsOf(events)).toEqual(['ask', 'ask-shorter'])
		expect(events.find(({ kind }) => kind === 'answer-delta')).toMatchObject({ restart: true })
		expect(JSON.stringify(world.server.requests[1]?.body.messages)).toMatch(/It is on the se.*too long/)
	})

	test('says so where the shorter one is cut off too', async () => {
		await using world = await openReasoning({ direct: [cut('It is on the se'), cut('On the s')] })
		const { result } = await collect(contextIn(world).ask(ask))
		expect(result).toMatch(/^On the s\n\n\(.*cut off/)
		expect(world.server.requests).toHaveLength(2)
	})

	test('says so where a shorter one is not covered', async () => {
		await using world = await openReasoning({ direct: cut('It is on the se') })
		const session = world.session()
		session.budget.allowCalls(1)
		const options = { effort: 'medium', limits: limitsFor('direct', 'medium'), purpose: 'answer' } as const
		const { result } = await collect(createStageContext(session, node, options).ask(ask))
		expect(result).toMatch(/^It is on the se\n\n\(.*cut off/)
		expect(world.server.requests).toHaveLength(1)
	})

	test('knows from the journal that it was cut off', async () => {
		await using world = await openReasoning({ direct: [cut('It is on the se'), reply('Second floor.')] })
		const { events } = await collect(contextIn(world).ask(ask))
		const records = recordsOf(events.slice(0, 2).map((event) => ({ nodeId: node.id, event })))
		const again = await collect(contextIn(world, { records }).ask(ask))
		expect(callsOf(again.events)).toEqual(['ask-shorter'])
		expect(again.result).toBe('Second floor.')
	})
})

describe('asking for a value of a shape', () => {
	test('never mends a reply that was cut off: a number may have lost its end', async () => {
		const cut = reply('{"place": "Louvre", "floor": 2', { finishReason: 'length' })
		await using world = await openReasoning({ analysis: [cut, replyJson({ place: 'Louvre', floor: 21 })] })
		const { result } = await collect(contextIn(world).askStructured(askPlace))
		expect(result.floor).toBe(21)
		expect(JSON.stringify(world.server.requests[1]?.body.messages)).toMatch(/too long.*shorter/)
	})

	test('sends the schema and gives the value', async () => {
		await using world = await openReasoning({ analysis: replyJson(louvre) })
		const { result } = await collect(contextIn(world).askStructured(askPlace))
		expect(result).toEqual(louvre)
		expect(world.server.requests[0]?.body.response_format).toMatchObject({
			type: 'json_schema',
			json_schema: { strict: true, schema: { required: ['place', 'floor'], additionalProperties: false } },
		})
	})

	test('finds the value between words, in a fence and with small damage', async () => {
		const replies = [`Here you are:\n\`\`\`json\n${JSON.stringify(louvre)}\n\`\`\``, "{place: 'Louvre', floor: 2,}"]
		for (const text of replies) {
			await using world = await openReasoning({ analysis: reply(text) })
			expect((await collect(contextIn(world).askStructured(askPlace))).result).toEqual(louvre)
		}
	})

	test('a reply that does not fit is shown to the model once, with what is wrong with it', async () => {
		const steps = [replyJson({ place: 'Louvre', floor: 'second' }), replyJson(louvre)]
		await using world = await openReasoning({ analysis: steps })
		const { events, result } = await collect(contextIn(world).askStructured(askPlace))
		expect(result).toEqual(louvre)
		const calls = events.flatMap((event) => (event.kind === 'model-call-end' ? [event.callKey] : []))
		expect(calls).toEqual(['place', 'place-repair'])
		const repair = JSON.stringify(world.server.requests[1]?.body.messages)
		expect(repair).toContain('second')
		expect(repair).toContain('floor: ')
	})

	test('two replies that do not fit are the failure of the model', async () => {
		await using world = await openReasoning({ analysis: reply('On the second floor.') })
		const outcome = collect(contextIn(world).askStructured(askPlace))
		await expect(outcome).rejects.toMatchObject({ code: 'model-malformed', retry: 'never' })
		expect(world.server.requests).toHaveLength(2)
	})

	test('without repair the first one is', async () => {
		await using world = await openReasoning({ analysis: reply('On the second floor.') })
		const outcome = collect(contextIn(world).askStructured({ ...askPlace, repair: false }))
		await expect(outcome).rejects.toMatchObject({ code: 'model-malformed' })
		expect(world.server.requests).toHaveLength(1)
	})

	test('whoever can do without gets null for a misfit, but not for a server that breaks its protocol', async () => {
		await using unfit = await openReasoning({ analysis: reply('On the second floor.') })
		expect((await collect(contextIn(unfit).askReadable(askPlace))).result).toBeNull()
		await using broken = await openReasoning({ analysis: garbage() })
		await expect(collect(contextIn(broken).askReadable(askPlace))).rejects.toMatchObject({ code: 'model-malformed' })
	})

	test('the first reply and its repair are both taken from the journal', async () => {
		await using world = await openReasoning({ analysis: [reply('Upstairs.'), replyJson(louvre)] })
		const { events } = await collect(contextIn(world).askStructured(askPlace))
		const records = recordsOf(events.map((event) => ({ nodeId: node.id, event })))
		const again = await collect(contextIn(world, { records }).askStructured(askPlace))
		expect(again).toEqual({ events: [], result: louvre })
		expect(world.server.requests).toHaveLength(2)
	})
})

describe('working side by side', () => {
	test('a failure closes the requests of the others and is what comes out', async () => {
		await using world = await openReasoning({ analysis: hang(), direct: status(401, 'wrong key') })
		const both = collect(
			contextIn(world).parallel<unknown>([
				(own) => own.askStructured(askPlace),
				async function* (own) {
					await world.server.request(0)
					return yield* own.ask(ask)
				},
			]),
		)
		await expect(both).rejects.toMatchObject({ code: 'model-auth' })
		await world.server.request(0).then(({ closed }) => closed)
	})

	test('an abort inside does not touch what comes after it', async () => {
		await using world = await openReasoning({ analysis: reply('Upstairs.') })
		const context = contextIn(world)
		const failing = collect(context.parallel([(own) => own.askStructured(askPlace)]))
		await expect(failing).rejects.toMatchObject({ code: 'model-malformed' })
		expect((await collect(context.ask(ask))).result).toBe('It is $104.')
	})
})
