import { z } from 'zod'

const runIdSchema = z.uuid()

/** The id as the database takes it; null, which equals no id, for what can't be one. */
export function asRunId(runId: string): string | null {
	return runIdSchema.safeParse(runId).success ? runId : null
}
