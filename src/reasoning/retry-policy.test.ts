import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Retry, ThreadwiseError } from '../core/errors.ts'
import { defaultRetryPolicy, longestServerDelayMs, retryDelayMs } from './retry-policy.ts'

function failed(retry: Retry): ThreadwiseError {
	return new ThreadwiseError('model-overloaded', 'busy', { fix: 'wait', retry })
}

const almostOne = () => 0.999_999
const policy = { attempts: 5, firstMs: 100, longestMs: 500, fixedPart: 0 }

test('grows exponentially up to its limit, and gives up after the last attempt', () => {
	const delays = [1, 2, 3, 4, 5].map((attempt) => retryDelayMs(failed({ afterMs: null }), attempt, almostOne, policy))
	expect(delays).toEqual([100, 200, 400, 500, null])
})

test('honours what the server asks for, up to 30 s', () => {
	expect(retryDelayMs(failed({ afterMs: 0 }), 1, almostOne)).toBe(0)
	expect(retryDelayMs(failed({ afterMs: 7_000 }), 1, almostOne)).toBe(7_000)
	expect(retryDelayMs(failed({ afterMs: 3_600_000 }), 1, almostOne)).toBe(30_000)
})

test('gives up at once when a retry cannot help or the error is not one of ours', () => {
	expect(retryDelayMs(failed('never'), 1, almostOne)).toBeNull()
	expect(retryDelayMs(new Error('a bug'), 1, almostOne)).toBeNull()
})

test('is a whole number within the limits, or null after the last attempt', () => {
	const afterMs = fc.option(fc.nat(), { nil: null })
	const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
	fc.assert(
		fc.property(afterMs, fc.integer({ min: 1, max: 2_000 }), random, (after, attempt, value) => {
			const delay = retryDelayMs(failed({ afterMs: after }), attempt, () => value)
			if (attempt >= defaultRetryPolicy.attempts) {
				expect(delay).toBeNull()
				return
			}
			expect(delay).toSatisfy(Number.isInteger)
			expect(delay).toBeGreaterThanOrEqual(0)
			expect(delay).toBeLessThanOrEqual(after === null ? defaultRetryPolicy.longestMs : longestServerDelayMs)
		}),
	)
})
