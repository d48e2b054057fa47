import { sql } from 'drizzle-orm'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'
import { aMessage } from '../../tests/support/builders.ts'
import { createServerDatabase, databases, titleOf } from '../../tests/support/stores.ts'
import { type Database, openServerDatabase } from './database.ts'
import { queryRows } from './rows.ts'
import { createRunStore } from './run-store.ts'

const [, onServer] = databases
if (onServer === undefined) throw new Error('there is no server database')

describe.skipIf(onServer.missing !== null)(titleOf(onServer), () => {
	async function openStore() {
		const fresh = await createServerDatabase()
		onTestFinished(() => fresh[Symbol.asyncDispose]())
		const database = await openServerDatabase(fresh.url)
		onTestFinished(() => database.close())
		const store = await createRunStore(database)
		onTestFinished(() => store.close())
		return { database, store }
	}

	test('marking several runs never waits for one that somebody else holds, so that nobody can wait in a circle', async () => {
		const { database, store } = await openStore()
		const [held, free] = [await store.record(aMessage({ id: 'm1' })), await store.record(aMessage({ id: 'm2' }))]
		const stateOf = async (runId: string) => (await store.find(runId))?.state
		await database.orm.transaction(async (transaction) => {
			await transaction.execute(sql`select 1 from threadwise.runs where id = ${held.runId}::uuid for update`)
			await Promise.all([store.markQueued(held.runId), store.markQueued(free.runId)])
			expect([await stateOf(held.runId), await stateOf(free.runId)]).toEqual(['accepted', 'queued'])
		})
		await store.markQueued(held.runId)
		expect(await stateOf(held.runId)).toBe('queued')
	})

	test('the only run that waits is claimed although something else holds it for a moment, since nobody else may come for it', async () => {
		const { database, store } = await openStore()
		const { runId } = await store.record(aMessage())
		const claiming = await database.orm.transaction(async (transaction) => {
			await transaction.execute(sql`select 1 from threadwise.runs where id = ${runId}::uuid for update`)
			const claimed = store.claimNext('worker', 60_000)
			await vi.waitFor(async () => expect(await lockedOut(database)).toBe(1))
			return { claimed }
		})
		expect(await claiming.claimed).toMatchObject({ outcome: 'claimed', claim: { runId, attempt: 1 } })
		expect(await store.claimNext('worker', 60_000)).toBeNull()
	})

	/** How many connections wait for what another one holds. */
	async function lockedOut({ orm }: Pick<Database, 'orm'>): Promise<number> {
		const activity = sql`select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
		return (await queryRows(orm, z.unknown(), activity)).length
	}
})
