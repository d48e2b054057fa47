import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RunStore } from '../../src/core/run-store.ts'
import type { Charged, DayBudgets, DayLimit, Payer, Spend, SpendStore } from '../../src/core/spend-store.ts'
import { createRunStore, createSpendStore } from '../../src/store/index.ts'
import { aMessage } from '../support/builders.ts'
import { databases, type Place, type TestDatabase, titleOf } from '../support/stores.ts'

const unlimited: DayLimit = { calls: null, tokens: null, costMicroUsd: null }
const small: Spend = { calls: 1, tokens: 100, costMicroUsd: 50 }

function budgetsOf(choices: Partial<Record<keyof DayBudgets, Partial<DayLimit>>>): DayBudgets {
	const { person, channel, installation } = choices
	return {
		person: { ...unlimited, ...person },
		channel: { ...unlimited, ...channel },
		installation: { ...unlimited, ...installation },
	}
}

function negative({ calls, tokens, costMicroUsd }: Spend): Spend {
	return { calls: -calls, tokens: -tokens, costMicroUsd: -costMicroUsd }
}

function dayOf(charged: Charged): string {
	if (charged.outcome === 'refused') throw new Error('it should have been charged')
	return charged.day
}

function spendStoreContract(place: Place<TestDatabase>): void {
	describe.skipIf(place.missing !== null)(`the spend store: ${titleOf(place)}`, () => {
		let opened: TestDatabase
		let runs: RunStore

		beforeAll(async () => {
			opened = await place.open()
			runs = await createRunStore(opened.database)
		})
		afterAll(async () => {
			await runs.close()
			await opened[Symbol.asyncDispose]()
		})

		/** Somebody who has just asked something in a workspace of their own. */
		async function aPayer(): Promise<Payer> {
			const { conversation, author } = aMessage({ workspaceId: randomUUID() })
			await runs.record(aMessage({ workspaceId: conversation.workspaceId, author }))
			return { ...conversation, personId: author.id }
		}
		const limitedTo = (choices: Parameters<typeof budgetsOf>[0]): SpendStore =>
			createSpendStore(opened.database, budgetsOf(choices))

		/** Moves everything that was spent in a workspace to the day before, as midnight does. */
		async function nextDay({ workspaceId }: Payer): Promise<void> {
			await opened.database.orm.execute(sql`
				update threadwise.spend set day = day - 1 where installation_id in (
					select id from threadwise.installations where workspace_id = ${workspaceId})`)
		}

		describe('a charge', () => {
			test('that is covered counts, and what is left is told', async () => {
				const store = limitedTo({ person: { tokens: 250 }, installation: { costMicroUsd: 1_000 } })
				const payer = await aPayer()
				expect(await store.charge(payer, small)).toEqual({
					outcome: 'charged',
					day: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
					levels: expect.arrayContaining([
						{ scope: 'person', measure: 'tokens', limit: 250, left: 150 },
						{ scope: 'installation', measure: 'costMicroUsd', limit: 1_000, left: 950 },
					]),
				})
			})

			test.each<[string, Parameters<typeof budgetsOf>[0], object]>([
				['person', { person: { calls: 2 } }, { scope: 'person', measure: 'calls', limit: 2, left: 0 }],
				['channel', { channel: { tokens: 250 } }, { scope: 'channel', measure: 'tokens', limit: 250, left: 50 }],
				[
					'installation',
					{ installation: { costMicroUsd: 149 } },
					{ scope: 'installation', measure: 'costMicroUsd', limit: 149, left: 49 },
				],
			])('that the budget of the %s does not cover is refused, and the budget is named', async (_, limits, budget) => {
				const store = limitedTo(limits)
				const payer = await aPayer()
				await store.charge(payer, small)
				await store.charge(payer, small)
				expect(await store.charge(payer, small)).toEqual({ outcome: 'refused', budget })
			})

			test('that one budget does not cover is charged to none', async () => {
				const store = limitedTo({ person: { tokens: 10_000 }, channel: { tokens: 99 } })
				const payer = await aPayer()
				await store.charge(payer, small)
				const ample = limitedTo({ person: { tokens: 10_000 } })
				expect(await ample.charge(payer, { calls: 0, tokens: 0, costMicroUsd: 0 })).toMatchObject({
					levels: [{ scope: 'person', left: 10_000 }],
				})
			})

			test('up to exactly the budget is covered', async () => {
				const store = limitedTo({ channel: { tokens: 200 } })
				const payer = await aPayer()
				await store.charge(payer, small)
				expect(await store.charge(payer, small)).toMatchObject({ outcome: 'charged', levels: [{ left: 0 }] })
			})

			test('counts for a person in every channel, and for a channel with every person', async () => {
				const store = limitedTo({ person: { calls: 1 }, channel: { calls: 2 } })
				const payer = await aPayer()
				await store.charge(payer, small)
				expect(await store.charge({ ...payer, channelId: 'other' }, small)).toMatchObject({
					budget: { scope: 'person' },
				})
				expect(await store.charge({ ...payer, personId: 'other' }, small)).toMatchObject({ outcome: 'charged' })
				expect(await store.charge({ ...payer, personId: 'third' }, small)).toMatchObject({
					budget: { scope: 'channel' },
				})
			})

			test('does not count in another installation, whatever people and channels are called there', async () => {
				const store = limitedTo({ person: { calls: 1 }, channel: { calls: 1 }, installation: { calls: 1 } })
				await store.charge(await aPayer(), small)
				expect(await store.charge(await aPayer(), small)).toMatchObject({ outcome: 'charged' })
			})

			test('to somebody of whom nothing was ever recorded is an error', async () => {
				const store = limitedTo({ person: { calls: 1 } })
				const stranger = { ...(await aPayer()), workspaceId: 'nowhere' }
				await expect(store.charge(stranger, small)).rejects.toThrow('nobody')
			})
		})

		describe('a correction', () => {
			test('gives back what was not used', async () => {
				const store = limitedTo({ person: { tokens: 120 } })
				const payer = await aPayer()
				const day = dayOf(await store.charge(payer, small))
				expect(await store.correct(payer, day, { calls: 0, tokens: -90, costMicroUsd: -45 })).toEqual([
					{ scope: 'person', measure: 'tokens', limit: 120, left: 110 },
				])
				expect(await store.charge(payer, small)).toMatchObject({ outcome: 'charged' })
			})

			test('is made also where more was spent than there was', async () => {
				const store = limitedTo({ person: { tokens: 120 } })
				const payer = await aPayer()
				const day = dayOf(await store.charge(payer, small))
				expect(await store.correct(payer, day, small)).toMatchObject([{ left: 0 }])
				expect(await store.charge(payer, { calls: 0, tokens: 1, costMicroUsd: 0 })).toMatchObject({
					outcome: 'refused',
				})
			})

			test('counts for the day of its charge', async () => {
				const store = limitedTo({ person: { tokens: 150 } })
				const payer = await aPayer()
				const today = dayOf(await store.charge(payer, small))
				await nextDay(payer)
				await store.charge(payer, small)
				const yesterday = new Date(Date.parse(today) - 86_400_000).toISOString().slice(0, 10)
				expect(await store.correct(payer, yesterday, negative(small))).toMatchObject([{ left: 150 }])
				expect(await store.charge(payer, small)).toMatchObject({ outcome: 'refused', budget: { left: 50 } })
			})
		})

		test('giving back is never refused, even where the budget has been lowered', async () => {
			const payer = await aPayer()
			const day = dayOf(await limitedTo({ person: { tokens: 1_000 } }).charge(payer, { ...small, tokens: 900 }))
			const lowered = limitedTo({ person: { tokens: 100 } })
			expect(await lowered.charge(payer, { calls: 0, tokens: -850, costMicroUsd: 0 }, day)).toMatchObject({
				outcome: 'charged',
				levels: [{ left: 50 }],
			})
		})

		test('a new day starts at zero', async () => {
			const store = limitedTo({ person: { calls: 1 }, channel: { tokens: 100 }, installation: { costMicroUsd: 50 } })
			const payer = await aPayer()
			await store.charge(payer, small)
			expect(await store.charge(payer, small)).toMatchObject({ outcome: 'refused' })
			await nextDay(payer)
			expect(await store.exhausted(payer)).toBeNull()
			expect(await store.charge(payer, small)).toMatchObject({ outcome: 'charged', levels: [{}, {}, {}] })
		})

		describe('whether a budget is used up', () => {
			test('is told with its amount, before and after', async () => {
				const store = limitedTo({ channel: { tokens: 100 } })
				const payer = await aPayer()
				expect(await store.exhausted(payer)).toBeNull()
				await store.charge(payer, small)
				expect(await store.exhausted(payer)).toEqual({ scope: 'channel', measure: 'tokens', limit: 100, left: 0 })
				expect(await store.exhausted({ ...payer, channelId: 'other' })).toBeNull()
			})

			test('is asked of somebody of whom nothing was recorded yet', async () => {
				const store = limitedTo({ person: { calls: 1 } })
				expect(await store.exhausted({ ...(await aPayer()), workspaceId: 'nowhere' })).toBeNull()
			})
		})

		describe('many at once', () => {
			const here = () => createSpendStore(opened.database, shared)
			const elsewhere = () => createSpendStore(opened.sameFromElsewhere, shared)
			const shared = budgetsOf({
				person: { tokens: 1_000 },
				channel: { calls: 25, tokens: 3_000 },
				installation: { costMicroUsd: 1_000 },
			})

			test('never exceed a budget, and use it up', async () => {
				const payer = await aPayer()
				const stores = [here(), elsewhere()]
				const charges = Array.from({ length: 100 }, (_, index) =>
					stores[index % 2]?.charge({ ...payer, personId: `person-${index % 5}` }, small),
				)
				const outcomes = await Promise.all(charges)
				// The money of the installation is the smallest of all: 20 times 50.
				expect(outcomes.filter((each) => each?.outcome === 'charged')).toHaveLength(20)
				expect(await here().exhausted(payer)).toMatchObject({ scope: 'installation', left: 0 })
			})

			test('charges, corrections and refusals from everywhere end, and leave what they say', async () => {
				const payer = await aPayer()
				const stores = [here(), elsewhere()]
				const work = Array.from({ length: 60 }, async (_, index) => {
					const store = stores[index % 2] ?? here()
					const person = { ...payer, personId: `person-${index % 7}`, channelId: `channel-${index % 3}` }
					const charged = await store.charge(person, small)
					if (charged.outcome === 'refused') return 0
					const used = index % 4 === 0 ? negative(small) : { calls: 0, tokens: -60, costMicroUsd: -30 }
					await store.correct(person, charged.day, used)
					return small.costMicroUsd + used.costMicroUsd
				})
				const spent = (await Promise.all(work)).reduce((sum, part) => sum + part, 0)
				const levels = dayOf(await here().charge(payer, { calls: 0, tokens: 0, costMicroUsd: 0 }))
				const after = await here().correct(payer, levels, { calls: 0, tokens: 0, costMicroUsd: 0 })
				expect(after.find(({ scope }) => scope === 'installation')?.left).toBe(1_000 - spent)
			})

			test('in any order, with any amounts: charged is at most the budget at every moment', async () => {
				const amount = fc.record({ calls: fc.constant(1), tokens: fc.nat(600), costMicroUsd: fc.nat(300) })
				await fc.assert(
					fc.asyncProperty(fc.array(amount, { minLength: 5, maxLength: 30 }), async (amounts) => {
						const payer = await aPayer()
						const stores = [here(), elsewhere()]
						const charged = await Promise.all(
							amounts.map((spend, index) => (stores[index % 2] ?? here()).charge(payer, spend)),
						)
						const covered = amounts.filter((_, index) => charged[index]?.outcome === 'charged')
						const total = (measure: keyof Spend) => covered.reduce((sum, spend) => sum + spend[measure], 0)
						expect(total('tokens')).toBeLessThanOrEqual(1_000)
						expect(total('costMicroUsd')).toBeLessThanOrEqual(1_000)
						expect(total('calls')).toBeLessThanOrEqual(25)
					}),
					{ numRuns: 12, seed: 3 },
				)
			})
		})

		describe('what was set for a day', () => {
			const dollar = 1_000_000

			test('limits whom nothing else limits, and nobody else', async () => {
				const payer = { ...(await aPayer()), usdPerDay: { person: 1 } }
				const store = limitedTo({})
				expect(store.limits(payer)).toBe(true)
				expect(store.limits({ ...payer, usdPerDay: {} })).toBe(false)
				await store.charge(payer, { calls: 1, tokens: 1, costMicroUsd: dollar })
				expect(await store.exhausted(payer)).toEqual({
					scope: 'person',
					measure: 'costMicroUsd',
					limit: dollar,
					left: 0,
				})
				expect(await store.charge(payer, small)).toMatchObject({ outcome: 'refused', budget: { limit: dollar } })
				expect(await store.charge({ ...payer, personId: 'another' }, small)).toMatchObject({ outcome: 'charged' })
			})

			test('lowers what the configuration allows, and never raises it', async () => {
				const payer = await aPayer()
				const store = limitedTo({ channel: { costMicroUsd: 2 * dollar, calls: 100 } })
				const limits = async (channel: number) => {
					const charged = await store.charge({ ...payer, usdPerDay: { channel } }, small)
					return charged.outcome === 'charged' ? charged.levels.map(({ measure, limit }) => [measure, limit]) : []
				}
				expect(await limits(1)).toEqual([
					['calls', 100],
					['costMicroUsd', dollar],
				])
				expect(await limits(3)).toEqual([
					['calls', 100],
					['costMicroUsd', 2 * dollar],
				])
			})
		})
	})
}

for (const place of databases) spendStoreContract(place)

test('where nobody is limited, the database is never asked', async () => {
	const unreachable = new Proxy(Object.create(null), {
		get: () => {
			throw new Error('the database was asked')
		},
	})
	const store = createSpendStore({ orm: unreachable }, budgetsOf({}))
	const payer = { platform: 'testing', workspaceId: 'workspace', channelId: 'channel', personId: 'person' }
	expect(store.limits(payer)).toBe(false)
	expect(await store.exhausted(payer)).toBeNull()
	expect(await store.charge(payer, small)).toMatchObject({ outcome: 'charged', levels: [] })
})
