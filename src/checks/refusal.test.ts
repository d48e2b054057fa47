import { describe, expect, test } from 'vitest'
import { refuses } from './refusal.ts'

describe('a text', () => {
	test.each([
		"I am the practice model and can't answer this: I only work out arithmetic.",
		"I'm sorry, but I can’t help with that.",
		'I cannot answer the question from what is given.',
		'Sorry, I am not able to assist with this request.',
		'Das kann ich leider nicht beantworten.',
		'Ich kann diese Frage nicht beantworten.',
		'Je ne peux pas répondre à cette question.',
		'Lo siento, no puedo ayudarte con eso.',
	])('that says of its writer that no answer comes refuses: %s', (text) => {
		expect(refuses(text)).toBe(true)
	})

	test.each([
		'$104',
		'(no result)',
		'It cannot be told from what is given which of the two is cheaper.',
		"You can't answer this without knowing the year.",
		"I can't recommend it highly enough.",
		'Ich helfe gern: Es sind 104 Dollar.',
		`${'The story goes like this. '.repeat(10)}At the end he says: "I can't help you."`,
	])('that says anything else does not: %s', (text) => {
		expect(refuses(text)).toBe(false)
	})
})
