import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createThinkingFilter } from './thinking-filter.ts'

function filtered(pieces: readonly string[]): string {
	const filter = createThinkingFilter()
	return pieces.map((piece) => filter.push(piece)).join('') + filter.end()
}

const cases = [
	{ text: 'Eight', shown: 'Eight' },
	{ text: '<think>SECRET</think>\n\nEight', shown: 'Eight' },
	{ text: '\n <THINKING>SECRET</Thinking>Eight', shown: 'Eight' },
	{ text: 'One<think>SECRET</think> two<think>SECRET</think> three', shown: 'One two three' },
	{ text: 'Eight<think>SECRET', shown: 'Eight' },
	{ text: '<think>a < b </thin SECRET', shown: '' },
	{ text: 'a < b and <thin', shown: 'a < b and <thin' },
	{ text: 'Write `<think>` before it.', shown: 'Write `<think>` before it.' },
	{ text: 'İ<think>SECRET</think>!', shown: 'İ!' },
]

test.each(cases)('shows $shown of $text', ({ text, shown }) => {
	expect(filtered([text])).toBe(shown)
	expect(filtered([...text])).toBe(shown)
})

const fragment = fc.constantFrom(
	'<',
	'think',
	'>',
	'</think>',
	'<think>',
	'<thinking>',
	'</thinking>',
	'`',
	' ',
	'word',
	'İ',
)
const texts = fc.array(fc.oneof(fragment, fc.string())).map((parts) => parts.join(''))

test('shows the same however the text is split', () => {
	const split = fc.tuple(texts, fc.array(fc.nat({ max: 60 })))
	fc.assert(
		fc.property(split, ([text, cuts]) => {
			const places = [...new Set([0, ...cuts.map((cut) => Math.min(cut, text.length)), text.length])].sort(
				(a, b) => a - b,
			)
			const pieces = places.map((place, index) => text.slice(place, places[index + 1]))
			expect(filtered(pieces)).toBe(filtered([text]))
		}),
	)
})

test('shows text without tags unchanged but for its leading space', () => {
	const plain = fc.string().filter((text) => !/<think/i.test(text))
	fc.assert(
		fc.property(plain, (text) => {
			expect(filtered([text])).toBe(text.trimStart())
		}),
	)
})
