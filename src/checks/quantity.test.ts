import { describe, expect, test } from 'vitest'
import { canonicalUnit, convert, isUnit, quantitiesIn, sameKind, valuesIn } from './quantity.ts'

const read = (text: string) => quantitiesIn(text).map(({ value, unit }) => (unit === '' ? value : `${value} ${unit}`))

describe('the quantities of a text', () => {
	test.each<[string, readonly string[]]>([
		['$12.50 and 3 kg', ['12.50 $', '3 kg']],
		['12 Euro, £5, ¥700', ['12 €', '5 £', '700 ¥']],
		['1,250.50 dollars', ['1250.50 $']],
		['1.250,50 €', ['1250.50 €']],
		['18 km/h, 18 km per hour, 60 mph', ['18 km/hour', '18 km/hour', '60 mile/hour']],
		['20 m², 3 cubic meters', ['20 m^2', '3 meter^3']],
		['40%, 40 percent', ['40 percent', '40 percent']],
		['12 in total', ['12']],
		['5 ft 11 in', ['5 ft', '11 in']],
		['at 5 pm, 3 at a time', ['5', '3']],
		['3/4 cup', ['0.75 cup']],
		['from 5-7', ['5', '7']],
		['2 million people', ['2000000 people']],
		['3/4/2026', ['3', '4', '2026']],
		['none', []],
		['1/0', []],
	])('in "%s" are %j', (text, quantities) => {
		expect(read(text)).toEqual(quantities)
	})

	test('say where they stand, so that what is between them can be read', () => {
		const text = 'It takes 2 hours or 90 min.'
		expect(quantitiesIn(text).map(({ start, end }) => text.slice(start, end).trim())).toEqual(['2 hours', '90 min'])
	})

	test('are also what they come to together', () => {
		expect(valuesIn('2 h 30 min')).toEqual(['2', '30', '2 + 0.5', '120 + 30'])
		expect(valuesIn('40%')).toEqual(['40', '40 / 100'])
		expect(valuesIn('12.50')).toEqual(['12.50'])
	})
})

describe('units', () => {
	test.each([
		['hours', 'hour'],
		['Metres', 'meter'],
		['litres per hour', 'liter/hour'],
		['boxes', 'box'],
		['USD', '$'],
		['square feet', 'feet^2'],
		['glass', 'glass'],
		['lbs', 'lbm'],
	])('%s are written %s', (written, canonical) => expect(canonicalUnit(written)).toBe(canonical))

	test('are converted within their kind only', () => {
		expect(convert({ value: '1.5', unit: 'hour' }, 'minutes')).toBe('90')
		expect(convert({ value: '36', unit: 'km/hour' }, 'm/s')).toBe('10')
		expect(convert({ value: '1', unit: 'hour' }, 'km')).toBeNull()
		expect(convert({ value: '5', unit: 'people' }, 'km')).toBeNull()
		expect(convert({ value: '5', unit: 'people' }, 'person')).toBeNull()
		expect(convert({ value: '5', unit: '$' }, 'euros')).toBeNull()
	})

	test('measure the same kind, another one, or nobody can tell', () => {
		expect(sameKind('minutes', 'hours')).toBe(true)
		expect(sameKind('$', 'euros')).toBe(false)
		expect(sameKind('km', 'hours')).toBe(false)
		expect(sameKind('km', 'km/h')).toBe(false)
		expect(sameKind('people', 'hours')).toBeNull()
		expect(sameKind('m', 'minutes')).toBeNull()
	})

	test.each([
		'at',
		'am',
		'pm',
		'as',
		'bar',
		'cup',
		'chain',
		'link',
		'stick',
		'stone',
		'bit',
		'mole',
		'day trip',
		'pint',
	])('the word "%s" is none, although it may be one in a laboratory', (word) => {
		expect(sameKind(word, 'hours')).toBeNull()
		expect(isUnit(word)).toBe(false)
	})
})
