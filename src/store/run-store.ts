import type { SQL } from 'drizzle-orm'
import { v7 as newId } from 'uuid'
import { z } from 'zod'
import { stopReasonSchema } from '../core/abort.ts'
import { ThreadwiseError } from '../core/errors.ts'
import type { Place } from '../core/installation-store.ts'
import type { JournalEntry } from '../core/journal.ts'
import { type Claim, isFinished } from '../core/run.ts'
import type {
	Appended,
	Claimed,
	ClaimResult,
	Extended,
	RunLike,
	RunLoad,
	RunStore,
	TypicalRun,
} from '../core/run-store.ts'
import { appendUnderClaims, appendWhere, journalChannel } from './append-events.ts'
import { type AppendInGroups, createAppendInGroups } from './append-in-groups.ts'
import type { Database, Orm } from './database.ts'
import { sql } from './drizzle.ts'
import { inGroups } from './in-groups.ts'
import { createJournalReader } from './journal-reader.ts'
import { recordAgain } from './record-again.ts'
import { findQuestion, recordEdit } from './record-edit.ts'
import { recordMessage } from './record-message.ts'
import { recordEarlier, recordOverheard } from './record-said.ts'
import { requestAnswerNow, requestStop } from './request-stop.ts'
import { execute, interval, queryRows } from './rows.ts'
import { asRunId, isRun } from './run-id.ts'
import { findChanged, findRun } from './run-reader.ts'
import { readState } from './run-state.ts'
import { storable } from './storable.ts'

const claimedRow = z.object({ id: z.string(), attempt: z.number() })
const typicalRow = z.object({
	runs: z.coerce.number(),
	elapsed_ms: z.coerce.number().nullable(),
	cost: z.coerce.number().nullable(),
})
const loadRow = z.object({ waiting: z.coerce.number(), held: z.coerce.number() })
const idRow = z.object({ id: z.string() })
const undeliveredRow = z.object({ id: z.string(), attempt: z.number() })
const wantedRow = z.object({ stop_requested: stopReasonSchema.nullable(), answer_now: z.boolean() })

/** The run store on PostgreSQL, embedded or on a server. */
export async function createRunStore(database: Database): Promise<RunStore> {
	const { orm } = database
	const hasOutcome = async (runId: string) => isFinished((await readState(orm, runId))?.state ?? 'accepted')
	const journal = await createJournalReader(database, journalChannel, hasOutcome)
	const appendInGroups = createAppendInGroups((claimed) => appendUnderClaims(orm, claimed))
	return {
		record: (message, refusal) => recordMessage(orm, storable(message), refusal),
		recordEarlier: (conversation, earlier) => recordEarlier(orm, conversation, earlier),
		recordOverheard: (conversation, said) => recordOverheard(orm, conversation, said),
		findQuestion: (message) => findQuestion(orm, message),
		recordEdit: (message) => recordEdit(orm, message),
		recordAgain: (runId, again) => recordAgain(orm, runId, again),
		markQueued: inGroups((runIds: readonly string[]) => markQueued(orm, runIds)),
		findUndelivered: (olderThanMs, limit) => findUndelivered(orm, olderThanMs, limit),
		abandonLeases: () => abandonLeases(orm),
		claimNext: (owner, leaseMs) => claimNextRun(orm, owner, leaseMs),
		claimVanished: (owner, leaseMs) => claimVanishedRun(orm, owner, leaseMs),
		claim: (runId, owner, leaseMs) => claimRun(orm, runId, owner, leaseMs),
		extend: (claim) => extendLease(orm, claim),
		release: (claim) => releaseRun(orm, claim),
		append: (claim, entries) => appendUnderClaim(orm, appendInGroups, claim, entries),
		annotate: (runId, entries) => annotate(orm, runId, entries),
		read: journal.read,
		follow: journal.follow,
		requestStop: (runId, reason) => requestStop(orm, runId, reason),
		requestAnswerNow: (runId) => requestAnswerNow(orm, runId),
		findOpen: (place) => findOpen(orm, place),
		endWaits: (longerThanMs) => endWaits(orm, longerThanMs),
		find: (runId) => findRun(orm, runId),
		load: () => readLoad(orm),
		typicalRun: (like) => readTypicalRun(orm, like),
		close: journal.close,
	}
}

/** Runs that somebody else holds are being claimed or stopped: nobody waits here, for whoever waits in the middle of several may be waited for. */
async function markQueued(orm: Orm, runIds: readonly string[]): Promise<void> {
	const ids = JSON.stringify(runIds.map(asRunId))
	await execute(
		orm,
		sql`
			with marked as (
				select id from threadwise.runs
				where id in (select jsonb_array_elements_text(${ids}::jsonb)::uuid) and state in ('accepted', 'queued')
				for update skip locked
			)
			update threadwise.runs set state = 'queued', changed_at = now() from marked where runs.id = marked.id`,
	)
}

async function findUndelivered(orm: Orm, olderThanMs: number, limit: number) {
	const rows = await queryRows(
		orm,
		undeliveredRow,
		sql`
			select id, attempt from threadwise.runs
			where (state in ('accepted', 'queued') and changed_at < now() - ${interval(olderThanMs)})
				or (state = 'running' and lease_until <= now())
			order by created_at limit ${limit}`,
	)
	return rows.map((row) => ({ runId: row.id, nextAttempt: row.attempt + 1 }))
}

async function endWaits(orm: Orm, longerThanMs: number) {
	const rows = await queryRows(
		orm,
		undeliveredRow,
		sql`
			with waited as (
				select id from threadwise.runs where state = 'waiting' and changed_at < now() - ${interval(longerThanMs)}
				for update skip locked
			)
			update threadwise.runs set state = 'queued', changed_at = now() from waited where runs.id = waited.id
			returning runs.id, attempt`,
	)
	return rows.map((row) => ({ runId: row.id, nextAttempt: row.attempt + 1 }))
}

async function findOpen(orm: Orm, place: Place): Promise<readonly string[]> {
	const { platform, workspaceId } = storable(place)
	const rows = await queryRows(
		orm,
		idRow,
		sql`
			select r.id from threadwise.runs r join threadwise.installations i on i.id = r.installation_id
			where i.platform = ${platform} and i.workspace_id = ${workspaceId}
				and r.state in ('accepted', 'queued', 'running', 'waiting')
			order by r.id`,
	)
	return rows.map(({ id }) => id)
}

async function abandonLeases(orm: Orm): Promise<void> {
	await execute(orm, sql`update threadwise.runs set lease_until = now() where state = 'running'`)
}

/** Rows that another worker is claiming are passed over, so that many workers never wait for each other. */
const vanishedFirst = sql`
	vanished as (
		select id from threadwise.runs where state = 'running' and lease_until <= now()
		order by lease_until limit 1 for update skip locked
	)`

const isWaiting = sql`state in ('accepted', 'queued') and (held_back_until is null or held_back_until <= now())`

async function claimVanishedRun(orm: Orm, owner: string, leaseMs: number): Promise<Claimed | null> {
	return claimWhere(orm, sql`${vanishedFirst},`, sql`id = (select id from vanished)`, owner, leaseMs)
}

/**
 * A run that is being marked or claimed is passed over. If none is left but such, one of them may be waiting for nobody else: then its
 * row is waited for.
 */
async function claimNextRun(orm: Orm, owner: string, leaseMs: number): Promise<Claimed | null> {
	let claimed = await claimWaiting(orm, sql`skip locked`, owner, leaseMs)
	while (claimed === null && (await isAnyWaiting(orm))) claimed = await claimWaiting(orm, sql``, owner, leaseMs)
	return claimed
}

async function claimWaiting(orm: Orm, ifLocked: SQL, owner: string, leaseMs: number): Promise<Claimed | null> {
	return claimWhere(
		orm,
		sql`
			${vanishedFirst}, waiting as (
				select id from threadwise.runs
				where ${isWaiting} and not exists (select 1 from vanished)
				order by round, id limit 1 for update ${ifLocked}
			),`,
		sql`id = (select id from vanished union all select id from waiting)`,
		owner,
		leaseMs,
	)
}

async function isAnyWaiting(orm: Orm): Promise<boolean> {
	return (await queryRows(orm, idRow, sql`select id from threadwise.runs where ${isWaiting} limit 1`)).length > 0
}

async function claimRun(orm: Orm, runId: string, owner: string, leaseMs: number): Promise<ClaimResult> {
	const isFree = sql`((${isWaiting}) or (state = 'running' and lease_until <= now()))`
	const claimed = await claimWhere(orm, sql``, sql`${isRun(runId)} and ${isFree}`, owner, leaseMs)
	return claimed ?? whyNotClaimed(orm, runId)
}

async function claimWhere(orm: Orm, choice: SQL, condition: SQL, owner: string, leaseMs: number) {
	const [claimed] = await findChanged(
		orm,
		sql`
			with ${choice} changed as (
				update threadwise.runs
				set state = 'running', attempt = attempt + 1, claimed_by = ${owner},
					lease_until = now() + ${interval(leaseMs)}, changed_at = now()
				where ${condition}
				returning *
			)`,
	)
	if (claimed === undefined) return null
	const { run, lastSeq } = claimed
	return { outcome: 'claimed', claim: { runId: run.id, attempt: run.attempt, leaseMs }, run, lastSeq } as const
}

const typicalOf = 200
const fewestForTypical = 5

async function readTypicalRun(orm: Orm, { workflow, route, effort }: RunLike): Promise<TypicalRun | null> {
	const [row] = await queryRows(
		orm,
		typicalRow,
		sql`
			with alike as (
				select (ended.facts ->> 'elapsedMs')::float as elapsed_ms, (ended.facts #>> '{usage,costMicroUsd}')::float as cost
				from threadwise.events ended
					join threadwise.events routed on routed.run_id = ended.run_id and routed.kind = 'run-route'
					join threadwise.events started on started.run_id = ended.run_id and started.kind = 'run-start'
				where ended.kind = 'run-end' and started.facts #>> '{workflow,name}' = ${workflow}
					and routed.facts ->> 'route' = ${route} and routed.facts ->> 'effort' = ${effort}
				order by ended.at desc limit ${typicalOf}
			)
			select count(*) as runs, percentile_cont(0.5) within group (order by elapsed_ms) as elapsed_ms,
				percentile_cont(0.5) within group (order by cost) as cost
			from alike`,
	)
	if (row === undefined || row.runs < fewestForTypical) return null
	return { elapsedMs: Math.round(row.elapsed_ms ?? 0), costMicroUsd: Math.round(row.cost ?? 0) }
}

async function readLoad(orm: Orm): Promise<RunLoad> {
	const [row] = await queryRows(
		orm,
		loadRow,
		sql`
			select count(*) filter (where state <> 'running') as waiting,
				count(*) filter (where state = 'running' and lease_until > now()) as held
			from threadwise.runs where state in ('accepted', 'queued', 'running')`,
	)
	return row ?? { waiting: 0, held: 0 }
}

async function whyNotClaimed(orm: Orm, runId: string): Promise<ClaimResult> {
	const row = await readState(orm, runId)
	if (row === null) return { outcome: 'unknown' }
	const waits = row.state === 'accepted' || row.state === 'queued'
	if (waits && row.held_back_ms !== null) return { outcome: 'held', forMs: Math.max(0, row.held_back_ms) }
	if (row.state !== 'running') return { outcome: 'finished' }
	return { outcome: 'held', forMs: Math.max(0, row.lease_ms ?? 0) }
}

async function extendLease(orm: Orm, claim: Claim): Promise<Extended> {
	const [row] = await queryRows(
		orm,
		wantedRow,
		sql`
			update threadwise.runs set lease_until = now() + ${interval(claim.leaseMs)}
			where ${heldBy(claim)} returning stop_requested, answer_now`,
	)
	if (row === undefined) return { outcome: 'lease-lost' }
	return { outcome: 'extended', stopRequested: row.stop_requested, answerNow: row.answer_now }
}

async function releaseRun(orm: Orm, claim: Claim): Promise<number | null> {
	const rows = await queryRows(
		orm,
		claimedRow,
		sql`
			update threadwise.runs
			set state = 'queued', claimed_by = null, lease_until = null, changed_at = now(), round = least(round, coalesce((
				select min(round) from threadwise.runs where state in ('accepted', 'queued')
			), round))
			where ${heldBy(claim)} returning id, attempt`,
	)
	return rows[0] === undefined ? null : rows[0].attempt + 1
}

async function appendUnderClaim(
	orm: Orm,
	appendInGroups: AppendInGroups,
	claim: Claim,
	entries: readonly JournalEntry[],
): Promise<Appended> {
	const yieldsToStop = entries.some(({ event }) => event.kind === 'run-end' || event.kind === 'run-wait')
	const row = await appendInGroups({ claim, entries, yieldsToStop })
	if (row !== null) {
		const { last_seq: lastSeq, stop_requested: stopRequested, answer_now: answerNow } = row
		return { outcome: 'appended', lastSeq, stopRequested, answerNow }
	}
	return yieldsToStop ? whyNotAppended(orm, claim) : { outcome: 'lease-lost' }
}

/** A stop that was requested stays so: reading it afterwards finds what refused the events. */
async function whyNotAppended(orm: Orm, claim: Claim): Promise<Appended> {
	const wanted = sql`select stop_requested, answer_now from threadwise.runs where ${heldBy(claim)}`
	const [row] = await queryRows(orm, wantedRow, wanted)
	const reason = row?.stop_requested ?? null
	return reason === null ? { outcome: 'lease-lost' } : { outcome: 'stop-requested', reason }
}

async function annotate(orm: Orm, runId: string, entries: readonly JournalEntry[]): Promise<void> {
	for (const { event } of entries) if (event.kind === 'feedback') await addPerson(orm, runId, event.personId)
	const row = await appendWhere(orm, entries, 0, isRun(runId))
	if (row === null) throw unknownRun(runId)
}

/** Whoever says what they think of an answer may never have asked anything; their words are theirs all the same. */
async function addPerson(orm: Orm, runId: string, personId: string): Promise<void> {
	await execute(
		orm,
		sql`
			insert into threadwise.people (id, installation_id, platform_user_id, name)
			select ${newId()}::uuid, installation_id, ${storable(personId)}, '' from threadwise.runs where ${isRun(runId)}
			on conflict do nothing`,
	)
}

function heldBy(claim: Claim): SQL {
	return sql`${isRun(claim.runId)} and attempt = ${claim.attempt} and state = 'running'`
}

function unknownRun(runId: string): ThreadwiseError {
	return new ThreadwiseError('run-unknown', `There is no run ${runId}.`, { fix: 'Check the id of the run.' })
}
