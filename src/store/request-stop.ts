import { z } from 'zod'
import type { StopReason } from '../core/abort.ts'
import { runStateSchema } from '../core/run.ts'
import type { Requested } from '../core/run-store.ts'
import { noUsage } from '../core/usage.ts'
import { appendWhere } from './append-events.ts'
import type { Orm } from './database.ts'
import { sql } from './drizzle.ts'
import { queryRows } from './rows.ts'
import { isRun } from './run-id.ts'
import { readState } from './run-state.ts'

type Executor = Pick<Orm, 'execute'>

const noteRow = z.object({ attempt: z.number(), delivers: z.boolean() })
const requestedRow = z.object({ state: runStateSchema, next_attempt: z.number().nullable() })

export async function requestStop(orm: Executor, runId: string, reason: StopReason): Promise<Requested | null> {
	const before = await readState(orm, runId)
	if (before === null) return null
	const stopping = await noteStop(orm, runId, reason)
	const hasEnded = stopping === null || (await endUnbegun(orm, runId, reason))
	const nextAttempt = hasEnded || !stopping.delivers ? null : stopping.attempt + 1
	return { state: before.state, nextAttempt }
}

/** Asks for the stop of a run that isn't finished, and tells whether a delivery is needed to get it. */
async function noteStop(orm: Executor, runId: string, reason: StopReason) {
	const [row] = await queryRows(
		orm,
		noteRow,
		sql`
			update threadwise.runs
			set stop_requested = coalesce(stop_requested, ${reason}), state = case state when 'waiting' then 'queued' else state end,
				changed_at = case state when 'waiting' then now() else changed_at end
			where ${isRun(runId)} and state in ('accepted', 'queued', 'running', 'waiting')
			returning attempt, state <> 'running' or lease_until <= now() as delivers`,
	)
	return row ?? null
}

/** Ends a run whose journal is empty. Whatever stands in a journal is part of a best answer, which is a worker's to build. */
async function endUnbegun(orm: Executor, runId: string, reason: StopReason): Promise<boolean> {
	const outcome = { reason, skipped: [], usage: noUsage, elapsedMs: 0, content: { answer: '' } }
	const ended = await appendWhere(
		orm,
		[{ event: { kind: 'run-stop', ...outcome } }],
		0,
		sql`${isRun(runId)} and state in ('accepted', 'queued') and last_seq = 0`,
	)
	return ended !== null
}

export async function requestAnswerNow(orm: Executor, runId: string): Promise<Requested | null> {
	const [row] = await queryRows(
		orm,
		requestedRow,
		sql`
			with before as (
				select id, state from threadwise.runs where ${isRun(runId)} for update
			), noted as (
				update threadwise.runs r
				set answer_now = true,
					preferences = case r.attempt when 0 then jsonb_set(r.preferences, '{route}', '"direct"') else r.preferences end,
					state = case r.state when 'waiting' then 'queued' else r.state end,
					changed_at = case r.state when 'waiting' then now() else r.changed_at end
				from before where r.id = before.id and before.state in ('accepted', 'queued', 'running', 'waiting')
				returning r.attempt
			)
			select before.state, case before.state when 'waiting' then noted.attempt + 1 end as next_attempt
			from before left join noted on true`,
	)
	return row === undefined ? null : { state: row.state, nextAttempt: row.next_attempt }
}
