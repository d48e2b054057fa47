import { describe, expect, test } from 'vitest'
import { chatRequestSchema } from './protocol.ts'
import { roleOf, type SchemaName } from './roles.ts'
import { ask, askFor } from './testing/ask.ts'
import { schemaNames, schemaOf, stageRequest } from './testing/prompts.ts'

const question = 'What is 2 + 2?'

function inText(schema: SchemaName): string {
	const document = JSON.stringify({ title: schema, ...schemaOf(schema) }, null, 2)
	return `Reply with one JSON object and nothing else. It must match this JSON Schema:\n\`\`\`json\n${document}\n\`\`\``
}

describe('the role is found', () => {
	test.each(schemaNames)('%s in the response format, by name or by its fields alone', (name) => {
		expect(roleOf(stageRequest({ question }, { schema: name }))).toBe(name)
		const unnamed = { type: 'json_schema', json_schema: { name: 'output', schema: schemaOf(name) } }
		expect(
			roleOf(
				chatRequestSchema.parse({
					model: 'm',
					messages: [{ role: 'user', content: question }],
					response_format: unnamed,
				}),
			),
		).toBe(name)
	})

	test.each(schemaNames)('%s in the schema at the end of the last message, on the lower rungs', (name) => {
		for (const response_format of [{ type: 'json_object' }, null]) {
			const content = `<question>\n${question}\n</question>\n${inText(name)}`
			expect(
				roleOf(chatRequestSchema.parse({ model: 'm', messages: [{ role: 'user', content }], response_format })),
			).toBe(name)
		}
	})

	test('an answer where there is no schema', () => {
		expect(roleOf(stageRequest({ question }))).toBe('answer')
		expect(roleOf(stageRequest({ question, results: '', 'final-result': '' }))).toBe('staged-answer')
	})
})

describe('the small roles', () => {
	test('an expression is easy, several steps are hard, two meanings are ambiguous', () => {
		const hard = 'Sam buys two T-shirts for $15 each and a cap for $12. How much does he spend?'
		const open = 'A jacket costs $80. There is a $10 coupon and 25% off. How much do I pay?'
		const judged = [question, hard, 'Who wrote Faust?', open].map((text) => askFor('complexity', { question: text }))
		expect(judged.map(({ level }) => level)).toEqual(['easy', 'hard', 'easy', 'hard'])
		expect(judged.map(({ ambiguous }) => ambiguous)).toEqual([false, false, false, true])
	})

	test.each([
		['Who wrote Faust?', 'easy'],
		['Is a tomato a fruit or a vegetable?', 'easy'],
		['If you know it: which planet is that?', 'easy'],
		['Should we rent or buy?', 'hard'],
		['If every cat is grey and some grey things are loud, must a cat be loud?', 'hard'],
		['Explain why the sky is blue.', 'hard'],
	])('what it cannot work out is judged by its words: %s', (text, level) => {
		expect(askFor('complexity', { question: text }).level).toBe(level)
	})

	test('a judge works the question out again', () => {
		const judged = (final: string) =>
			askFor('judgement', { question, constraints: 'c1: The answer is the sum.', results: '', 'final-result': final })
		expect(judged('4')).toMatchObject({ checks: [{ id: 'c1', holds: true }] })
		expect(judged('5')).toMatchObject({
			checks: [{ id: 'c1', holds: false, evidence: expect.stringContaining('gives 4') }],
		})
	})

	test('a chooser picks the answer that comes out, wherever it stands, or neither', () => {
		const chosen = (first: string, second: string) =>
			askFor('choice', { question, constraints: 'none', 'first-answer': first, 'second-answer': second }).choice
		expect([chosen('4', '5'), chosen('5', '4.0'), chosen('5', '6')]).toEqual(['first', 'second', 'neither'])
	})

	test.each([
		['$12.50', '12.5', true],
		['90 minutes', '1.5 hours', true],
		['2 hours 30 minutes', '150 minutes', true],
		['3:15 pm', '15:15', true],
		['Shop A is cheaper by $2.00', 'shop A is cheaper by $2.00.', true],
		['Shop A is cheaper by $2.00', 'Shop B is cheaper by $2.00', false],
		['4 km', '4 hours', false],
		['5', '6', false],
	])('%s and %s are the same: %s', (first, second, same) => {
		expect(askFor('sameness', { question, 'first-answer': first, 'second-answer': second })).toEqual({ same })
	})

	test('an answer that was found as a whole says what it is', () => {
		const sections = { question: 'What is 17 * 23?', results: 'Wanted: the product', 'final-result': '391' }
		expect(ask(stageRequest(sections))).toBe('The product is 391.')
	})

	test('an answer whose last step is missing is concluded from the question, and says what is open', () => {
		const sections = {
			question: 'What is 17 * 23 + 9?',
			results: 's1: Multiply.: 391',
			'final-result': '(not worked out to the end: conclude it from the results)',
			unresolved: 'Not worked out: Add 9.',
		}
		const answer = ask(stageRequest(sections))
		expect(answer).toMatch(/\b400\b/)
		expect(answer).toMatch(/ Not settled: Not worked out: Add 9\.$/)
	})

	test('constraints are made checkable where the question allows it', () => {
		const kinds = (text: string) =>
			askFor('analysis', { question: text }).constraints.map(({ kind, value }) =>
				value === null ? kind : `${kind} ${value}`,
			)
		expect(kinds('50 people go on a trip in vans that hold 8 people. How many vans do they need?')).toEqual([
			'integer',
			'range 0..',
		])
		expect(kinds('Sam buys two T-shirts for $15 each and a cap for $12. How much does he spend?')).toEqual([
			'number',
			'range 0..',
			'unit $',
		])
		expect(kinds('What is 3 - 5?')).toEqual(['number'])
		expect(kinds('A film starts at 7:30 pm and runs for 135 minutes. What time does it finish?')).toEqual(['other'])
	})
})

describe('honesty', () => {
	test.each(['Hello!', 'thanks a lot', 'Who are you?', 'What can you do?'])(
		'%s gets a short answer that says what this is',
		(text) => {
			expect(ask(stageRequest({ question: text }))).toContain('practice model')
		},
	)

	test('a question outside every family is refused with the way to a real model, in every role', () => {
		const unknown = 'Who wrote Faust?'
		const whole = { objective: `Answer the whole question: ${unknown}`, inputs: '', 'expected-output': 'the answer' }
		const refusals = [
			ask(stageRequest({ question: unknown })),
			ask(stageRequest({ question: unknown, results: '', 'final-result': '' })),
			askFor('subtask-result', whole).result,
			askFor('solution', { question: unknown }).answer,
		]
		for (const refusal of refusals) {
			expect(refusal).toContain('I am the practice model')
			expect(refusal).toContain('npm run -s threadwise -- setup')
		}
		const checked = (claim: string) => askFor('claim-check', { ...whole, 'claimed-result': claim })
		expect(checked('Goethe')).toMatchObject({ holds: false, evidence: expect.stringContaining("can't") })
		expect(checked(refusals[0] ?? '')).toMatchObject({ holds: false, evidence: expect.stringContaining("can't") })
		const sections = { question: unknown, 'first-answer': 'Goethe', 'second-answer': 'Marlowe' }
		expect(askFor('choice', sections)).toMatchObject({ choice: 'neither', evidence: expect.stringContaining("can't") })
		expect(
			askFor('judgement', { question: unknown, constraints: 'c1: It names a person.', 'final-result': 'Goethe' }),
		).toMatchObject({ checks: [{ id: 'c1', evidence: expect.stringContaining("can't") }] })
		expect(askFor('plan', { question: unknown }).subtasks).toHaveLength(1)
		expect(askFor('analysis', { question: unknown })).toMatchObject({ givens: [], constraints: [], unknown })
	})
})
