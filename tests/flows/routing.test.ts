import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { openPractice, type Practice } from '../support/practice.ts'
import { callsIn, eventsOf } from '../support/reasoning.ts'

const questionSchema = z.strictObject({ level: z.enum(['easy', 'hard']), kind: z.string(), question: z.string() })
type Question = z.infer<typeof questionSchema>

const file = new URL('../fixtures/questions/labelled.jsonl', import.meta.url)
const questions = readFileSync(file, 'utf8')
	.trim()
	.split('\n')
	.map((line) => questionSchema.parse(JSON.parse(line)))

const labelled = (level: Question['level']) => questions.filter((question) => question.level === level)

let practice: Practice
beforeAll(async () => {
	practice = await openPractice()
})
afterAll(() => practice[Symbol.asyncDispose]())

/** A whole run, and the route that its complexity check has chosen first. */
async function routed({ question }: Question) {
	const attempted = await practice.ask(question, { effort: 'low' })
	const [first] = eventsOf(attempted.entries, 'run-route')
	if (first === undefined) throw new Error(`"${question}" was not routed: ${attempted.thrown}`)
	return { ...attempted, ...first, calls: callsIn(attempted.entries).length }
}

describe('the complexity check, with the practice model as its classifier', () => {
	test('is tried on 20 easy and 20 hard questions', () => {
		expect([labelled('easy').length, labelled('hard').length]).toEqual([20, 20])
	})

	test.each([
		['easy', 'direct'],
		['hard', 'staged'],
	] as const)('sends at most one of the %s questions the wrong way', async (level, right) => {
		const wrong: string[] = []
		for (const question of labelled(level)) {
			const { route, source, content } = await routed(question)
			if (route !== right) wrong.push(`${question.question} (${route} by ${source}: ${content?.reason})`)
		}
		expect(wrong.length, wrong.join('\n')).toBeLessThanOrEqual(1)
	})

	test('spends at most two calls on an easy question, its answer included', async () => {
		const spent = await Promise.all(labelled('easy').map(routed))
		const direct = spent.filter(({ route }) => route === 'direct')
		expect(Math.max(...direct.map(({ calls }) => calls))).toBeLessThanOrEqual(2)
	})

	test.each([
		['capital of France?', 1],
		['thanks!', 1],
		['2+2', 1],
	])('"%s" costs %d call, since the free signals tell', async (question, most) => {
		const { calls, route } = await routed({ level: 'easy', kind: '', question })
		expect([route, calls]).toEqual(['direct', most])
	})
})
