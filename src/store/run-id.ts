import type { SQL } from 'drizzle-orm'
import { z } from 'zod'
import { sql } from './drizzle.ts'

const runIdSchema = z.uuid()

/** The id as the database takes it; null, which equals no id, for what can't be one. */
export function asRunId(runId: string): string | null {
	return runIdSchema.safeParse(runId).success ? runId : null
}

/** An id that can't be one of ours is that of no run. */
export function isRun(runId: string): SQL {
	return sql`id = ${asRunId(runId)}::uuid`
}
