import { expect, test } from 'vitest'
import { counted } from './counted.ts'

test('one thing is no plural', () => {
	expect([0, 1, 6].map((count) => counted(count, 'condition'))).toEqual(['0 conditions', '1 condition', '6 conditions'])
})
