import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Dialect, firstDialect, plainerDialect, type SentParameters } from './dialect.ts'

const first = firstDialect('localhost')
const everything: SentParameters = {
	response_format: { type: 'json_schema' },
	stream_options: {},
	max_tokens: 1,
	temperature: 1,
	seed: 0,
	reasoning_effort: 'none',
}

function after(text: string, sent = everything, dialect = first, parameter: string | null = null): Dialect | null {
	return plainerDialect(dialect, { sent, kind: 'reasoning' }, { parameter, text, final: false })
}

test.each([
	{ host: 'api.openai.com', field: 'max_completion_tokens' },
	{ host: 'mine.openai.azure.com', field: 'max_completion_tokens' },
	{ host: 'notopenai.com', field: 'max_tokens' },
	{ host: 'localhost', field: 'max_tokens' },
])('$host is first asked with $field', ({ host, field }) => {
	expect(firstDialect(host).limitFields[0]).toBe(field)
})

const said: readonly { readonly text: string; readonly change: Partial<Dialect> }[] = [
	{
		text: "Invalid parameter: 'response_format' of type 'json_schema'",
		change: { outputModes: ['json-object', 'text'] },
	},
	{ text: 'Bad request', change: { outputModes: ['json-object', 'text'] } },
	{
		text: "Unsupported parameter: 'max_tokens' is not supported. Use 'max_completion_tokens' instead.",
		change: { limitFields: ['max_completion_tokens'] },
	},
	{
		text: "Unsupported value: 'temperature' does not support 0.2 with this model. Only the default (1) value is supported.",
		change: { refused: ['temperature'] },
	},
	{ text: 'json: unknown field "seed"', change: { refused: ['seed'] } },
	{ text: '"llama3" does not support thinking', change: { refused: ['reasoning_effort'] } },
	{
		text: "Unsupported value: 'reasoning_effort' does not support 'none' with this model.",
		change: { lowestEfforts: ['minimal', 'low'] },
	},
	{
		text: "'max_tokens' is too large: 25500. This model's maximum context length is 16384 tokens.",
		change: { thinkingRooms: [8_000, 2_000] },
	},
]

test.each(said)('learns from "$text"', ({ text, change }) => {
	expect(after(text)).toEqual({ ...first, ...change })
})

test('believes the parameter field more than the words', () => {
	expect(after('temperature is fine, but this is not', everything, first, 'seed')).toEqual({
		...first,
		refused: ['seed'],
	})
})

test('learns nothing about what was not sent, and nothing from a final refusal', () => {
	expect(after('temperature is not supported', { max_tokens: 1 })).toBeNull()
	expect(after('Bad request', { max_tokens: 1 })).toBeNull()
	const final = { parameter: 'seed', text: 'seed', final: true }
	expect(plainerDialect(first, { sent: everything, kind: 'plain' }, final)).toBeNull()
})

test('every ladder ends', () => {
	const word = fc.constantFrom(
		'response_format',
		'max_tokens',
		'max_completion_tokens',
		'too large',
		'unsupported value',
		'reasoning_effort',
	)
	const texts = fc.array(word, { minLength: 1 }).map((words) => words.join(' '))
	fc.assert(
		fc.property(texts, (text) => {
			let dialect: Dialect | null = first
			for (let steps = 0; dialect !== null; steps++) {
				expect(steps).toBeLessThan(12)
				const isEffortLeft: boolean = !dialect.refused.includes('reasoning_effort')
				const effort: SentParameters = isEffortLeft ? { reasoning_effort: dialect.lowestEfforts[0] } : {}
				const mode: string = dialect.outputModes[0]
				const format: SentParameters = mode === 'text' ? {} : { response_format: { type: mode } }
				dialect = after(text, { max_tokens: 1, ...effort, ...format }, dialect)
			}
		}),
	)
})
