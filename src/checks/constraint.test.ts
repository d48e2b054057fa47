import { describe, expect, test } from 'vitest'
import { processorMs } from '../../tests/support/processor-time.ts'
import { type Constraint, computeConstraint, constraintKindSchema } from './constraint.ts'

type Kind = Constraint['kind']

function holds(kind: Kind, value: string | null, final: string): boolean | null {
	const check = computeConstraint({ id: 'c1', kind, statement: 'It must be so.', value }, final)
	return check === null ? null : check.outcome === 'holds'
}

const german = 'Die Bestellung kostet zusammen 104 Dollar und wird morgen geliefert.'
const english = 'The order costs 104 dollars in total and it is delivered tomorrow.'

describe('what can be computed', () => {
	test.each<[Kind, string | null, string, boolean | null]>([
		['number', null, 'It costs $104.', true],
		['number', null, 'It depends.', false],
		['integer', null, '104 boxes', true],
		['integer', null, '104.0', true],
		['integer', null, '8/2', true],
		['integer', null, '104 (52.5 of them red)', true],
		['integer', null, '104.5', false],
		['integer', null, '12,50 €', false],
		['integer', null, '1/3', false],
		['integer', null, '104.00000000000000000001', false],
		['integer', null, 'none', false],
		['range', '1..10', '7', true],
		['range', '1..10', '10', true],
		['range', '1..10', '11', false],
		['range', '1..10', '10.01', false],
		['range', '1..10', '-1', false],
		['range', '1..10', 'none', false],
		['range', '..10', '-1', true],
		['range', '0..', '1,000,000', true],
		['range', '0..', '-0.5', false],
		['range', '-5..5', '-5', true],
		['range', '1,000..2,000', '1500', true],
		['range', '0.5 .. 1.5', '3/4', true],
		['range', '1..10', `1${'0'.repeat(100)}`, null],
		['range', '..', '5', null],
		['range', 'a few', '5', null],
		['range', null, '5', null],
		['unit', 'dollars', '$104', true],
		['unit', '$', '104 dollars', true],
		['unit', 'USD', '$104', true],
		['unit', '%', '12 percent', true],
		['unit', 'hours', '1 hour', true],
		['unit', 'hour', '12 hours', true],
		['unit', 'km/h', '84 km/h', true],
		['unit', 'km', '12km', true],
		['unit', '(', 'a ( b', true],
		['unit', 'dollars', '104 €', false],
		['unit', 'hours', '12 km', false],
		['unit', 'km/h', '12 km', false],
		['unit', 'hours', '90 minutes', null],
		['unit', 'hours', '90 minutes for 40 km', null],
		['unit', 'hours', '12 in total', null],
		['unit', 'hours', '12 bars', null],
		['unit', 'm', '12 miles', null],
		['unit', 's', '12 apples', null],
		['unit', null, '90 minutes', null],
		['length', '<= 3 words', 'one two three', true],
		['length', '3 words', 'one two three', true],
		['length', '<= 3 words', 'one two three four', false],
		['length', '>= 2 sentences', 'One. Two!', true],
		['length', '>= 2 sentences', 'Only one.', false],
		['length', '= 2 lines', 'one\n\ntwo', true],
		['length', '= 2 lines', 'one', false],
		['length', '<= 5 characters', 'fünf!', true],
		['length', '<= 5 characters', 'sechs!', false],
		['length', '= 1 word', "don't", true],
		['length', 'short', 'one', null],
		['length', null, 'one', null],
		['format', 'json', '{"a": 1}', true],
		['format', 'json', '```json\n{"a": 1}\n```', true],
		['format', 'json', '{"a": 1', false],
		['format', 'JSON', '[1]', true],
		['format', 'list', '- one\n- two', true],
		['format', 'list', 'one, two', false],
		['format', 'numbered-list', '1. one\n2. two', true],
		['format', 'numbered-list', '- one\n- two', false],
		['format', 'table', '| a | b |\n| - | - |\n| 1 | 2 |', true],
		['format', 'table', 'a | b', false],
		['format', 'code', '```\nprint(1)\n```', true],
		['format', 'code', 'print(1)', false],
		['format', 'one-word', 'Paris.', true],
		['format', 'one-word', 'in Paris', false],
		['format', 'yes-no', 'Yes, it is.', true],
		['format', 'yes-no', 'It is.', false],
		['format', 'iso-date', 'on 2024-03-05', true],
		['format', 'iso-date', 'on 5 March 2024', false],
		['format', 'iso-date', 'on 2024-13-05', false],
		['format', 'sonnet', 'Shall I compare thee', null],
		['must-include', 'Paris', 'in paris', true],
		['must-include', 'Paris', 'in London', false],
		['must-include', "don't  panic", 'Don’t panic!', true],
		['must-include', null, 'in London', null],
		['language', 'de', german, true],
		['language', 'de-AT', german, true],
		['language', 'deu', german, true],
		['language', 'de', english, false],
		['language', 'en', german, false],
		['language', 'de', '$104', null],
		['language', 'German', english, null],
		['language', 'und', english, null],
		['language', null, english, null],
		['other', null, 'anything', null],
		['other', 'a value', 'anything', null],
	])('%s %s in "%s": %s', (kind, value, final, expected) => {
		expect(holds(kind, value, final)).toBe(expected)
	})

	test('says what was looked at', () => {
		const constraint: Constraint = { id: 'c1', kind: 'number', statement: 'It is a number.', value: null }
		expect(computeConstraint(constraint, 'It depends.')).toEqual({
			id: 'c1',
			statement: 'It is a number.',
			outcome: 'fails',
			evidence: '"It depends." has no number.',
			computed: true,
		})
	})

	test('a value that is a whole sentence is for a judge', () => {
		for (const kind of constraintKindSchema.options) {
			if (kind === 'number' || kind === 'integer') continue
			expect(holds(kind, 'x'.repeat(201), 'x'.repeat(300))).toBeNull()
		}
	})
})

describe('whatever the text', () => {
	const size = 100_000
	const texts: Readonly<Record<string, string>> = {
		lines: `x${'\n'.repeat(size)}x`,
		spaces: `x${' '.repeat(size)}x`,
		brackets: '['.repeat(size),
		'nested objects': '{"a":'.repeat(size / 5),
		'a fence and lines': `\`\`\`${'\n'.repeat(size)}x`,
		fences: '```'.repeat(size / 3),
		pipes: '|'.repeat(size),
		'pipes and lines': '|\n'.repeat(size / 2),
		digits: '9'.repeat(size),
		'full stops': '.'.repeat(size),
		dashes: '- '.repeat(size / 2),
		quotes: `!${'"'.repeat(size)}x`,
		'a tower of powers': '10^10^10',
	}
	const values = ['1..10', 'km', '<= 3 words', 'json', 'list', 'numbered-list', 'table', 'code', 'iso-date', 'x', 'en']

	test.each(Object.entries(texts))('%s without end take no time and no page of evidence', (_, text) => {
		for (const kind of constraintKindSchema.options) {
			for (const value of [...values, text]) {
				const spent = processorMs(() => {
					const check = computeConstraint({ id: 'c1', kind, statement: 'It must be so.', value }, text)
					expect(check?.evidence.length ?? 0).toBeLessThan(1_000)
				})
				expect(spent, `${kind} ${value.slice(0, 20)}`).toBeLessThan(500)
			}
		}
	})
})
