import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aMessage } from '../../tests/support/builders.ts'
import { databases, type TestDatabase } from '../../tests/support/stores.ts'
import type { BudgetLevel } from '../core/budget-level.ts'
import type { RunStore } from '../core/run-store.ts'
import type { DayLimit, Payer, SpendStore } from '../core/spend-store.ts'
import { noUsage, type Usage } from '../core/usage.ts'
import { createRunStore, createSpendStore } from '../store/index.ts'
import { type Account, createAccount } from './account.ts'

const unlimited: DayLimit = { calls: null, tokens: null, costMicroUsd: null }
const share = { tokens: 600, costMicroUsd: 60 }
const small = { tokens: 100, costMicroUsd: 10 }

let opened: TestDatabase
let runs: RunStore

beforeAll(async () => {
	const [embedded] = databases
	if (embedded === undefined) throw new Error('there is no embedded database')
	opened = await embedded.open()
	runs = await createRunStore(opened.database)
})
afterAll(async () => {
	await runs.close()
	await opened[Symbol.asyncDispose]()
})

type Given = {
	readonly account: Account
	readonly store: SpendStore
	readonly payer: Payer
	/** What is left of the person's tokens and calls as the database has it. */
	left(): Promise<{ readonly tokens: number; readonly calls: number }>
	/** Somebody else spends so many tokens. */
	elsewhere(tokens: number): Promise<unknown>
}

/** The account of a person who may spend so much today. */
async function given(limit: { readonly tokens: number; readonly calls?: number }): Promise<Given> {
	const { conversation, author } = aMessage({ workspaceId: randomUUID() })
	await runs.record(aMessage({ workspaceId: conversation.workspaceId, author }))
	const payer: Payer = { ...conversation, personId: author.id }
	const person = { ...unlimited, tokens: limit.tokens, calls: limit.calls ?? 100 }
	const store = createSpendStore(opened.database, { person, channel: unlimited, installation: unlimited })
	const levels = async () => {
		const charged = await store.charge(payer, { calls: 0, tokens: 0, costMicroUsd: 0 })
		return charged.outcome === 'charged' ? charged.levels : []
	}
	const leftOf = (all: readonly BudgetLevel[], name: string) => all.find(({ measure }) => measure === name)?.left ?? 0
	return {
		account: createAccount(store, payer, share),
		store,
		payer,
		left: async () => {
			const all = await levels()
			return { tokens: leftOf(all, 'tokens'), calls: leftOf(all, 'calls') }
		},
		elsewhere: (tokens) => store.charge(payer, { calls: 1, tokens, costMicroUsd: 0 }),
	}
}

function used(tokens: number): Usage {
	return { ...noUsage, calls: 1, outputTokens: tokens }
}

describe('work that the budgets of a day pay', () => {
	test('is charged with the most it can cost, and has the share of the final answer put aside', async () => {
		const { account, left } = await given({ tokens: 1_000 })
		await account.reserve(small, 'work')
		expect(await left()).toEqual({ tokens: 300, calls: 98 })
	})

	test('has the share put aside once, however many calls there are at once', async () => {
		const { account, left } = await given({ tokens: 1_000 })
		await Promise.all([1, 2, 3].map(() => account.reserve(small, 'work')))
		expect(await left()).toEqual({ tokens: 100, calls: 96 })
	})

	test('is not begun where the share of the answer is not covered', async () => {
		const { account, left } = await given({ tokens: 599 })
		await expect(account.reserve(small, 'work')).rejects.toMatchObject({
			abortCause: 'budget',
			budget: { scope: 'person', measure: 'tokens', limit: 599, left: 599 },
		})
		expect(await left()).toEqual({ tokens: 599, calls: 100 })
	})

	test('that is not covered leaves the share for the answer, also when others spend all the rest', async () => {
		const { account, elsewhere } = await given({ tokens: 650 })
		await expect(account.reserve(small, 'work')).rejects.toMatchObject({ budget: { left: 50 } })
		await elsewhere(50)
		const answer = await account.reserve(share, 'answer')
		answer.settle(used(10))
		await account.close()
	})
})

describe('a call that has ended', () => {
	const concluded: Readonly<Record<string, readonly [(account: Account) => Promise<unknown>, object]>> = {
		'costs what it has cost': [
			async (account) => (await account.reserve(small, 'answer')).settle(used(30)),
			{ tokens: 970, calls: 99 },
		],
		'costs nothing where it was refused': [
			async (account) => (await account.reserve(small, 'answer')).settle(noUsage),
			{ tokens: 1_000, calls: 100 },
		],
		'costs the most it can where nobody but we has counted': [
			async (account) => (await account.reserve(small, 'answer')).settle(used(30), true),
			{ tokens: 900, calls: 99 },
		],
		'costs what it can where it was left in the middle, but is no call': [
			async (account) => (await account.reserve(small, 'answer')).leave(),
			{ tokens: 900, calls: 100 },
		],
		'costs more than it may where the server ignored its limit': [
			async (account) => (await account.reserve(small, 'answer')).settle(used(400)),
			{ tokens: 600, calls: 99 },
		],
	}
	test.each(Object.entries(concluded))('%s', async (_, [conclude, expected]) => {
		const { account, left } = await given({ tokens: 1_000 })
		await conclude(account)
		await account.close()
		expect(await left()).toEqual(expected)
	})
})

describe('the final answer', () => {
	test('is paid from what was put aside', async () => {
		const { account, left } = await given({ tokens: 1_000 })
		;(await account.reserve(small, 'work')).settle(used(40))
		const answer = await account.reserve({ tokens: 500, costMicroUsd: 0 }, 'answer')
		expect(await left()).toEqual({ tokens: 360, calls: 98 })
		answer.settle(used(200))
		await account.close()
		expect(await left()).toEqual({ tokens: 760, calls: 98 })
	})

	test('that needs more than was put aside is charged with the difference', async () => {
		const { account, left } = await given({ tokens: 1_000 })
		;(await account.reserve(small, 'work')).settle(used(100))
		await account.reserve({ tokens: 800, costMicroUsd: 0 }, 'answer')
		expect(await left()).toEqual({ tokens: 100, calls: 98 })
	})

	test('that is not covered at all gives back what was put aside', async () => {
		const { account, left } = await given({ tokens: 1_000 })
		;(await account.reserve(small, 'work')).settle(used(100))
		await expect(account.reserve({ tokens: 901, costMicroUsd: 0 }, 'answer')).rejects.toMatchObject({
			budget: { left: 300 },
		})
		await account.close()
		expect(await left()).toEqual({ tokens: 900, calls: 99 })
	})
})

test('closing gives back what was put aside, once', async () => {
	const { account, left } = await given({ tokens: 1_000 })
	;(await account.reserve(small, 'work')).settle(used(40))
	await account.close()
	await account.close()
	expect(await left()).toEqual({ tokens: 960, calls: 99 })
})

test('the lowest budget is the one of which the smallest part is left', async () => {
	const { account } = await given({ tokens: 1_000, calls: 10 })
	expect(account.lowest()).toBeNull()
	;(await account.reserve(small, 'answer')).settle(used(950))
	await account.close()
	expect(account.lowest()).toEqual({ scope: 'person', measure: 'tokens', limit: 1_000, left: 50 })
})

test('a correction that fails leaves too much charged, and the run goes on', async () => {
	const { payer, store, left } = await given({ tokens: 1_000 })
	const failing = { ...store, correct: () => Promise.reject(new Error('the database is gone')) }
	const account = createAccount(failing, payer, share)
	;(await account.reserve(small, 'answer')).settle(used(1))
	await account.reserve(small, 'answer')
	await account.close()
	expect(await left()).toEqual({ tokens: 800, calls: 98 })
})
