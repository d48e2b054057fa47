import { describe, expect, test } from 'vitest'
import { predicateSchema } from './predicates.ts'

const value = {
	level: 'hard',
	givens: [
		{ id: 'g1', statement: 'There are 12 boxes.' },
		{ id: 'g2', statement: 'A box costs $4.' },
	],
	checks: [{ holds: true }, { holds: false }],
	steps: 3,
	nothing: null,
}
const german =
	'Wir brauchen dreizehn Schachteln, weil in jede genau vierundzwanzig Stifte passen und die letzte nicht ganz voll wird.'
const failureOf = (written: unknown, reply: { value: unknown; text: string }) =>
	predicateSchema.parse(written).failure(reply)
const inValue = (written: unknown) => failureOf(written, { value, text: JSON.stringify(value) })
const inText = (written: unknown, text: string) => failureOf(written, { value: text, text })

describe('a predicate about a place in the object', () => {
	test.each<[unknown]>([
		[{ json: 'level', equals: 'hard' }],
		[{ json: 'steps', equals: 3 }],
		[{ json: 'nothing', equals: null }],
		[{ json: 'checks[*].holds', equals: [true, false] }],
		[{ json: 'checks[1].holds', equals: false }],
		[{ json: 'givens', count: 2 }],
		[{ json: 'givens', count: '2..' }],
		[{ json: 'givens', count: '1..2' }],
		[{ json: 'givens[0].statement', contains: '12  BOXES' }],
		[{ json: 'givens', contains: ['12', '$4'] }],
		[{ json: 'givens', lacks: ['13', 'g3'] }],
		[{ json: 'givens[*].id', matches: '^g\\d$' }],
		[{ json: 'checks', contains: 'false' }],
		[{ json: 'level', longest: '1 words' }],
	])('holds: %j', (written) => {
		expect(inValue(written)).toBeNull()
	})

	test.each<[unknown, string]>([
		[{ json: 'level', equals: 'easy' }, 'It is "hard".'],
		[{ json: 'steps', equals: '3' }, 'It is 3.'],
		[{ json: 'checks[*].holds', equals: [true] }, 'It is [true,false].'],
		[{ json: 'givens', count: 3 }, 'It has 2.'],
		[{ json: 'givens', count: '3..' }, 'It has 2.'],
		[{ json: 'givens', count: '0..1' }, 'It has 2.'],
		[{ json: 'level', count: 1 }, 'It is no list: "hard".'],
		[{ json: 'givens', contains: ['12', '13', '14'] }, '"13", "14" does not occur.'],
		[{ json: 'givens', lacks: ['13', 'boxes'] }, '"boxes" occurs.'],
		[{ json: 'givens[*].id', matches: '^s' }, 'Nothing matches in ["g1","g2"].'],
		[{ json: 'givens[2].id', equals: 'g3' }, 'There is nothing there.'],
		[{ json: 'level[*]', contains: 'h' }, 'There is nothing there.'],
		[{ json: 'constructor', contains: 'Object' }, 'There is nothing there.'],
		// What isn't there lacks everything: a slip in the path would pass for ever.
		[{ json: 'given', lacks: '13' }, 'There is nothing there.'],
	])('fails: %j', (written, failure) => {
		expect(inValue(written)).toBe(failure)
	})
})

describe('a predicate about the whole reply', () => {
	test.each<[unknown, string]>([
		[{ contains: '$104' }, 'It costs $104.'],
		[{ lacks: '#' }, 'It costs $104.'],
		[{ matches: '^[^.]*\\$104' }, 'It costs $104.'],
		[{ language: 'de' }, german],
		[{ longest: '4 words' }, 'It costs $104.'],
		[{ format: 'numbered-list' }, '1. red\n2. blue'],
		[{ refuses: false }, 'It is 391.'],
	])('holds: %j', (written, text) => {
		expect(inText(written, text)).toBeNull()
	})

	test.each<[unknown, string, string]>([
		[{ contains: '$104' }, 'It costs $14.', '"$104" does not occur.'],
		[{ language: 'en' }, german, 'It is not written in en.'],
		[{ language: 'de' }, 'Ja.', `Whether it does can't be told of "Ja.".`],
		[{ longest: '2 words' }, 'It costs $104.', 'It has 3 words; wanted is <= 2.'],
		[{ format: 'numbered-list' }, 'red and blue', 'It does not have the form numbered-list.'],
		[{ refuses: false }, "I'm sorry, but I can’t help with that.", 'It refuses.'],
		[{ refuses: false }, "I am the practice model and can't answer this.", 'It refuses.'],
	])('fails: %j', (written, text, failure) => {
		expect(inText(written, text)).toBe(failure)
	})
})

test('a predicate is shown as it is written', () => {
	expect(predicateSchema.parse({ json: 'givens', contains: ['12', '4'] }).written).toBe(
		'json givens contains ["12","4"]',
	)
	expect(predicateSchema.parse({ longest: '60 words' }).written).toBe('longest 60 words')
})

test.each<[unknown, string]>([
	[{ contain: 'x' }, 'there is no predicate "contain"; there are equals, contains,'],
	[{ json: 'level' }, 'a predicate has one of equals, contains,'],
	[{ contains: 'x', lacks: 'y' }, 'this has 2'],
	[{ json: 'givens[', count: 2 }, 'json must be a path such as givens[0].statement or checks[*].holds, not "givens["'],
	[{ json: '', count: 2 }, 'json must be a path'],
	[{ json: 3, count: 2 }, 'json must be a path'],
	[{ json: 'givens', count: 'two' }, 'count: write it as 3, 1..3 or 1..'],
	[{ matches: '(' }, 'matches: it is no regular expression'],
	[{ longest: 60 }, 'longest: '],
	[{ longest: '60 pages' }, 'longest: write it as 60 words'],
	[{ refuses: true }, 'refuses: '],
	[{ contains: [] }, 'contains: '],
	['contains x', 'expected record'],
])('is refused: %j', (written, problem) => {
	const { error } = predicateSchema.safeParse(written)
	expect(error?.issues.map(({ message }) => message).join('\n')).toContain(problem)
})
