import type { SQL } from 'drizzle-orm'
import { v7 as newId } from 'uuid'
import type { ErrorReport } from '../core/errors.ts'
import type { RunKind } from '../core/run.ts'
import type { RunPreferences } from '../core/run-preferences.ts'
import { noUsage } from '../core/usage.ts'
import { appendWhere } from './append-events.ts'
import type { Orm } from './database.ts'
import { sql } from './drizzle.ts'
import { interval } from './rows.ts'
import { runs } from './schema.ts'

export type Transaction = Pick<Orm, 'insert' | 'select' | 'update' | 'delete' | 'execute'>

export type NewRun = {
	readonly installationId: string
	readonly conversationId: string
	readonly turnId: string
	/** Who wants it. */
	readonly personId: string | null
	readonly kind: RunKind
	readonly parentRunId: string | null
	readonly preferences: RunPreferences
	/** For how long nobody claims it; null where it needn't wait. */
	readonly heldBackMs?: number | null
}

/** Writes a run that waits for a worker, or one that has failed already if it is refused. Returns its id. */
export async function insertRun(
	transaction: Transaction,
	{ heldBackMs = null, ...run }: NewRun,
	refusal?: ErrorReport,
): Promise<string> {
	const id = newId()
	// The clock as it is now: who waits for another's transaction comes after it.
	const createdAt = sql`clock_timestamp()`
	const round = nextRound(sql`${run.conversationId}::uuid`)
	const heldBackUntil = heldBackMs === null ? null : sql`now() + ${interval(heldBackMs)}`
	await transaction.insert(runs).values({ ...run, id, state: 'accepted', round, heldBackUntil, createdAt })
	if (refusal !== undefined) await refuse(transaction, id, refusal)
	return id
}

/** The round after the last one in which the conversation has a run, but none that is over: who asks little goes before who asks much. */
export function nextRound(conversationId: SQL): SQL {
	return sql`(
				select greatest(0, min(round), max(round) filter (where conversation_id = ${conversationId}) + 1)
				from threadwise.runs where state in ('accepted', 'queued')
			)`
}

async function refuse(transaction: Transaction, runId: string, { code, message, fix }: ErrorReport): Promise<void> {
	const outcome = { kind: 'run-fail', code, usage: noUsage, elapsedMs: 0, content: { message, fix } } as const
	await appendWhere(transaction, [{ event: outcome }], 0, sql`id = ${runId}::uuid`)
}
