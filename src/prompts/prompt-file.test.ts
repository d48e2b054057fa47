import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { textOf } from '../core/content.ts'
import { parsePrompt } from './prompt-file.ts'

const identity = { name: 'direct', version: 1, hash: '0123456789ab' }
const path = 'prompts/direct.v1.md'
const parse = (text: string) => parsePrompt(text, identity, path)

const valid = `---
purpose: Answers.
slots: [history, question]
---

<system>
Answer the question.
</system>
<user>
<conversation>
{{history}}
</conversation>
<question>
{{question}}
</question>
</user>
`

const filled = (values: Readonly<Record<string, string>>, text = valid) =>
	parse(text)
		.fill(values)
		.map(({ role, content }) => [role, textOf(content)])

describe('a prompt', () => {
	test('is filled into a system and a user message', () => {
		expect(filled({ history: 'Ada: Hello', question: 'Why?' })).toEqual([
			['system', 'Answer the question.'],
			['user', '<conversation>\nAda: Hello\n</conversation>\n<question>\nWhy?\n</question>'],
		])
	})

	test('may have slots in its system message, and one slot twice', () => {
		const text = valid.replace('Answer the question.', 'Answer in {{history}}, in {{history}}.')
		expect(filled({ history: 'Welsh', question: 'Why?' }, text)[0]).toEqual(['system', 'Answer in Welsh, in Welsh.'])
	})

	test('takes values as they are, also those that look like slots or patterns', () => {
		const question = '{{history}} $& $1 $$ \\n {{question}}'
		expect(filled({ history: 'x', question })[1]?.[1]).toContain(`<question>\n${question}\n</question>`)
	})

	test.each([
		['a slot is missing', { history: '' }, 'Prompt direct@1: slot "question" is missing.'],
		['there is a slot too many', { history: '', question: '', mood: '' }, 'Prompt direct@1: there is no slot "mood".'],
		['both', { history: '', mood: '' }, 'Prompt direct@1: slot "question" is missing; there is no slot "mood".'],
		[
			'a slot is only inherited',
			Object.create({ history: '', question: '' }),
			'Prompt direct@1: slot "history" is missing; slot "question" is missing.',
		],
	])('refuses values when %s', (_, values, message) => {
		const expected = { code: 'prompt', message, fix: 'Fill exactly these slots: history, question.' }
		expect(() => parse(valid).fill(values)).toThrow(expect.objectContaining(expected))
	})
})

describe('a broken prompt file is refused, with its path and what is wrong', () => {
	test.each([
		['is empty', '', 'it needs a head'],
		['has no head', valid.slice(valid.indexOf('<system>')), 'it needs a head'],
		['has no user part', valid.replace(/<user>[\s\S]*$/, ''), 'it needs a head'],
		['has text after its end', `${valid}\nmore`, 'it needs a head'],
		['has a head that is no YAML', valid.replace('purpose: Answers.', 'purpose: [}'), 'its head is wrong'],
		['has no purpose', valid.replace('purpose: Answers.\n', ''), 'its head is wrong'],
		['has an unknown key', valid.replace('purpose:', 'mood: good\npurpose:'), 'its head is wrong'],
		['has a slot that it does not use', valid.replace('[history,', '[mood, history,'), 'agree with its text: mood'],
		['uses a slot that it does not have', valid.replace('[history, ', '['), 'agree with its text: history'],
	])('when it %s', (_, text, problem) => {
		const expected = { code: 'prompt', message: expect.stringContaining(`${path} can't be used: `) }
		expect(() => parse(text)).toThrow(expect.objectContaining(expected))
		expect(() => parse(text)).toThrow(problem)
	})
})

describe('text from outside', () => {
	const tags = ['conversation', 'question']
	const hostile = fc
		.array(
			fc.oneof(
				fc.constantFrom('<', '</', '>', '/', ' ', '\n', '\t', '‹', '<!--', '\u200B', '<<', '</ '),
				fc.constantFrom(...tags, 'QUESTION', 'Conversation', 'system', 'user'),
				fc.string({ maxLength: 5 }),
			),
			{ maxLength: 20 },
		)
		.map((pieces) => pieces.join(''))

	test('can neither close nor open a section of the prompt', () => {
		const delimiters = /<\s*\/?\s*(?:conversation|question)\b/gi
		fc.assert(
			fc.property(hostile, hostile, (history, question) => {
				const text = filled({ history, question })[1]?.[1] ?? ''
				expect(text.match(delimiters)).toEqual(['<conversation', '</conversation', '<question', '</question'])
			}),
			{ numRuns: 1000 },
		)
	})

	test('is otherwise left as it is', () => {
		const question = 'Is 3 < 4 and 5 > 4? <b>bold</b> <questionnaire> a<b'
		expect(filled({ history: '', question })[1]?.[1]).toContain(question)
	})
})
