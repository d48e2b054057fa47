import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { splitMarkdown } from './split-markdown.ts'

const words = (text: string) => text.split(/\s+/).filter((word) => word !== '')

describe('Markdown that is too long', () => {
	test('is divided between paragraphs', () => {
		const [one, two, three] = ['one', 'two', 'three'].map((word) => `${word} `.repeat(8).trim())
		expect(splitMarkdown([one, two, three].join('\n\n'), { limit: 100 })).toEqual([`${one}\n\n${two}`, three])
	})

	test('has a code fence closed and opened again, with its language', () => {
		const code = Array.from({ length: 20 }, (_, line) => `const line${line} = ${line}`)
		const pieces = splitMarkdown(['```ts', ...code, '```'].join('\n'), { limit: 200 })
		expect(pieces.length).toBeGreaterThan(1)
		for (const piece of pieces) expect(piece).toMatch(/^```ts\n[^`]*\n```$/)
		expect(pieces.flatMap((piece) => piece.split('\n').slice(1, -1))).toEqual(code)
	})

	test('repeats the head of a table above the rows that follow', () => {
		const rows = Array.from({ length: 20 }, (_, row) => `| item ${row} | ${row} |`)
		const pieces = splitMarkdown(['| name | n |', '| --- | --- |', ...rows].join('\n'), { limit: 210 })
		expect(pieces.length).toBeGreaterThan(1)
		for (const piece of pieces) expect(piece.startsWith('| name | n |\n| --- | --- |\n')).toBe(true)
		expect(pieces.flatMap((piece) => piece.split('\n').slice(2))).toEqual(rows)
	})

	test('is divided between words where a line is too long, and nowhere within a character', () => {
		const pieces = splitMarkdown(`${'word '.repeat(50)}${'🦔'.repeat(100)}`, { limit: 60 })
		for (const piece of pieces) expect(piece.isWellFormed()).toBe(true)
		expect(pieces.join('').replaceAll(/\s/g, '')).toBe(`${'word'.repeat(50)}${'🦔'.repeat(100)}`)
	})

	test('is divided nowhere within what must not be parted', () => {
		const pieces = splitMarkdown(`${'`code x` '.repeat(40)}${'\\*'.repeat(100)}`, {
			limit: 41,
			unit: /`[^`]+`|\\.|./gu,
		})
		expect(pieces.length).toBeGreaterThan(10)
		for (const piece of pieces) expect(piece.replaceAll(/`code x`|\\\*|\s/g, '')).toBe('')
	})

	test('is one piece where it fits', () => {
		expect(splitMarkdown('# Short\n\nand sweet', { limit: 100 })).toEqual(['# Short\n\nand sweet'])
		expect(splitMarkdown('', { limit: 100 })).toEqual([])
	})
})

const line = fc.oneof(
	fc.string(),
	fc.constantFrom('```', '~~~~', '```js', '', '| a | b |', '| - | - |', '# Heading', '- item', '> quote'),
	fc.string({ minLength: 100, maxLength: 400 }),
)

test('whatever the text, every piece fits and nothing is lost, in order', () => {
	fc.assert(
		fc.property(fc.array(line, { maxLength: 60 }), (lines) => {
			const text = lines.join('\n')
			const pieces = splitMarkdown(text, { limit: 120 })
			for (const piece of pieces) expect(piece.length).toBeLessThanOrEqual(120)
			// What is repeated comes on top; what was there comes in its order.
			const shown = pieces.join('\n').replaceAll(/\s/g, '')
			let at = 0
			for (const character of words(text).join('')) {
				at = shown.indexOf(character, at) + 1
				expect(at).toBeGreaterThan(0)
			}
		}),
	)
})
