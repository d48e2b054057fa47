import { describe, expect, test } from 'vitest'
import { createRedactor } from './redaction.ts'

describe('a redactor', () => {
	const redact = createRedactor(['p@ss/w"rd', 'abc', null])

	test.each([
		['plain', 'the password is p@ss/w"rd.', 'the password is [secret].'],
		['inside JSON', JSON.stringify({ text: 'p@ss/w"rd' }), '{"text":"[secret]"}'],
		['inside an address', 'redis://:p%40ss%2Fw%22rd@host', 'redis://[secret]@host'],
	])('hides a secret %s', (_, text, expected) => {
		expect(redact(text)).toBe(expected)
	})

	test.each([
		['an API key', 'key sk-abcdefgh1 refused', 'key [secret] refused'],
		['tokens of a chat', 'xoxb-1-canary, xoxe.xoxb-1-canary and xapp-1-canary', '[secret], [secret] and [secret]'],
		['a bearer token', 'Authorization: Bearer eyJhbGciOi', 'Authorization: Bearer [secret]'],
		['basic credentials', 'authorization: Basic dXNlcjpwYXNz', 'authorization: Basic [secret]'],
		['a header in JSON', '{"authorization":"dXNlcjpwYXNz","x":1}', '{"authorization":"[secret]","x":1}'],
		[
			'a header in JSON in JSON',
			'{"a":"{\\"Authorization\\":\\"Basic dXNl\\"}"}',
			'{"a":"{\\"Authorization\\":\\"Basic [secret]\\"}"}',
		],
		['an address', 'postgres://bot:hunter2@db:5432/x refused', 'postgres://[secret]@db:5432/x refused'],
	])('hides %s that nobody has named', (_, text, expected) => {
		expect(redact(text)).toBe(expected)
	})

	test('leaves alone what is too short to be a secret, and ordinary words', () => {
		const text = 'abc: https://example.org/a, mail to ada@example.org'
		expect(redact(text)).toBe(text)
	})
})
