import type { SQL } from 'drizzle-orm'
import { z } from 'zod'
import type { Orm } from './database.ts'
import { sql } from './drizzle.ts'
import { fromDatabase } from './store-failure.ts'

const resultSchema = z.object({ rows: z.array(z.unknown()) })

/** Runs a statement and checks the rows that it returns. */
export async function queryRows<Row>(orm: Pick<Orm, 'execute'>, row: z.ZodType<Row>, query: SQL): Promise<Row[]> {
	const { rows } = resultSchema.parse(await fromDatabase(Promise.resolve(orm.execute(query))))
	return rows.map((value) => row.parse(value))
}

/** Runs a statement that returns nothing. */
export async function execute(orm: Pick<Orm, 'execute'>, statement: SQL): Promise<void> {
	await queryRows(orm, z.unknown(), statement)
}

/** A duration as the database takes it. */
export function interval(milliseconds: number): SQL {
	return sql`${milliseconds}::double precision * interval '1 millisecond'`
}
