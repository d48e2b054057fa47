import { sql } from 'drizzle-orm'
import { describe, expect, onTestFinished, test } from 'vitest'
import { aMessage } from '../../tests/support/builders.ts'
import { createServerDatabase, databases, titleOf } from '../../tests/support/stores.ts'
import { openServerDatabase } from './database.ts'
import { createRunStore } from './run-store.ts'

const [, onServer] = databases
if (onServer === undefined) throw new Error('there is no server database')

describe.skipIf(onServer.missing !== null)(titleOf(onServer), () => {
	test('marking several runs never waits for one that somebody else holds, so that nobody can wait in a circle', async () => {
		const fresh = await createServerDatabase()
		onTestFinished(() => fresh[Symbol.asyncDispose]())
		const database = await openServerDatabase(fresh.url)
		onTestFinished(() => database.close())
		const store = await createRunStore(database)
		onTestFinished(() => store.close())
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
})
