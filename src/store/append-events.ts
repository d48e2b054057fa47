import { type SQL, sql } from 'drizzle-orm'
import { v7 as newId } from 'uuid'
import { z } from 'zod'
import { stopReasonSchema } from '../core/abort.ts'
import { type JournalEntry, type JournalEventKind, journalVersion } from '../core/journal.ts'
import type { RunState } from '../core/run.ts'
import type { Orm } from './database.ts'
import { queryRows } from './rows.ts'
import { storableJson } from './storable.ts'

/** The channel on which the database tells that a journal has grown; the payload is the run's id. */
export const journalChannel = 'threadwise_journal'

/** The states that events bring a run into. */
const stateAfter: Partial<Record<JournalEventKind, RunState>> = {
	'run-end': 'answered',
	'run-stop': 'stopped',
	'run-fail': 'failed',
	'run-wait': 'waiting',
}

const appendedRow = z.object({ last_seq: z.number(), stop_requested: stopReasonSchema.nullable() })

/**
 * One statement numbers the events, checks the claim, writes events and contents, moves the run to its next state and tells
 * the followers: nothing of it can happen without the rest. The row lock on the run puts concurrent writers in order.
 */
export async function appendWhere(
	orm: Pick<Orm, 'execute'>,
	entries: readonly JournalEntry[],
	attempt: number,
	condition: SQL,
): Promise<z.infer<typeof appendedRow> | null> {
	const state = entries.map(({ event }) => stateAfter[event.kind]).findLast((next) => next !== undefined) ?? null
	const rows = await queryRows(
		orm,
		appendedRow,
		sql`
			with target as (
				update threadwise.runs
				set last_seq = last_seq + ${entries.length}, state = coalesce(${state}::text, state),
					claimed_by = case when ${state}::text is null then claimed_by end,
					lease_until = case when ${state}::text is null then lease_until end,
					changed_at = case when ${state}::text is null then changed_at else now() end
				where ${condition}
				returning id, last_seq, last_seq - ${entries.length} as base, person_id, stop_requested
			), entry as (
				select value, ordinality from jsonb_array_elements(${storableJson(entries.map(toRow))}::jsonb) with ordinality
			), written_contents as (
				insert into threadwise.contents (id, person_id, body)
				select (value ->> 'contentId')::uuid, person_id, value -> 'content'
				from entry, target where value ? 'contentId'
			), written_events as (
				insert into threadwise.events (run_id, seq, v, attempt, kind, node_id, facts, content_id, at)
				select target.id, base + ordinality, ${journalVersion}, ${attempt}, value ->> 'kind', value ->> 'nodeId',
					value -> 'facts', (value ->> 'contentId')::uuid, clock_timestamp()
				from entry, target
			)
			select last_seq, stop_requested, pg_notify(${journalChannel}, id::text) from target`,
	)
	return rows[0] ?? null
}

function toRow({ nodeId, event }: JournalEntry) {
	const { kind, content = null, ...facts } = { content: null, ...event }
	return { kind, nodeId, facts, ...(content === null ? {} : { content, contentId: newId() }) }
}
