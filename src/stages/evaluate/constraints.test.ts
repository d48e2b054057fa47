import { expect, test } from 'vitest'
import type { Constraint } from '../analyze/stage.ts'
import { computeConstraint } from './constraints.ts'

type Kind = Constraint['kind']

function holds(kind: Kind, value: string | null, final: string): boolean | null {
	const check = computeConstraint({ id: 'c1', kind, statement: 'It must be so.', value }, final)
	return check === null ? null : check.outcome === 'holds'
}

test.each<[Kind, string | null, string, boolean | null]>([
	['number', null, 'It costs $104.', true],
	['number', null, 'It depends.', false],
	['integer', null, '104 boxes', true],
	['integer', null, '104.0', true],
	['integer', null, '104.5', false],
	['integer', null, 'none', false],
	['must-include', 'Paris', 'in paris', true],
	['must-include', 'Paris', 'in London', false],
	['must-include', null, 'in London', null],
	['unit', 'dollars', '$104', true],
	['unit', '$', '104 dollars', true],
	['unit', 'USD', '$104', true],
	['unit', '%', '12 percent', true],
	['unit', 'hours', '1 hour', true],
	['unit', 'hour', '12 hours', true],
	['unit', 'km/h', '84 km/h', true],
	['unit', 'km', '12km', true],
	['unit', 'hours', '90 minutes', null],
	['unit', '(', 'a ( b', true],
	['unit', null, '90 minutes', null],
	['unit', 'm', '12 miles', null],
	['unit', 's', '12 apples', null],
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
		evidence: '"It depends." does not satisfy it.',
	})
})
