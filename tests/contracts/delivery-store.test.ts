import { sql } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { DeliveryStore } from '../../src/core/delivery-store.ts'
import type { RunStore } from '../../src/core/run-store.ts'
import { createDeliveryStore, createRunStore } from '../../src/store/index.ts'
import { aMessage } from '../support/builders.ts'
import { databases, type Place, type TestDatabase, titleOf } from '../support/stores.ts'

const leaseMs = 60_000
const here = ['testing']

function deliveryStoreContract(place: Place<TestDatabase>): void {
	describe.skipIf(place.missing !== null)(`the delivery store: ${titleOf(place)}`, () => {
		let opened: TestDatabase
		let runs: RunStore
		let store: DeliveryStore
		let elsewhere: DeliveryStore

		beforeAll(async () => {
			opened = await place.open()
			runs = await createRunStore(opened.database)
			store = createDeliveryStore(opened.database)
			elsewhere = createDeliveryStore(opened.sameFromElsewhere)
		})
		afterEach(() => opened.database.orm.execute(sql`delete from threadwise.conversations`))
		afterAll(async () => {
			await runs.close()
			await opened[Symbol.asyncDispose]()
		})

		const recorded = async (threadId = 'thread') => (await runs.record(aMessage({ threadId }))).runId
		const leased = async (owner: string, from = store) =>
			(await from.lease(owner, here, leaseMs)).map(({ runId }) => runId)
		/** As if the time of all leases were over. */
		const endLeases = () =>
			opened.database.orm.execute(sql`update threadwise.conversations set delivery_lease_until = now()`)

		test('what is to be shown comes with its conversation, oldest first, and its place in the queue', async () => {
			const message = aMessage({ threadId: 'one' })
			const { runId } = await runs.record(message)
			const [second, third] = [await recorded('one'), await recorded('two')]
			expect(await store.lease('bot', here, leaseMs)).toEqual([
				{ runId, conversation: message.conversation, placeInQueue: 1 },
				{ runId: second, conversation: message.conversation, placeInQueue: 3 },
				{ runId: third, conversation: { ...message.conversation, threadId: 'two' }, placeInQueue: 2 },
			])
			await runs.claimNext('worker', leaseMs)
			expect((await store.lease('bot', here, leaseMs)).map(({ placeInQueue }) => placeInQueue)).toEqual([null, 2, 1])
		})

		test('a conversation is shown by one process; others get what is free', async () => {
			const first = await recorded('one')
			expect(await leased('bot')).toEqual([first])
			const [second, third] = [await recorded('one'), await recorded('two')]
			expect(await leased('other bot', elsewhere)).toEqual([third])
			expect(await leased('bot')).toEqual([first, second])
		})

		test('a conversation is never leased to two who ask at once', async () => {
			for (let index = 0; index < 20; index++) await recorded(`thread-${index}`)
			const [ours, theirs] = await Promise.all([leased('bot'), leased('other bot', elsewhere)])
			expect(new Set([...ours, ...theirs]).size).toBe(ours.length + theirs.length)
		})

		const onSeveralSessions = place.shared ? test : () => {}
		onSeveralSessions('a conversation in which a message is being recorded stays with who shows it', async () => {
			const first = await recorded('one')
			await leased('bot')
			const recording = opened.database.orm.transaction(async (transaction) => {
				await transaction.execute(sql`update threadwise.conversations set channel_id = channel_id`)
				const asked = leased('bot', elsewhere)
				// Long enough for the other session to have met the lock.
				await transaction.execute(sql`select pg_sleep(0.2)`)
				return { asked }
			})
			expect(await (await recording).asked).toEqual([first])
		})

		test('the conversations of a process that vanished are taken over when its lease ends', async () => {
			const runId = await recorded()
			await leased('bot')
			expect(await leased('other bot', elsewhere)).toEqual([])
			await endLeases()
			expect(await leased('other bot', elsewhere)).toEqual([runId])
			expect(await leased('bot')).toEqual([])
		})

		test('the conversations of a process that gives them up are free at once', async () => {
			const runId = await recorded()
			await leased('bot')
			await store.releaseAll('bot')
			expect(await leased('other bot', elsewhere)).toEqual([runId])
		})

		test('conversations on other platforms are left alone', async () => {
			await recorded()
			expect(await store.lease('bot', ['another'], leaseMs)).toEqual([])
			expect(await store.lease('bot', [], leaseMs)).toEqual([])
		})

		test('a run that is delivered is not shown again, and a conversation without any other is free', async () => {
			const runId = await recorded()
			await leased('bot')
			await store.markDelivered(runId, 'bot')
			expect(await leased('bot')).toEqual([])
		})

		test('of a run that was never shown, nothing is known', async () => {
			expect(await store.findReply(await recorded())).toEqual({ messageIds: [], isUncertain: false })
			expect(await store.findReply('no run')).toEqual({ messageIds: [], isUncertain: false })
		})

		test('an intent makes the reply uncertain until its messages are kept, also for another process', async () => {
			const runId = await recorded()
			await leased('bot')
			expect(await store.intend(runId, 'bot')).toBe(true)
			expect(await elsewhere.findReply(runId)).toEqual({ messageIds: [], isUncertain: true })
			expect(await store.keepReply(runId, 'bot', ['m1'])).toBe(true)
			expect(await elsewhere.findReply(runId)).toEqual({ messageIds: ['m1'], isUncertain: false })
			await store.intend(runId, 'bot')
			expect(await elsewhere.findReply(runId)).toEqual({ messageIds: ['m1'], isUncertain: true })
			await store.keepReply(runId, 'bot', ['m1', 'm2'])
			expect(await elsewhere.findReply(runId)).toEqual({ messageIds: ['m1', 'm2'], isUncertain: false })
		})

		test('nothing is written by a process whose conversation is another’s, or whose lease is over', async () => {
			const runId = await recorded()
			expect(await store.intend(runId, 'bot')).toBe(false)
			await leased('bot')
			await store.intend(runId, 'bot')
			await endLeases()
			expect(await store.intend(runId, 'bot')).toBe(false)
			await leased('other bot', elsewhere)
			expect(await store.keepReply(runId, 'bot', ['m1'])).toBe(false)
			await store.markDelivered(runId, 'bot')
			expect(await leased('other bot', elsewhere)).toEqual([runId])
			expect(await elsewhere.findReply(runId)).toEqual({ messageIds: [], isUncertain: true })
		})
	})
}

for (const place of databases) deliveryStoreContract(place)
