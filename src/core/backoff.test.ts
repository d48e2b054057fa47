import fc from 'fast-check'
import { expect, test } from 'vitest'
import { backoffMs } from './backoff.ts'

const backoff = { firstMs: 100, longestMs: 500, fixedPart: 0.5 }

test('doubles with every failure up to the longest wait', () => {
	const waits = [1, 2, 3, 4, 5].map((failures) => backoffMs(backoff, failures, () => 0.999_999))
	expect(waits).toEqual([100, 200, 400, 500, 500])
})

test('leaves to chance what is not fixed', () => {
	expect([0, 0.5].map((chance) => backoffMs(backoff, 2, () => chance))).toEqual([100, 150])
	expect([0, 0.5].map((chance) => backoffMs({ ...backoff, fixedPart: 0 }, 2, () => chance))).toEqual([0, 100])
})

test('is a whole number between the fixed part and the longest wait, after however many failures', () => {
	const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
	fc.assert(
		fc.property(fc.integer({ min: 1, max: 1_000_000 }), random, (failures, chance) => {
			const wait = backoffMs(backoff, failures, () => chance)
			expect(wait).toSatisfy(Number.isInteger)
			expect(wait).toBeGreaterThanOrEqual(backoff.firstMs * backoff.fixedPart)
			expect(wait).toBeLessThanOrEqual(backoff.longestMs)
		}),
	)
})
