import fc from 'fast-check'
import { expect, test } from 'vitest'
import { spelledOut, toPlainText, withNamedDirections } from './plain-text.ts'

const directions = [...'\u061C\u200E\u200F\u202A\u202B\u202C\u202D\u202E\u2066\u2067\u2068\u2069']
const nameOf = (character: string) => `U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`
const hostile = fc
	.array(fc.oneof(fc.constantFrom(...directions, '\u001B[2J', '\u009B31m', '\n', '\t'), fc.string({ unit: 'binary' })))
	.map((parts) => parts.join(''))

test.each(directions)('%j is shown by its name, wherever it stands', (character) => {
	expect(withNamedDirections(`a${character}b${character}`)).toBe(`a[${nameOf(character)}]b[${nameOf(character)}]`)
	expect(spelledOut(`${character}b`)).toEqual([
		{ text: nameOf(character), isName: true },
		{ text: 'b', isName: false },
	])
})

test('no text turns what stands around it or does anything, and nothing else of it is changed', () => {
	fc.assert(
		fc.property(hostile, (text) => {
			const plain = toPlainText(text)
			for (const character of directions) expect(plain).not.toContain(character)
			// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that must not be there.
			expect(plain).not.toMatch(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/)
			expect(toPlainText(plain)).toBe(plain)
			const named = directions.reduce((rest, each) => rest.replaceAll(each, `[${nameOf(each)}]`), text)
			const kept = [...named].filter((each) => each === '\n' || each === '\t' || !/\p{Cc}/u.test(each))
			expect(plain).toBe(kept.join(''))
		}),
	)
})
