import { expect, test } from 'vitest'
import { cells, expectedAccuracy, expectedAttempts } from './cells.ts'
import { chiSquareTail } from './statistics.ts'

test.each([
	// From printed tables.
	[3.841, 1, 0.05],
	[5.991, 2, 0.05],
	[7.815, 3, 0.05],
	[18.307, 10, 0.05],
	[52.62, 25, 0.001],
	[59.703, 30, 0.001],
])('a chi-square value of %d with %d degrees of freedom is exceeded with probability %d', (value, degrees, chance) => {
	expect(chiSquareTail(value, degrees)).toBeCloseTo(chance, 3)
})

test('the closed forms are those of the published table', () => {
	const table = cells.map((cell) => [expectedAccuracy(cell).toFixed(3), expectedAttempts(cell).mean.toFixed(2)])
	expect(table).toEqual([
		['0.531', '1.00'],
		['0.852', '1.20'],
		['0.693', '1.22'],
		['0.531', '1.39'],
		['0.405', '1.69'],
		['0.906', '1.15'],
	])
})
