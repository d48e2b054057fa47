import { expect, test } from 'vitest'
import { budgetUsedUp } from './spend-store.ts'

const calls = { scope: 'person', measure: 'calls', limit: 6, left: 0 } as const

test.each([
	['2026-02-28T23:59:59.250Z', 750],
	['2026-03-01T00:00:00.000Z', 24 * 3_600_000],
	['2026-10-25T12:00:00.000Z', 12 * 3_600_000],
])('a budget that is used up at %s is there again at midnight UTC', (now, afterMs) => {
	expect(budgetUsedUp(calls, new Date(now)).retry).toEqual({ afterMs })
})
