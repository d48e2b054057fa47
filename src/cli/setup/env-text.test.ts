import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { changeEnvText } from './env-text.ts'

describe('changing .env', () => {
	test.each([
		[
			'sets in place, keeping what is around',
			'# a\nA=1\n\nB=2 # why\nC=3\n',
			{ B: '9' },
			'# a\nA=1\n\nB=9 # why\nC=3\n',
		],
		['adds at the end', 'A=1', { B: '2' }, 'A=1\nB=2\n'],
		['adds to nothing', '', { B: '2' }, 'B=2\n'],
		['keeps the ends of lines', 'A=1\r\nB=2\r\n', { A: '9', C: '3' }, 'A=9\r\nB=2\r\nC=3\r\n'],
		['changes the one that counts', 'A=1\nA=2\n', { A: '9' }, 'A=1\nA=9\n'],
		['keeps export', 'export A=1\n', { A: '9' }, 'export A=9\n'],
		['makes a comment of what is taken out, everywhere', 'A=1\nB=2\nA=3 # x\n', { A: null }, '# A=1\nB=2\n# A=3 # x\n'],
		['takes out what is not there', 'B=2\n', { A: null }, 'B=2\n'],
		['replaces values over several lines', 'A="x\ny" # z\nB=2\n', { A: '9' }, 'A=9 # z\nB=2\n'],
		['takes out values over several lines', 'A="x\ny"\nB=2\n', { A: null }, '# A="x\n# y"\nB=2\n'],
		['leaves comments that look like variables', '# A=1\n', { A: '2' }, '# A=1\nA=2\n'],
		['fills in empty ones', 'A=\nB=\n', { A: 'x' }, 'A=x\nB=\n'],
		['quotes what needs it', '', { A: 'two words', B: "it's #1" }, "A='two words'\nB=`it's #1`\n"],
	])('%s', (_name, text, changes, expected) => {
		expect(changeEnvText(text, changes)).toBe(expected)
	})

	test('of the shipped example, every other line stays', () => {
		const example = readFileSync(new URL('../../../.env.example', import.meta.url), 'utf8')
		const changed = changeEnvText(example, { OPENAI_API_KEY: 'sk-1', THREADWISE_MODEL: 'gpt-4.1' })
		const before = example.split('\n')
		const after = changed.split('\n')
		expect(after).toHaveLength(before.length)
		expect(after.filter((line, index) => line !== before[index])).toEqual([
			'OPENAI_API_KEY=sk-1',
			'THREADWISE_MODEL=gpt-4.1',
		])
	})

	test('whatever the file holds, what is read back is what was meant, or nothing is changed', () => {
		const name = fc.constantFrom('A', 'B', 'C_D', 'OPENAI_API_KEY')
		const value = fc.string({
			unit: fc.constantFrom('a', '1', ' ', '#', "'", '"', '`', '=', '$', '\\', '-'),
			maxLength: 8,
		})
		const line = fc.oneof(
			fc.tuple(name, value).map(([key, text]) => `${key}=${text}`),
			fc.tuple(name, value).map(([key, text]) => ` export ${key} = "${text}" # x`),
			fc.constantFrom('', '# comment', 'no assignment', "A='x\ny'"),
		)
		const text = fc.array(line, { maxLength: 8 }).map((lines) => lines.join('\n'))
		const changes = fc.dictionary(
			name,
			fc.option(
				value.filter((each) => each === each.trim() && each !== ''),
				{ nil: null },
			),
		)
		fc.assert(
			fc.property(text, changes, (before, wanted) => {
				let after: string
				try {
					after = changeEnvText(before, wanted)
				} catch (error) {
					expect(error).toMatchObject({ code: 'config' })
					return
				}
				const read = parseEnv(after)
				for (const [key, expected] of Object.entries({ ...parseEnv(before), ...wanted })) {
					expect(read[key] ?? null).toBe(expected)
				}
			}),
			{ numRuns: 500 },
		)
	})
})
