import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { processorMs } from '../../../tests/support/processor-time.ts'
import { checkResult, type SubtaskResult, subtaskResultSchema } from './check-result.ts'

function result(choices: Partial<SubtaskResult>): SubtaskResult {
	return { work: '', calculations: [], result: '48', ...choices }
}

const right = { expression: '12 * 4', result: '48' }
const check = (given: SubtaskResult, expected = 'a number') => checkResult(given, expected)

test.each([
	['the number of one of them', '48', right],
	['a sentence with that number', '$48.00 in all', right],
	['words', 'the first offer', right],
	['another unit of the same', '2 hours 30 minutes', { expression: '75 * 2', result: '150' }],
	['a percentage of it', '12.5%', { expression: '1 / 8', result: '0.125' }],
	['a fraction of it', '1/8', { expression: '1 / 8', result: '0.125' }],
	['whole things, rounded up', '4 buses', { expression: '100 / 30', result: '3.3333' }],
	['a decimal comma', '12,50 €', { expression: '25 / 2', result: '12.5' }],
	['a large number in words', '1.2 million', { expression: '1000000 * 1.2', result: '1200000' }],
])('passes where every calculation is right and the result is %s', (_, stated, calculation) => {
	expect(check(result({ calculations: [calculation], result: stated })).outcome).toBe('passed')
})

test.each([
	['a listed calculation', result({ calculations: [{ expression: '12 * 4', result: '58' }], result: '58' })],
	['a calculation in the derivation', result({ work: 'First, 12 * 4 = 58.', calculations: [right] })],
	['a result out of nowhere', result({ calculations: [right], result: '50' })],
	['a rounded result that is none', result({ calculations: [{ ...right, result: '48.0' }], result: '49' })],
])('fails on %s', (_, wrong) => {
	expect(check(wrong)).toMatchObject({ outcome: 'failed', evidence: expect.stringMatching(/12 \* 4 is 48|50|49/) })
})

test.each([
	['no calculation', result({})],
	['a calculation that cannot be worked out', result({ calculations: [{ expression: '10^10^10', result: '1' }] })],
	['words instead of a calculation', result({ calculations: [{ expression: 'twelve times four', result: 'many' }] })],
])('has nothing to check in %s', (_, open) => {
	expect(check(open).outcome).toBe('nothing-to-check')
})

describe('a unit', () => {
	test.each([
		['48 km', 'the time in hours'],
		['48 km', 'hours'],
		['48 km', 'the duration (hours)'],
		['48 €', 'the price in dollars'],
		['48 minutes', 'the speed in km/h'],
		['48 km', 'number of minutes'],
	])('of another kind contradicts what was wanted: %s for %s', (stated, expected) => {
		expect(check(result({ calculations: [right], result: stated }), expected)).toEqual({
			method: 'arithmetic',
			outcome: 'failed',
			evidence: expect.stringContaining(`wanted is ${expected}`),
		})
	})

	test.each([
		['48 km', 'the distance after 2 hours'],
		['48 km', 'the distance in the first hour'],
		['48 km', 'the distance of the second train'],
		['48 km in 2 hours', 'the distance in km'],
		['48 minutes', 'minutes per day'],
		['48 minutes', 'the time in hours'],
		['48 in total', 'hours'],
		['48 bars', 'the number of bars in 2 hours'],
		['48 boxes', 'the number of boxes'],
		['48 plums', 'dollars'],
		['48', 'hours'],
		['$48', 'the price in US dollars'],
		['48 m', 'minutes'],
	])('that may be right is not called wrong: %s for %s', (stated, expected) => {
		expect(check(result({ calculations: [right], result: stated }), expected).outcome).toBe('passed')
	})
})

test('whatever a model writes, it is checked quickly and nothing is thrown', () => {
	const text = fc.oneof(
		fc.string(),
		fc.constantFrom('10^10^10', '1/0', '((((', '9'.repeat(5_000), '1 = 1 = 1', '−5 × 3', '1 km '.repeat(2_000)),
	)
	const calculations = fc.array(fc.record({ expression: text, result: text }), { maxLength: 60 })
	fc.assert(
		fc.property(fc.record({ work: text, calculations, result: text }), text, (any, expected) => {
			const parsed = subtaskResultSchema.safeParse(any)
			if (!parsed.success) return
			const spent = processorMs(() => {
				const { outcome, evidence } = checkResult(parsed.data, expected)
				expect(['passed', 'failed', 'nothing-to-check']).toContain(outcome)
				expect(evidence.length).toBeLessThanOrEqual(300)
			})
			expect(spent).toBeLessThan(500)
		}),
	)
})

test.each([
	['numbers', '48 '.repeat(33_000)],
	['quantities', '48 km '.repeat(16_000)],
	['calculations', '12 * 4 = 48; '.repeat(8_000)],
	['words', 'hours in hours '.repeat(7_000)],
])('a hundred thousand characters of %s take no time', (_, long) => {
	const calculations = Array.from({ length: 60 }, () => ({ expression: '12 * 4', result: long }))
	expect(processorMs(() => checkResult({ work: long, calculations, result: long }, long))).toBeLessThan(1_000)
})
