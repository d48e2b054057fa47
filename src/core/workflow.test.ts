import { expect, test } from 'vitest'
import { budgetSchema } from './workflow.ts'

test('a budget lasts a day at most: a longer timer of Node would end at once', () => {
	const budget = { tokens: 1, usd: 1 }
	expect(budgetSchema.safeParse({ ...budget, seconds: 86_400 }).success).toBe(true)
	expect(budgetSchema.safeParse({ ...budget, seconds: 86_401 }).success).toBe(false)
})
