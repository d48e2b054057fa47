import { describe, expect, test } from 'vitest'
import { chatRequestSchema } from './protocol.ts'
import { roleOf } from './roles.ts'
import { type SchemaName, schemaOf, stageRequest } from './testing/prompts.ts'
import { ask } from './testing/staged-run.ts'

const names: readonly SchemaName[] = ['complexity', 'analysis', 'plan', 'subtask-result', 'judgement']
const question = 'What is 2 + 2?'

function inText(schema: SchemaName): string {
	const document = JSON.stringify({ title: schema, ...schemaOf(schema) }, null, 2)
	return `Reply with one JSON object and nothing else. It must match this JSON Schema:\n\`\`\`json\n${document}\n\`\`\``
}

describe('the role is found', () => {
	test.each(names)('%s in the response format, by name or by its fields alone', (name) => {
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

	test.each(names)('%s in the schema at the end of the last message, on the lower rungs', (name) => {
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
	test('an expression is easy, several steps are hard', () => {
		const hard = 'Sam buys two T-shirts for $15 each and a cap for $12. How much does he spend?'
		const level = (text: string): unknown =>
			JSON.parse(ask(stageRequest({ question: text }, { schema: 'complexity' }))).level
		expect([level(question), level(hard), level('Who wrote Faust?')]).toEqual(['easy', 'hard', 'easy'])
	})

	test('a judge works the question out again', () => {
		const judged = (final: string): unknown =>
			JSON.parse(
				ask(
					stageRequest(
						{ question, constraints: 'c1: The answer is the sum.', results: '', 'final-result': final },
						{ schema: 'judgement' },
					),
				),
			)
		expect(judged('4')).toMatchObject({ checks: [{ id: 'c1', holds: true }] })
		expect(judged('5')).toMatchObject({
			checks: [{ id: 'c1', holds: false, evidence: expect.stringContaining('gives 4') }],
		})
	})
})

describe('honesty', () => {
	test.each(['Hello!', 'thanks a lot', 'Who are you?', 'What can you do?'])(
		'%s gets a short answer that says what this is',
		(text) => {
			expect(ask(stageRequest({ question: text }))).toContain('practice model')
		},
	)

	test('a question outside every family is refused with the way to a real model', () => {
		const reply = ask(stageRequest({ question: 'Who wrote Faust?' }))
		expect(reply).toContain('I am the practice model')
		expect(reply).toContain('OPENAI_API_KEY')
		expect(reply).toContain('OPENAI_BASE_URL')
	})
})
