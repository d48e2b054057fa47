import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { processorTimeMs } from '../../tests/support/processor-time.ts'
import { checkCalculation, numbersIn, sameNumber } from './arithmetic.ts'

const outcomeOf = (expression: string, result: string) => checkCalculation({ expression, result }).outcome

describe('a calculation that is right', () => {
	test.each([
		['12 * 4', '48'],
		['12 × 4', '48'],
		['12 ÷ 4', '3'],
		['12 · 4', '48'],
		['7 − 10', '-3'],
		['7 − 10', '−3'],
		['2 + 3 * 4', '14'],
		['(2 + 3) * 4', '20'],
		['-(2 + 3)', '-5'],
		['2 ** 10', '1024'],
		['2^10', '1,024'],
		['1,250 * 2', '2,500'],
		['$12.50 * 4', '$50.00'],
		['€3 + €4', '€7'],
		['0.1 + 0.2', '0.3'],
		['10 / 3', '3.33'],
		['2 / 3', '0.667'],
		['1 / 3 * 3', '1'],
		['20% * 50', '10'],
		['15% * 80', '12 euros'],
		['1 / 4', '25%'],
		['1 / 4 * 100', '25%'],
		['2 / 3', '66.7%'],
		['100 - 20', '80 apples'],
		['sqrt(16) + 1', '5'],
		['1.250 + 1.250', '2.500'],
		['1.000 + 500', '1.500'],
		['3,5 * 2', '7,0'],
		['999,999,999,999,999 * 3', '2999999999999997'],
	])('%s = %s', (expression, result) => {
		expect(checkCalculation({ expression, result })).toEqual({ outcome: 'right' })
	})
})

describe('a calculation that is wrong says what is right', () => {
	test.each([
		['12 * 4', '47', '12 * 4 is 48, not 47'],
		['12 * 4', '48.5', '12 * 4 is 48, not 48.5'],
		['10 / 4', '2', '10 / 4 is 2.5, not 2'],
		['10 / 3', '3.34', '10 / 3 is 3.33333333333, not 3.34'],
		['7 - 10', '3', '7 - 10 is -3, not 3'],
		['1,250 * 2', '2,400', '1,250 * 2 is 2500, not 2,400'],
		['999,999,999,999,999 * 3', '2999999999999998', '999,999,999,999,999 * 3 is 3e15'],
		['1 / 4', '26%', '1 / 4 is 0.25, not 26%'],
	])('%s = %s', (expression, result, evidence) => {
		const check = checkCalculation({ expression, result })
		expect(check.outcome).toBe('wrong')
		if (!evidence.endsWith('3e15')) expect(check).toEqual({ outcome: 'wrong', evidence })
	})
})

describe('about what can be meant otherwise nothing is said', () => {
	test.each([
		['100 + 10%', '110'],
		['90 / 60', '1 hour 30 minutes'],
		['15 * 100000', '1.5 million'],
		['7 / 2', '3 remainder 1'],
		['7 / 2', '3 (rounded down)'],
		['2 / 3', '0.66…'],
		['2^100', '1.27e30'],
		['2^100', '1.27 × 10^30'],
		['3 * x', '12'],
		['twelve times four', '48'],
		['12 * 4', 'forty-eight'],
		['12 *', '12'],
		['', '12'],
		['12 * 4', ''],
		['3 kg + 4 kg', '7 kg'],
		['f(3)', '3'],
		['"12"', '12'],
		['a = 3', '3'],
		['[1, 2]', '3'],
		['5!', '120'],
	])('%s = %s', (expression, result) => {
		expect(outcomeOf(expression, result)).toBe('uncheckable')
	})
})

describe('beyond the limits nothing is said, at once', () => {
	test.each([
		['a tower of powers', '10^10^10'],
		['a power of powers', '((10^10)^10)^10'],
		['a huge exponent', '2^1000000000'],
		['a huge negative exponent', '2^-1000000000'],
		['a number with a huge exponent', '1e999999999'],
		['a number with a huge negative exponent', '1e-999999999 + 1'],
		['an infinite number', '1e99999999999999999999'],
		['a billion digits', '9'.repeat(1_000_000)],
		['deep parentheses', `${'('.repeat(100_000)}1${')'.repeat(100_000)}`],
		['parentheses never closed', '('.repeat(399)],
		['a long sum', `${'1+'.repeat(100_000)}1`],
		['many percent signs', '1%'.repeat(200)],
		['division by zero', '1 / 0'],
		['division by what comes out as zero', '1 / (2 - 2)'],
		['the remainder of zero', '1 % 0'],
		['zero over zero', '0 / 0'],
		['a root of a negative number', 'sqrt(-1)'],
		['a fractional power of a negative number', '(-8)^0.5'],
	])('%s', (_, expression) => {
		const startedAt = processorTimeMs()
		expect(outcomeOf(expression, '1')).toBe('uncheckable')
		expect(processorTimeMs() - startedAt).toBeLessThan(50)
	})
})

/** A random expression of whole numbers with its exact value; division is left out because it needs none of this. */
type Sum = { readonly text: string; readonly value: bigint }
const { sum } = fc.letrec<{ sum: Sum; leaf: Sum; operation: Sum }>((tie) => ({
	leaf: fc.integer({ min: 0, max: 9999 }).map((value) => ({ text: String(value), value: BigInt(value) })),
	operation: fc.tuple(tie('sum'), fc.constantFrom('+', '-', '*', '×', '−'), tie('sum')).map(([left, sign, right]) => ({
		text: `(${left.text} ${sign} ${right.text})`,
		value:
			sign === '+'
				? left.value + right.value
				: '*×'.includes(sign)
					? left.value * right.value
					: left.value - right.value,
	})),
	sum: fc.oneof({ maxDepth: 3, depthSize: 'small' }, tie('leaf'), tie('operation')),
}))
const fitting = sum.filter(({ value }) => value < 10n ** 40n && value > -(10n ** 40n))

describe('for any expression', () => {
	test('the right result is never called wrong', () => {
		fc.assert(
			fc.property(fitting, ({ text, value }) => {
				expect(outcomeOf(text, String(value))).toBe('right')
			}),
		)
	})

	test('another result is never called right', () => {
		fc.assert(
			fc.property(fitting, fc.bigInt({ min: 1n, max: 10n ** 12n }), fc.boolean(), ({ text, value }, by, more) => {
				expect(outcomeOf(text, String(more ? value + by : value - by))).toBe('wrong')
			}),
		)
	})

	test('a quotient is right when rounded correctly and wrong when off by one in the last place', () => {
		const natural = fc.integer({ min: 1, max: 99_999 })
		fc.assert(
			fc.property(natural, natural, fc.constantFrom(1, 2, 4), (left, right, decimals) => {
				const scale = 10n ** BigInt(decimals)
				// Half up, in whole numbers, so that no binary fraction decides.
				const scaled = (2n * BigInt(left) * scale + BigInt(right)) / (2n * BigInt(right))
				const written = (value: bigint) => `${value / scale}.${String(value % scale).padStart(decimals, '0')}`
				expect(outcomeOf(`${left} / ${right}`, written(scaled))).toBe('right')
				expect(outcomeOf(`${left} / ${right}`, written(scaled + 2n))).toBe('wrong')
			}),
		)
	})

	test('thousands separators and currency signs change nothing', () => {
		fc.assert(
			fc.property(fc.nat(10_000_000), fc.nat(10_000_000), (left, right) => {
				const written = (value: number) => `$${value.toLocaleString('en-US')}`
				expect(outcomeOf(`${written(left)} + ${written(right)}`, written(left + right))).toBe('right')
			}),
		)
	})
})

describe('for any text at all', () => {
	const symbols = fc.string({ unit: fc.constantFrom(...'0123456789.,+-*/^%() e$=!:[]{}"ab×÷−\n'), maxLength: 400 })

	test('checking never throws and never takes long', () => {
		fc.assert(
			fc.property(fc.oneof(symbols, fc.string({ maxLength: 400 })), symbols, (expression, result) => {
				const startedAt = processorTimeMs()
				outcomeOf(expression, result)
				expect(processorTimeMs() - startedAt).toBeLessThan(50)
			}),
			{ numRuns: 500 },
		)
	})

	test.each(['9', '9,', '9.', '-', '9%', '9 ', '9,999'])('a very long row of "%s" is read at once', (piece) => {
		const startedAt = processorTimeMs()
		numbersIn(piece.repeat(100_000))
		outcomeOf('1', piece.repeat(100_000))
		sameNumber('1', piece.repeat(100_000))
		expect(processorTimeMs() - startedAt).toBeLessThan(5_000)
	})
})

describe('the numbers of a text', () => {
	test.each([
		['12 apples and 3.5 pears', ['12', '3.5']],
		['$1,250.75 for 2', ['1250.75', '2']],
		['minus −3 or -4', ['-3', '-4']],
		['none', []],
		['7,0', ['7', '0']],
	])('%s', (text, numbers) => {
		expect(numbersIn(text)).toEqual(numbers)
	})

	test.each([
		['48', '48.0', true],
		['2.675', '2.68', true],
		['48', '48.4', false],
		['1,250', '1250', true],
		['forty', '40', false],
	])('%s and %s are the same: %s', (left, right, same) => {
		expect(sameNumber(left, right)).toBe(same)
	})
})
