import { z } from 'zod'
import { runStateSchema } from '../core/run.ts'
import type { Orm } from './database.ts'
import { sql } from './drizzle.ts'
import { queryRows } from './rows.ts'
import { isRun } from './run-id.ts'

const stateRow = z.object({
	state: runStateSchema,
	attempt: z.number(),
	lease_ms: z.coerce.number().nullable(),
	held_back_ms: z.coerce.number().nullable(),
})

/** How a run stands, or null. */
export async function readState(orm: Pick<Orm, 'execute'>, runId: string) {
	const [row] = await queryRows(
		orm,
		stateRow,
		sql`
			select state, attempt, extract(epoch from lease_until - now()) * 1000 as lease_ms,
				extract(epoch from held_back_until - now()) * 1000 as held_back_ms
			from threadwise.runs where ${isRun(runId)}`,
	)
	return row ?? null
}
