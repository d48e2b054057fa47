import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { chance, digestOf } from './chance.ts'
import { defaultOptions, type PracticeOptions } from './options.ts'
import { ask } from './testing/ask.ts'
import { followsFromCalculations, readCases, wrongCalculations } from './testing/grading.ts'
import { stageRequest } from './testing/prompts.ts'
import { runServer } from './testing/running-server.ts'
import { stagedRun } from './testing/staged-run.ts'

const resultSchema = z.object({
	work: z.string(),
	calculations: z.array(z.object({ expression: z.string(), result: z.string() })),
	result: z.string(),
})
const objective = 'Multiply the number of pens (g1) by the price of one pen (g2) to get the cost of the pens.'
const sections = {
	objective,
	inputs: 'g1: The number of pens is 12.\ng2: The price of one pen is $4.',
	'expected-output': 'the cost of the pens in dollars',
}

describe('the same request gives the same reply', () => {
	test('whatever else is asked before or at the same time', async () => {
		await using first = await runServer({ mistakeRate: 0.5 })
		await using second = await runServer({ mistakeRate: 0.5 })
		const questions = Array.from({ length: 20 }, (_, index) => `What is ${index} * 7?`)
		const replies = async (server: typeof first, order: readonly string[]) => {
			const entries = order.map(async (content) => {
				const reply = await server.client.chat.completions.create({ model: 'm', messages: [{ role: 'user', content }] })
				return [content, reply.choices[0]?.message.content] as const
			})
			return new Map(await Promise.all(entries))
		}
		const [one, other] = await Promise.all([replies(first, questions), replies(second, questions.toReversed())])
		expect(questions.map((each) => one.get(each))).toEqual(questions.map((each) => other.get(each)))
	})

	test('and another sample number can give another', () => {
		const options = { ...defaultOptions, mistakeRate: 0.5 }
		const samples = Array.from({ length: 20 }, (_, seed) =>
			ask(stageRequest(sections, { schema: 'subtask-result', seed }), options),
		)
		const again = Array.from({ length: 20 }, (_, seed) =>
			ask(stageRequest(sections, { schema: 'subtask-result', seed }), options),
		)
		expect(samples).toEqual(again)
		expect(new Set(samples).size).toBeGreaterThan(1)
	})
})

describe('the digest', () => {
	const base = stageRequest(sections)

	test('depends on model, messages, temperature, response format and seed', () => {
		const variants = [
			base,
			{ ...base, model: 'other' },
			{ ...base, temperature: 0.7 },
			{ ...base, seed: 1 },
			stageRequest(sections, { schema: 'plan' }),
			stageRequest({ ...sections, inputs: '' }),
		]
		expect(new Set(variants.map(digestOf)).size).toBe(variants.length)
	})

	test('does not depend on how the reply is to be sent', () => {
		expect(digestOf({ ...base, stream: true, max_tokens: 7, stream_options: { include_usage: true } })).toBe(
			digestOf(base),
		)
	})
})

test('chance is a number from 0 up to 1, spread evenly', () => {
	fc.assert(
		fc.property(fc.integer(), fc.string(), (seed, digest) => {
			const value = chance(seed, digest, 'any')
			return value >= 0 && value < 1
		}),
	)
	const values = Array.from({ length: 2_000 }, (_, index) => chance(1, String(index), 'any'))
	expect(values.filter((value) => value < 0.2).length / values.length).toBeCloseTo(0.2, 1)
})

function solve(options: Partial<PracticeOptions>, seed?: number, more: Record<string, string> = {}) {
	const request = stageRequest(
		{ ...sections, ...more },
		{ schema: 'subtask-result', ...(seed === undefined ? {} : { seed }) },
	)
	return resultSchema.parse(JSON.parse(ask(request, { ...defaultOptions, ...options })))
}

describe('a mistake', () => {
	test('is stated consistently and caught by recomputing', () => {
		const slipped = solve({ mistakeRate: 1 })
		const [calculation] = slipped.calculations
		expect(wrongCalculations(slipped)).toHaveLength(1)
		expect(calculation?.expression).toBe('12 * 4')
		expect(slipped.work).toContain(`12 * 4 = ${calculation?.result}`)
		expect(slipped.result).toBe(`$${Number(calculation?.result).toFixed(2)}`)
	})

	test('happens in about the share of subtasks that was asked for', () => {
		const samples = Array.from({ length: 300 }, (_, seed) => solve({ mistakeRate: 0.2 }, seed))
		const slipped = samples.filter((sample) => wrongCalculations(sample).length > 0)
		expect(slipped.length / samples.length).toBeCloseTo(0.2, 1)
		expect(new Set(slipped.map(({ result }) => result)).size).toBeGreaterThan(2)
	})

	test('can be had for certain in the first sample of a matching objective, and only there', () => {
		const options = { mistakePattern: /cost of the pens/ }
		expect(wrongCalculations(solve(options))).toHaveLength(1)
		expect(wrongCalculations(solve(options, 0))).toHaveLength(1)
		expect(wrongCalculations(solve(options, 1))).toEqual([])
		expect(wrongCalculations(solve(options, 0, { problem: '12 * 4 is 48.' }))).toEqual([])
		expect(wrongCalculations(solve({ mistakePattern: /delivery/ }))).toEqual([])
	})

	test('is never one without a wrong calculation, in any of the questions', () => {
		const options = { ...defaultOptions, mistakeRate: 1 }
		const results = readCases('questions.jsonl').flatMap(({ question }) => stagedRun(question, 20, options).results)
		const calculated = results.filter(({ calculations }) => calculations.length > 0)
		expect(calculated.filter((result) => wrongCalculations(result).length === 0)).toEqual([])
		expect(calculated.filter((result) => !followsFromCalculations(result))).toEqual([])
	})
})
