import { sql } from 'drizzle-orm'
import pg from 'pg'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Gate, openGate } from '../../tests/support/gate.ts'
import { createServerDatabase, databases, titleOf } from '../../tests/support/stores.ts'
import { type Database, openServerDatabase } from './database.ts'

const [, onServer] = databases
if (onServer === undefined) throw new Error('there is no server database')

/** As many transactions as the pool of connections has room for, and one more. */
const moreThanThePoolHolds = 11

type Scene = { readonly database: Database; readonly gate: Gate; administrate(statement: string): Promise<void> }

async function opened(silenceMs?: number): Promise<Scene> {
	const fresh = await createServerDatabase()
	onTestFinished(() => fresh[Symbol.asyncDispose]())
	const gate = await openGate(fresh.url)
	onTestFinished(() => gate[Symbol.asyncDispose]())
	const database = await openServerDatabase(gate.url, silenceMs)
	onTestFinished(() => database.close())
	const administrate = async (statement: string) => {
		const client = new pg.Client({ connectionString: fresh.url, options: '-c default_transaction_read_only=off' })
		await client.connect()
		await client.query(statement)
		await client.end()
	}
	return { database, gate, administrate }
}

const one = sql`select 1 as one`
const transact = ({ orm }: Database, work: () => Promise<void> = async () => {}) =>
	orm.transaction(async (transaction) => {
		await transaction.execute(one)
		await work()
		await transaction.execute(sql`create table if not exists threadwise.scratch ()`)
	})

describe.skipIf(onServer.missing !== null)(titleOf(onServer), () => {
	test('a connection that is cut in the middle of a transaction fails it, and nothing else', async () => {
		const { database, gate } = await opened()
		const cutting = transact(database, async () => {
			await gate.shut()
			await gate.open()
		})
		await expect(cutting).rejects.toThrow()
		await transact(database)
	})

	test('transactions that could not even begin take no connection away from others', async () => {
		const { database, administrate } = await opened()
		for (let count = 0; count < moreThanThePoolHolds; count += 1) {
			const client = await database.pool.connect()
			// Whoever gets this connection next finds out that it is dead when they use it.
			const dying = administrate(
				"select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and query not like 'LISTEN%'",
			)
			client.release()
			await Promise.allSettled([transact(database), dying])
		}
		await transact(database)
	})

	test('a server that stays silent fails statements in time, and is used again when it speaks', async () => {
		const { database, gate } = await opened(200)
		await database.orm.execute(one)
		gate.hang()
		await expect(database.orm.execute(one)).rejects.toThrow()
		const beginning = Array.from({ length: moreThanThePoolHolds }, () => transact(database))
		expect((await Promise.allSettled(beginning)).map(({ status }) => status)).not.toContain('fulfilled')
		await gate.open()
		await transact(database)
		await Promise.all(Array.from({ length: moreThanThePoolHolds }, () => database.orm.execute(one)))
	})

	test('sessions that were made read-only are given up: once the database is not, everything can be written', async () => {
		const { database, administrate } = await opened()
		const name = (await database.pool.query('select current_database() as name')).rows[0]
		const databaseName = String(Object(name).name)
		await administrate(`alter database ${databaseName} set default_transaction_read_only = on`)
		await administrate(
			'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
		)
		await expect.poll(() => transact(database).catch((error: unknown) => String(error))).toMatch(/read-only|scratch/)
		await administrate(`alter database ${databaseName} reset default_transaction_read_only`)
		await transact(database)
	})
})
