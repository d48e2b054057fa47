import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { PromptCase } from './cases.ts'
import { checkCases } from './check-cases.ts'
import { predicateSchema } from './predicates.ts'

const aCase = (name: string): PromptCase => ({
	prompt: 'direct@1',
	name,
	values: {},
	holds: [predicateSchema.parse({ contains: name }), predicateSchema.parse({ lacks: 'BANANA' })],
	notForPractice: null,
})
const replied = (text: string) => ({ value: text, text, problem: null })
const names = (count: number) => Array.from({ length: count }, (_, index) => `case ${index}`)

test('gives the results in the order of the cases, whoever answers first, with so many asked at a time', async () => {
	let underWay = 0
	let most = 0
	const ask = async ({ name }: PromptCase) => {
		underWay++
		most = Math.max(most, underWay)
		await sleep(name === 'case 0' ? 20 : 1)
		underWay--
		return replied(name)
	}
	const results = await Array.fromAsync(checkCases(names(7).map(aCase), ask, 3))
	expect(results.map(({ case: { name } }) => name)).toEqual(names(7))
	expect(results.flatMap(({ failures }) => failures)).toEqual([])
	expect(most).toBe(3)
})

test('says everything that does not hold', async () => {
	const [result] = await Array.fromAsync(checkCases([aCase('ten')], async () => replied('BANANA'), 2))
	expect(result?.failures).toEqual(['contains ten: "ten" does not occur.', 'lacks BANANA: "BANANA" occurs.'])
})

test('a reply that cannot be used is the failure, and nothing else is looked for in it', async () => {
	const unusable = { value: null, text: 'BANANA', problem: 'It is no JSON.' }
	const [result] = await Array.fromAsync(checkCases([aCase('ten')], async () => unusable, 2))
	expect(result?.failures).toEqual(['It is no JSON.'])
})

test('a model that cannot be asked ends it', async () => {
	const ask = async ({ name }: PromptCase) => {
		if (name !== 'case 0') throw new Error('no connection')
		return replied(name)
	}
	const seen: string[] = []
	const checking = async () => {
		for await (const { case: each } of checkCases(names(5).map(aCase), ask, 2)) seen.push(each.name)
	}
	await expect(checking()).rejects.toThrow('no connection')
	expect(seen).toEqual(['case 0'])
})
