import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { processorMs } from '../../tests/support/processor-time.ts'
import { type AnswerForm, answerKey } from './answer-key.ts'

const key = (form: AnswerForm, answer: string, unit?: string) => answerKey(answer, { form, unit })

/** Every answer of a row says the same, and no two rows do. */
function expectRows(form: AnswerForm, rows: readonly (readonly string[])[], unit?: string): void {
	const keys = rows.map((row) => {
		const own = row.map((answer) => [answer, key(form, answer, unit)])
		const [first] = own
		for (const [answer, found] of own) {
			expect(found, `"${answer}"`).not.toBeNull()
			expect(found, `"${answer}"`).toBe(first?.[1])
		}
		return first?.[1]
	})
	expect(new Set(keys).size, JSON.stringify(keys)).toBe(rows.length)
}

/** A whole number below a billion with commas between the thousands. */
const withCommas = (whole: number) => String(whole).replaceAll(/\B(?=(?:\d{3})+$)/g, ',')

describe('a number', () => {
	test('is the same however it is written', () => {
		expectRows('number', [
			[
				'104',
				'$104',
				'104 dollars',
				'$104.00',
				'It costs **$104**.',
				'x = 104',
				'48 + 56 = 104',
				'104 (48 + 56)',
				'1.04e2',
			],
			['-104', '−104', '-$104', '$-104', '-104.0'],
			['1250.5', '1,250.5', '1.250,50 €', '1250,5', "1'250.50"],
			['0.75', '.75', '3/4', '0,75', '¾', '6/8'],
			['1.5', '1 1/2', '1½', '3/2'],
			['1200000', '1.2 million', '$1.2 million', '1,200,000', '1.2 × 10^6'],
			['7', '7 people', 'seven, that is 7', '7 (and not 8)'],
		])
	})

	test('is the same in every unit of its kind', () => {
		expectRows('number', [
			[
				'2.5 hours',
				'2 hours 30 minutes',
				'2 h 30 min',
				'150 minutes',
				'9000 s',
				'2 hours and 30 minutes',
				'2 1/2 hours',
			],
			['100 km/h', '100 km per hour', '100 kph', '27.7777777778 m/s'],
			['1.8034 m', '5 ft 11 in', '5 feet 11 inches', '180.34 cm'],
			['2 kg', '2,000 g', '2000 grams'],
			['20 square meters', '20 m²', '20 m^2'],
		])
	})

	test('is read in the unit that is asked for', () => {
		expectRows('number', [['90', '90 minutes', '1.5 hours', '1 h 30 min']], 'minutes')
		expectRows('number', [['104', '$104', '104 USD', '104 dollars']], '$')
	})

	test.each([
		['another quantity before it', '90 minutes instead of 2 hours', '2 hours'],
		['the words behind it', '12 in total', '12'],
		['a list of calculations', '12 * 4 = 48, 8 * 7 = 56, so 48 + 56 = 104', '104'],
	])('is the last one, whatever is said of %s', (_, answer, same) => {
		expect(key('number', answer)).toBe(key('number', same))
	})

	test.each([
		'5 to 7',
		'5–7',
		'5-7',
		'2:1',
		'2√3',
		'√2',
		'2π',
		'π/2',
		'5 * 3',
		'x - 5',
		'12, 13',
		'none',
		'half of it',
		'1/0',
		'',
	])('cannot be told from "%s"', (answer) => {
		expect(key('number', answer)).toBeNull()
	})

	test('has one key in whichever of its notations', () => {
		const number = fc.tuple(fc.boolean(), fc.nat(999_999_999), fc.nat(99))
		fc.assert(
			fc.property(number, ([isNegative, whole, cents]) => {
				const sign = isNegative ? '-' : ''
				const part = String(cents).padStart(2, '0')
				const plain = `${sign}${whole}.${part}`
				const notations = [
					`${plain}0`,
					`${sign}${withCommas(whole)}.${part}`,
					`${sign}${withCommas(whole).replaceAll(',', '.')},${part}`,
					`${sign}${whole},${part}`,
					`${sign}$${plain}`,
					`${plain} €`,
					`**${plain}** plums`,
					`The total is ${plain}.`,
					plain.replace('-', '−'),
				]
				for (const notation of notations) expect(key('number', notation), notation).toBe(key('number', plain))
			}),
		)
	})

	test('has another key than every other number of up to nine digits', () => {
		const number = fc
			.tuple(fc.integer({ min: -9_999_999, max: 9_999_999 }), fc.nat(99))
			.map(([whole, part]) => whole + part / 100)
		fc.assert(
			fc.property(number, number, (one, other) => {
				expect(key('number', one.toFixed(2)) === key('number', other.toFixed(2))).toBe(
					one.toFixed(2) === other.toFixed(2),
				)
			}),
		)
	})

	test('is the same as a fraction and as a decimal', () => {
		fc.assert(
			fc.property(fc.integer({ min: 1, max: 999 }), fc.integer({ min: 1, max: 999 }), (over, under) => {
				expect(key('number', `${over}/${under}`)).toBe(key('number', (over / under).toFixed(15)))
			}),
		)
	})

	test('keeps its key when its unit is converted', () => {
		const factors = [
			['hours', 'minutes', 60],
			['km', 'm', 1_000],
			['kg', 'g', 1_000],
			['days', 'hours', 24],
		] as const
		fc.assert(
			fc.property(fc.constantFrom(...factors), fc.integer({ min: 1, max: 9_999 }), ([large, small, factor], count) => {
				expect(key('number', `${count} ${large}`)).toBe(key('number', `${count * factor} ${small}`))
			}),
		)
	})
})

describe('a date', () => {
	test('is the same in every notation', () => {
		expectRows('date', [
			['2024-03-05', 'March 5, 2024', '5 March 2024', 'the 5th of March 2024', 'It was on 5 Mar 2024.'],
			['5 March', 'March 5', 'on the 5th of March'],
			['5 April 2024', '2024-04-05'],
			['1969', 'It was in 1969.'],
			['9 am', '09:00', '9:00 am'],
			['5 March 2024 at 9 am', '2024-03-05 09:00'],
		])
	})

	test.each(['tomorrow', '', 'some time', 'from 5 March to 7 March 2024', '5 March 2024 or 6 March 2025'])(
		'cannot be told from "%s"',
		(answer) => {
			expect(key('date', answer)).toBeNull()
		},
	)

	test('does not depend on where the machine is', () => {
		fc.assert(
			fc.property(
				fc.date({ min: new Date('1900-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }),
				(date) => {
					const iso = date.toISOString().slice(0, 10)
					const inWords = date.toLocaleDateString('en', { dateStyle: 'long', timeZone: 'UTC' })
					expect([key('date', iso), key('date', inWords)]).toEqual([iso, iso])
				},
			),
		)
	})
})

describe('a list', () => {
	test('is the same in any order and notation', () => {
		expectRows('list', [
			[
				'red, green and blue',
				'blue, green, red',
				'- Blue\n- Red\n- Green',
				'1. green\n2. blue\n3. red',
				'green; red; blue',
			],
			['red, green'],
			['2, 3, 5', '5, 3, 2', '2; 3; 5', '1) 3\n2) 2\n3) 5.0'],
			['12.5, 11.5', '11.50, 12.50', '12,5; 11,5'],
			['-5, 3', '3, −5'],
			['5, 3'],
			['$5, $6', '6 dollars, 5 dollars'],
			['3 plums, 2 apples', '2 apples and 3 plums'],
			['2 plums, 3 apples'],
		])
	})

	test('of any numbers is the same in any order', () => {
		const numbers = fc.array(fc.integer({ min: -999, max: 999 }), { minLength: 1, maxLength: 12 })
		fc.assert(
			fc.property(numbers, fc.nat(), (items, seed) => {
				const turned = [...items.slice(seed % items.length), ...items.slice(0, seed % items.length)].toReversed()
				const expected = key('list', items.join(', '))
				expect(key('list', turned.join(', '))).toBe(expected)
				expect(key('list', turned.map((item) => `${item}.00`).join('; '))).toBe(expected)
			}),
		)
	})

	test('of nothing has no key', () => expect(key('list', ' , ; ')).toBeNull())
})

describe('a choice, a yes or no, and words', () => {
	test('a choice is its letter or number, whatever stands behind it', () => {
		expectRows('choice', [
			[
				'B',
				'(b)',
				'b)',
				'B.',
				'Option B',
				'Option B: the second',
				'b) the second',
				'The answer is B.',
				'Option B is right',
			],
			['C', 'c: the third'],
			['2', 'option 2'],
			['1.5 litres'],
			['1.7 litres'],
			['10:30'],
			['a cat', 'A cat.'],
		])
	})

	test('yes and no are told in several languages, and nothing else is', () => {
		expectRows('yes-no', [
			['yes', 'Yes.', 'Yes, it is prime.', 'Sí, claro', 'True', 'The answer is yes.', 'Ja'],
			['no', 'No', 'No, since 91 = 7 * 13.', 'False', 'It is not', 'nein'],
		])
		for (const other of ['maybe', 'Notable', 'Nothing', 'yesterday', '']) expect(key('yes-no', other)).toBeNull()
	})

	test('words are the same but for capitals, signs and an article', () => {
		expectRows('text', [
			['Paris', 'paris.', '**Paris**', '"Paris"', 'It is Paris'],
			['London', 'the London'],
		])
	})

	test('what is too long to be compared by its words has no key', () => {
		for (const form of ['text', 'code'] as const) expect(key(form, 'word '.repeat(40))).toBeNull()
	})
})

describe('whatever the text', () => {
	const forms: readonly AnswerForm[] = ['number', 'text', 'choice', 'yes-no', 'date', 'list', 'code']
	const size = 100_000
	const hostile: Readonly<Record<string, string>> = {
		digits: '9'.repeat(size),
		'digits and commas': '1,234'.repeat(size / 5),
		'digits and spaces': '1 '.repeat(size / 2),
		fractions: '1/'.repeat(size / 2),
		brackets: '('.repeat(size),
		'closed brackets': `${'('.repeat(size / 2)}1${')'.repeat(size / 2)}`,
		powers: '10^'.repeat(size / 3),
		minuses: '-'.repeat(size),
		spaces: `1${' '.repeat(size)}x`,
		lines: `1${'\n'.repeat(size)}x`,
		items: '- 1\n'.repeat(size / 4),
		letters: 'a'.repeat(size),
		units: '1 km/h '.repeat(size / 7),
		dates: '5 March 2024 '.repeat(size / 13),
		stars: '*a'.repeat(size / 2),
		currencies: '$'.repeat(size),
	}

	test.each(Object.entries(hostile))('%s without end take no time', (_, text) => {
		for (const form of forms) {
			const spent = processorMs(() => [answerKey(text, { form, unit: 'km' }), answerKey(text, { form, unit: text })])
			expect(spent, form).toBeLessThan(500)
		}
	})

	test('10^10^10 is worked out by nobody', () => {
		for (const form of forms) expect(() => answerKey('10^10^10', { form })).not.toThrow()
	})

	test('nothing is thrown, and the key is the same every time', () => {
		const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.stringMatching(/^[-\d.,/^*()$% a-z\n]{0,40}$/))
		fc.assert(
			fc.property(text, fc.constantFrom(...forms), (answer, form) => {
				expect(answerKey(answer, { form })).toBe(answerKey(answer, { form }))
			}),
			{ numRuns: 500 },
		)
	})
})
