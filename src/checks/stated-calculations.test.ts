import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { processorTimeMs } from '../../tests/support/processor-time.ts'
import { calculationsIn, checkCalculation } from './index.ts'

describe('a calculation stated in a text is found', () => {
	test.each([
		['12 * 4 = 48', '12 * 4', '48'],
		['So 12 * 4 = 48.', '12 * 4', '48'],
		['The total (12 × 4 = 48) is fine', '12 × 4', '48'],
		['First, 12 + 4 = 16, then more', '12 + 4', '16'],
		['In 2024, 3 + 4 = 7', '3 + 4', '7'],
		['It was 5. 3 + 4 = 7', '3 + 4', '7'],
		['- 2 + 3 = 5', '2 + 3', '5'],
		['* 2 + 3 = 5', '2 + 3', '5'],
		['1. 12 / 4 = 3', '12 / 4', '3'],
		['**12 * 4 = 48**', '12 * 4', '48'],
		['`12 * 4 = 48`', '12 * 4', '48'],
		['total = 3 + 4 = 7', '3 + 4', '7'],
		['$3.50 * 2 = $7.00', '$3.50 * 2', '$7.00'],
		['(1,000 + 500) / 3 = 500', '(1,000 + 500) / 3', '500'],
		['-3 + 5 = 2', '-3 + 5', '2'],
		['20% * 50 = 10', '20% * 50', '10'],
		['1/4 = 25%', '1/4', '25%'],
		['10 - 4 = 6 apples', '10 - 4', '6'],
		['3*4=12', '3*4', '12'],
		['7 - 9 = -2', '7 - 9', '-2'],
		['7 - 9 = −2', '7 - 9', '−2'],
	])('%s', (text, expression, result) => {
		expect(calculationsIn(text)).toEqual([{ expression, result }])
	})

	test('each of several', () => {
		const text = 'First 3 + 4 = 7 and 7 * 2 = 14.\nThen 14 - 5 = 9.'
		expect(calculationsIn(text).map(({ result }) => result)).toEqual(['7', '14', '9'])
	})
})

describe('what is no calculation is none', () => {
	test.each([
		'on 2024-05-01 = 3 people came',
		'2024-05-01 = launch, 2024-06-01 = 12 users',
		'05/12 = 3 people',
		'1/2/2024 = 17 sales',
		'on 5/12 = 3 people came',
		'3-4 = ',
		'pages 3-4 = 2 pages',
		'pages 3 - 4 = 2 pages',
		'pp. 10–12 = 3 pages',
		'2010-2015 = 5 years',
		'call 555-1234 = 1 support line',
		'1/2 = half',
		'1/2 = 2/4',
		'24/7 = always',
		'version 1.2.3 = 4 fixes',
		'v1.2-3 = 4',
		'192.168.0.1/24 = 256 addresses',
		'they won 3 - 1 = 2 goals ahead',
		'a ratio of 3/1 = 4 parts',
		'x + 3 = 7',
		'2x + 3 = 7',
		'3 + x = 7',
		'f(3) = 9',
		'floor(7/2) = 3',
		'sqrt(16) + 1 = 5',
		'x = 3',
		'a[3-1] = 7',
		'if (3 + 4 == 7)',
		'3 + 4 >= 6',
		'3 + 4 <= 8',
		'3 + 4 != 8',
		'3 + 4 => 7',
		'2 * 6 = 3 * 4',
		'10 - 2 = 4 + 4',
		'3 + 4 = 7x',
		'15 * 100,000 = 1.5 million',
		'15 * 100 = 1.5k',
		'90 / 60 = 1 hour 30 minutes',
		'90 / 60 = 1 h and 30 min',
		'90 / 60 = 1:30',
		'7 / 2 = 3 remainder 1',
		'7 / 2 = 3 R 1',
		'7 / 2 = 3 1/2',
		'10 / 3 = 3 (rounded)',
		'Rounded to whole numbers, 10 / 3 = 3',
		'On a clock, 11 + 3 = 2',
		'In base 8, 7 + 1 = 10',
		'modulo 5: 3 + 4 = 2',
		'2 / 3 = 0.66...',
		'2 / 3 = 0.66…',
		'2^100 = 1.27e30',
		'2^100 = 1.27 × 10^30',
		'10 / 3 = about 3',
		'10 / 3 = ~3',
		'1 000 + 500 = 1 500',
		'3,5 + 1,5 = 6,0',
		'item 3 (4 + 5) = 7',
		'https://example.org/?a=1&b=2',
		'https://example.org/12/34?page=7',
		'--max-old-space-size=4096',
		'width=100 height=20',
		'<td colspan=2>',
		'E = 3 - the energy',
		'= 7',
		'3 + = 7',
		'+ 3 = 7',
		'(3 + 4)) = 7',
		'Total - 3 = 7',
	])('%s', (text) => {
		expect(calculationsIn(text)).toEqual([])
	})
})

describe('real prose raises no false alarm', () => {
	test.each([
		'The train leaves at 9:15 and arrives at 11:45, so 2 h 30 min = 150 min. 150 / 60 = 2.5 hours.',
		'Alice pays 3 * $12.50 = $37.50, Bob pays 2 * $12.50 = $25, together $37.50 + $25 = $62.50.',
		'A discount of 20% on $80: 80 * 20% = 16, so the price is 80 - 16 = 64 dollars.',
		'100 + 10% = 110, as every shop assistant knows.',
		'Growth: 5% + 3% = 8% in total.',
		'Der Preis ist 1.000 + 500 = 1.500 Euro.',
		'Between 1914-1918 = 4 years of war and 1939-1945 = 6 years.',
		'Der 3.10. = 1 Feiertag.',
		'See sections 3.1-3.4 = 4 sections.',
		'It scored 9/10 = 4 stars.',
		'| 3 + 4 = 7 | 5 * 5 = 25 |',
		'1) 6 * 7 = 42; 2) 42 / 2 = 21',
		'Given: n = 4, m = 5. Then n * m = 20 and 4 * 5 = 20.',
		'10 * 0.333 = 3.33, close to 10 / 3 = 3.33.',
	])('%s', (text) => {
		expect(calculationsIn(text).map(checkCalculation)).not.toContainEqual(expect.objectContaining({ outcome: 'wrong' }))
	})
})

describe('for any numbers', () => {
	const natural = fc.nat(99_999)
	const phrase = fc.constantFrom('so ', 'Therefore: ', '- ', '(', '', 'We get **')

	test('a right statement is found and right, a wrong one is found and wrong', () => {
		fc.assert(
			fc.property(phrase, natural, natural, fc.constantFrom(0, 1, 100), (before, left, right, off) => {
				const text = `${before}${left} + ${right} = ${left + right + off}.`
				expect(
					calculationsIn(text)
						.map(checkCalculation)
						.map(({ outcome }) => outcome),
				).toEqual([off === 0 ? 'right' : 'wrong'])
			}),
		)
	})

	test('dates in any form are no calculations', () => {
		const two = (value: number) => String(value).padStart(2, '0')
		const date = fc.record({
			y: fc.integer({ min: 1900, max: 2100 }),
			m: fc.integer({ min: 1, max: 12 }),
			d: fc.integer({ min: 1, max: 28 }),
		})
		fc.assert(
			fc.property(date, natural, ({ y, m, d }, result) => {
				for (const written of [
					`${y}-${two(m)}-${two(d)}`,
					`${y}-${m}-${d}`,
					`${d}/${m}/${y}`,
					`${m}-${d}`,
					`${d}.${m}.${y}`,
				]) {
					expect(calculationsIn(`on ${written} = ${result} visitors`)).toEqual([])
				}
			}),
		)
	})
})

describe('any text is searched without an error and at once', () => {
	test('random symbols', () => {
		const symbols = fc.string({ unit: fc.constantFrom(...'0123456789.,+-*/^%() e$=ab×÷−\n'), maxLength: 600 })
		fc.assert(
			fc.property(symbols, (text) => {
				const startedAt = processorTimeMs()
				calculationsIn(text).map(checkCalculation)
				expect(processorTimeMs() - startedAt).toBeLessThan(50)
			}),
		)
	})

	test.each(['1', '1 ', '1+', '=', '1=', '1+1=2 ', '(', '((1)', '1,', '1.', ', ', '**', '1,111'])(
		'a long row of "%s"',
		(piece) => {
			const text = piece.repeat(Math.floor(20_000 / piece.length))
			const startedAt = processorTimeMs()
			calculationsIn(text)
			calculationsIn(`${text}=1`)
			expect(processorTimeMs() - startedAt).toBeLessThan(200)
		},
	)
})
