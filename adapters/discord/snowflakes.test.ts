import fc from 'fast-check'
import { expect, test } from 'vitest'
import { idBefore, isNewer, madeAtMs, sentAtOf } from './snowflakes.ts'

test('an id says when it was made, and in which order within a millisecond', () => {
	expect(madeAtMs('175928847299117063')).toBe(Date.parse('2016-04-30T11:18:25.796Z'))
	expect(sentAtOf('175928847299117063')).toBe('2016-04-30T11:18:25.796007Z')
	expect(sentAtOf('175928847299117064')).toBe('2016-04-30T11:18:25.796008Z')
})

test('times are in the order of ids that one process of Discord has made', () => {
	const milliseconds = fc.integer({ min: 0, max: 2 ** 40 })
	const count = fc.integer({ min: 0, max: 999 })
	const made = fc.tuple(milliseconds, count).map(([at, nth]) => String((BigInt(at) << 22n) + BigInt(nth)))
	fc.assert(
		fc.property(made, made, (one, other) => {
			expect(sentAtOf(one) > sentAtOf(other)).toBe(isNewer(one, other))
		}),
	)
})

test('an id before a time is older than whatever was made from then on', () => {
	const id = '175928847299117063'
	expect(isNewer(id, idBefore(madeAtMs(id)))).toBe(true)
	expect(isNewer(id, idBefore(madeAtMs(id) + 1))).toBe(false)
})
