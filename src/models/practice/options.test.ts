import { readFileSync } from 'node:fs'
import { afterEach, expect, test, vi } from 'vitest'
import { defaultOptions, readOptions } from './options.ts'

afterEach(() => vi.restoreAllMocks())

const read = (...given: readonly string[]) => readOptions(['node', 'main.ts', ...given])

test('without options, everything is as in the defaults', () => {
	expect(read()).toEqual(defaultOptions)
})

test('every option arrives in its type', () => {
	const options = read(
		'--seed',
		'7',
		'--mistake-rate',
		'0.2',
		'--mistake-pattern',
		'total',
		'--no-stream-usage',
		'--log',
		'a.jsonl',
	)
	expect(options).toMatchObject({
		seed: 7,
		mistakeRate: 0.2,
		mistakePattern: /total/i,
		streamUsage: false,
		log: 'a.jsonl',
	})
})

test.each([
	['--mistake-rate', '2', 'between 0 and 1'],
	['--latency-ms', 'soon', 'a whole number'],
	['--mistake-pattern', '(', 'a regular expression'],
])('%s %s is refused with the reason', (option, value, reason) => {
	const written: string[] = []
	vi.spyOn(process.stderr, 'write').mockImplementation((text) => written.push(String(text)) > 0)
	vi.spyOn(process, 'exit').mockImplementation(() => {
		throw new Error('exited')
	})
	expect(() => read(option, value)).toThrow('exited')
	expect(written.join('')).toContain(reason)
})

test('every option has a line in the README', () => {
	const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8')
	const flags = Object.entries(defaultOptions).map(([name, value]) => {
		const flag = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
		return value === true ? `--no-${flag}` : `--${flag}`
	})
	expect(flags.filter((flag) => !readme.includes(`\`${flag}`))).toEqual([])
})

test('mistakes are options of a rate and a pattern each', () => {
	expect(
		read('--missed-slip-rate', '0.5', '--wrong-alternative-pattern', 'equations', '--no-calculations'),
	).toMatchObject({
		missedSlipRate: 0.5,
		wrongAlternativePattern: /equations/i,
		calculations: false,
	})
})
