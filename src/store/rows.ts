import type { SQL } from 'drizzle-orm'
import { z } from 'zod'
import type { Orm } from './database.ts'

const resultSchema = z.object({ rows: z.array(z.unknown()) })

/** Runs a statement and checks the rows that it returns. */
export async function queryRows<Row>(orm: Pick<Orm, 'execute'>, row: z.ZodType<Row>, query: SQL): Promise<Row[]> {
	const { rows } = resultSchema.parse(await orm.execute(query))
	return rows.map((value) => row.parse(value))
}
