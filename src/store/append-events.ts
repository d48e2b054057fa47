import type { SQL } from 'drizzle-orm'
import { z } from 'zod'
import { stopReasonSchema } from '../core/abort.ts'
import { type JournalEntry, type JournalEventKind, journalVersion } from '../core/journal.ts'
import type { Claim, RunState } from '../core/run.ts'
import { newContentId } from './content-id.ts'
import type { Orm } from './database.ts'
import { sql } from './drizzle.ts'
import { queryRows } from './rows.ts'
import { asRunId } from './run-id.ts'
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

const appendedRow = z.object({
	id: z.string(),
	last_seq: z.number(),
	stop_requested: stopReasonSchema.nullable(),
	answer_now: z.boolean(),
})
export type AppendedRow = z.infer<typeof appendedRow>

/**
 * One statement numbers the events, checks the condition, writes events and contents, moves the runs to their next states and tells
 * the followers: nothing of it can happen without the rest. What is written belongs to whoever has asked, feedback to whoever gives it. The row lock on a run puts concurrent writers in order. What is
 * appended comes from `given`, with a row for each run: `by_attempt`, `lease_ms`, `next_state`, `entries`; no lease is extended where it names none. A run whose answer is wanted now waits
 * for nobody.
 */
const updatingRuns = sql.raw(`
	target as (
		update threadwise.runs
		set last_seq = last_seq + jsonb_array_length(entries),
			state = case when next_state = 'waiting' and answer_now then 'queued' else coalesce(next_state, state) end,
			claimed_by = case when next_state is null then claimed_by end,
			lease_until = case when next_state is null then coalesce(now() + lease_ms * interval '1 millisecond', lease_until) end,
			changed_at = case when next_state is null then changed_at else now() end
		from given
		where `)
const writingEntries = sql.raw(`
		returning id, last_seq, last_seq - jsonb_array_length(entries) as base, person_id, stop_requested, answer_now,
			by_attempt, entries, installation_id
	), entry as (
		select id, base + ordinality as seq, by_attempt, person_id, installation_id, value
		from target, jsonb_array_elements(entries) with ordinality
	), written_contents as (
		insert into threadwise.contents (id, person_id, body)
		select (value ->> 'contentId')::uuid, case value ->> 'kind' when 'feedback' then (
			select id from threadwise.people p
			where p.installation_id = entry.installation_id and p.platform_user_id = value #>> '{facts,personId}'
		) else person_id end, value -> 'content' from entry where value ? 'contentId'
	), written_events as (
		insert into threadwise.events (run_id, seq, v, attempt, kind, node_id, facts, content_id, at)
		select id, seq, ${journalVersion}, by_attempt, value ->> 'kind', value ->> 'nodeId', value -> 'facts',
			(value ->> 'contentId')::uuid, clock_timestamp()
		from entry
	)
	select id, last_seq, stop_requested, answer_now, pg_notify('${journalChannel}', id::text) from target`)

/** Appends to the run that meets the condition; null where none does. */
export async function appendWhere(
	orm: Pick<Orm, 'execute'>,
	entries: readonly JournalEntry[],
	attempt: number,
	condition: SQL,
): Promise<AppendedRow | null> {
	const rows = await queryRows(
		orm,
		appendedRow,
		sql`
			with given as (
				select ${attempt}::integer as by_attempt, null::double precision as lease_ms, ${stateAfterAll(entries)}::text as next_state,
					${storableJson(entries.map(toRow))}::jsonb as entries
			), ${updatingRuns} ${condition} ${writingEntries}`,
	)
	return rows[0] ?? null
}

/** Entries of one run, to be appended under its claim. */
export type ClaimedEntries = {
	readonly claim: Claim
	readonly entries: readonly JournalEntry[]
	/** Whether they are refused once a stop was requested. */
	readonly yieldsToStop: boolean
}

/** Appends to several runs, no run twice, in one statement; returns the rows of those whose condition is met. */
export function appendUnderClaims(
	orm: Pick<Orm, 'execute'>,
	claimed: readonly ClaimedEntries[],
): Promise<readonly AppendedRow[]> {
	const given = claimed.map(({ claim, entries, yieldsToStop }) => ({
		run_id: asRunId(claim.runId),
		by_attempt: claim.attempt,
		lease_ms: claim.leaseMs,
		yields_to_stop: yieldsToStop,
		next_state: stateAfterAll(entries),
		entries: entries.map(toRow),
	}))
	return queryRows(
		orm,
		appendedRow,
		sql`
			with given as (
				select * from jsonb_to_recordset(${storableJson(given)}::jsonb)
					as given (run_id uuid, by_attempt integer, lease_ms double precision, yields_to_stop boolean, next_state text, entries jsonb)
			), ${updatingRuns}
				id = run_id and attempt = by_attempt and state = 'running' and (not yields_to_stop or stop_requested is null)
			${writingEntries}`,
	)
}

/** The state in which the entries leave their run; null where it stays as it is. */
function stateAfterAll(entries: readonly JournalEntry[]): RunState | null {
	return entries.map(({ event }) => stateAfter[event.kind]).findLast((next) => next !== undefined) ?? null
}

/** An entry as the statement takes it. */
function toRow({ nodeId, event }: JournalEntry) {
	const { kind, content = null, ...facts } = { content: null, ...event }
	return { kind, nodeId, facts, ...(content === null ? {} : { content, contentId: newContentId() }) }
}
