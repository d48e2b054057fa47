import type { SQL } from 'drizzle-orm'
import { v7 as newId } from 'uuid'
import { z } from 'zod'
import { textOf } from '../core/content.ts'
import type { IncomingMessage } from '../core/conversation.ts'
import type { ErrorReport } from '../core/errors.ts'
import { holdBackMs, type Recorded } from '../core/run-store.ts'
import { appendWhere } from './append-events.ts'
import type { Orm } from './database.ts'
import { and, eq, ne, or, sql } from './drizzle.ts'
import { insertRun, nextRound, type Transaction } from './new-run.ts'
import { interval, queryRows } from './rows.ts'
import { isRun } from './run-id.ts'
import { contents, runs, turns } from './schema.ts'
import { fromDatabase } from './store-failure.ts'

/** Writes a message, its author, its conversation and the run that answers or refuses it, all or nothing, once. */
export async function recordMessage(orm: Orm, message: IncomingMessage, refusal?: ErrorReport): Promise<Recorded> {
	const isAnswer = typeof message.answers === 'string'
	const run = refusal === undefined && !isAnswer ? await writeQuestion(orm, message) : null
	if (run !== null) return { outcome: run.is_held_back ? 'held-back' : 'recorded', runId: run.id }
	return fromDatabase(orm.transaction((transaction) => recordIn(transaction, message, refusal)))
}

const writtenRow = z.object({ id: z.string(), is_held_back: z.boolean() })

/**
 * What almost every message is, in one round trip: a question that nobody has asked before. Null, with nothing written but who and
 * where, for one that is known, and where a run of the same person waits for an answer.
 */
async function writeQuestion(orm: Orm, message: IncomingMessage): Promise<z.infer<typeof writtenRow> | null> {
	const [run] = await queryRows(
		orm,
		writtenRow,
		sql`
			with ${askerAndPlace(message)}, turn as (
				insert into threadwise.turns (id, installation_id, conversation_id, person_id, message_id, content_id, sent_at)
				select ${newId()}::uuid, installation.id, conversation.id, person.id, ${message.id}, ${newId()}::uuid,
					${message.sentAt}::timestamptz
				from installation, conversation, person
				where ${message.answers === null} or not exists (
					select 1 from threadwise.runs
					where conversation_id = conversation.id and person_id = person.id and state = 'waiting'
				)
				on conflict (installation_id, message_id) do nothing
				returning id, installation_id, conversation_id, person_id, content_id
			), content as (
				insert into threadwise.contents (id, person_id, body)
				select content_id, person_id, ${JSON.stringify(message.content)}::jsonb from turn
			)
			insert into threadwise.runs
				(id, installation_id, conversation_id, turn_id, person_id, kind, state, preferences, round, held_back_until)
			select ${newId()}::uuid, turn.installation_id, turn.conversation_id, turn.id, person_id, 'question', 'accepted',
				${JSON.stringify(message.preferences)}::jsonb, ${nextRound(sql`turn.conversation_id`)}, ${heldBackUntil(message)}
			from turn join conversation on conversation.id = turn.conversation_id
			returning id, held_back_until is not null as is_held_back`,
	)
	return run ?? null
}

/** Null where all is known that was said in the `conversation` before, or nothing was. */
const heldBackUntil = ({ hasEarlier = false }: IncomingMessage) =>
	sql`case when ${hasEarlier} and not conversation.earlier_known then now() + ${interval(holdBackMs)} end`

/**
 * Writes who asks and where, as the CTEs `installation`, `person` and `conversation` of the statement that goes on from there. What is
 * known already is only read: writing it again would keep everybody of a workspace waiting for each other's commits. What is new is
 * written in this order, a conversation after its person, so that nobody waits for somebody who waits for them.
 */
function askerAndPlace({ conversation, author, hasEarlier = false }: IncomingMessage): SQL {
	return sql`
			known_installation as (
				select id from threadwise.installations
				where platform = ${conversation.platform} and app_id = '' and enterprise_id = ''
					and workspace_id = ${conversation.workspaceId}
			), new_installation as (
				insert into threadwise.installations (id, platform, workspace_id)
				select ${newId()}::uuid, ${conversation.platform}, ${conversation.workspaceId}
				where not exists (select 1 from known_installation)
				on conflict (platform, app_id, enterprise_id, workspace_id) do update set platform = excluded.platform
				returning id
			), installation as (
				select id from known_installation union all select id from new_installation
			), known_person as (
				select people.id from threadwise.people join installation on installation_id = installation.id
				where platform_user_id = ${author.id} and (name, locale, time_zone)
					is not distinct from (${author.name}::text, ${author.locale ?? null}::text, ${author.timeZone ?? null}::text)
			), new_person as (
				insert into threadwise.people (id, installation_id, platform_user_id, name, locale, time_zone)
				select ${newId()}::uuid, id, ${author.id}, ${author.name}, ${author.locale ?? null}, ${author.timeZone ?? null}
				from installation where not exists (select 1 from known_person)
				on conflict (installation_id, platform_user_id)
					do update set name = excluded.name, locale = excluded.locale, time_zone = excluded.time_zone
				returning id
			), person as (
				select id from known_person union all select id from new_person
			), known_conversation as (
				select conversations.id, earlier_known from threadwise.conversations join installation on installation_id = installation.id
				where channel_id = ${conversation.channelId} and thread_id = ${conversation.threadId}
			), new_conversation as (
				insert into threadwise.conversations (id, installation_id, channel_id, thread_id, is_direct, earlier_known)
				select ${newId()}::uuid, installation.id, ${conversation.channelId}, ${conversation.threadId},
					${conversation.isDirect ?? false}, ${!hasEarlier}
				from installation, person where not exists (select 1 from known_conversation)
				on conflict (installation_id, channel_id, thread_id) do update set channel_id = excluded.channel_id
				returning id, earlier_known
			), conversation as (
				select id, earlier_known from known_conversation union all select id, earlier_known from new_conversation
			)`
}

async function recordIn(
	transaction: Transaction,
	message: IncomingMessage,
	refusal: ErrorReport | undefined,
): Promise<Recorded> {
	const owners = await writeOwners(transaction, message)
	const { installationId, personId, conversationId } = owners
	const { answers } = message
	const mayContinue = refusal === undefined && answers !== null
	const waiting = mayContinue ? await findWaiting(transaction, conversationId, personId, answers) : null
	const turn = { ...owners, continuesRunId: waiting?.id ?? null }
	const turnId = await insertTurn(transaction, turn, message)
	if (turnId === null) return { outcome: 'duplicate', runId: await runOfMessage(transaction, installationId, message) }
	if (waiting !== null) return continueRun(transaction, waiting, message)
	const { preferences, hasEarlier = false } = message
	const run = { ...owners, turnId, kind: 'question', parentRunId: null, preferences } as const
	const refused = refusal ?? (typeof answers === 'string' ? waitsNoMore : undefined)
	const isHeldBack = hasEarlier && !owners.earlierKnown && refused === undefined
	const runId = await insertRun(transaction, { ...run, heldBackMs: isHeldBack ? holdBackMs : null }, refused)
	return { outcome: isHeldBack ? 'held-back' : 'recorded', runId }
}

const waitsNoMore: ErrorReport = {
	code: 'usage',
	message: 'What this answers does not wait for your answer any more.',
	fix: 'Look at what has become of it; what you still want to know, ask as a new question.',
}

type WaitingRun = { readonly id: string; readonly attempt: number }

/** The run in which this person was asked something, or that one if it was; nobody else's answer counts. */
async function findWaiting(
	transaction: Transaction,
	conversationId: string,
	personId: string,
	answers: string | undefined,
): Promise<WaitingRun | null> {
	const isTheirs = and(
		eq(runs.conversationId, conversationId),
		eq(runs.personId, personId),
		eq(runs.state, 'waiting'),
		answers === undefined ? undefined : isRun(answers),
	)
	const [waiting] = await transaction
		.select({ id: runs.id, attempt: runs.attempt })
		.from(runs)
		.where(isTheirs)
		.orderBy(runs.createdAt)
		.limit(1)
		.for('update')
	return waiting ?? null
}

async function continueRun(
	transaction: Transaction,
	{ id, attempt }: WaitingRun,
	{ author, content }: IncomingMessage,
): Promise<Recorded> {
	const said = { kind: 'clarification', personId: author.id, content: { answer: textOf(content) } } as const
	await appendWhere(transaction, [{ event: said }], 0, sql`id = ${id}::uuid`)
	await transaction.update(runs).set({ state: 'queued', changedAt: sql`now()` }).where(eq(runs.id, id))
	return { outcome: 'continued', runId: id, nextAttempt: attempt + 1 }
}

const ownersRow = z.object({
	installationId: z.string(),
	personId: z.string(),
	conversationId: z.string(),
	earlierKnown: z.boolean(),
})
type Owners = z.infer<typeof ownersRow>

async function writeOwners(transaction: Transaction, message: IncomingMessage): Promise<Owners> {
	const [owners] = await queryRows(
		transaction,
		ownersRow,
		sql`
			with ${askerAndPlace(message)}
			select installation.id as "installationId", person.id as "personId", conversation.id as "conversationId",
				conversation.earlier_known as "earlierKnown"
			from installation, person, conversation`,
	)
	return written(owners)
}

/** What was known as said to others is a question now, if it is told as one. */
async function insertTurn(
	transaction: Transaction,
	{ installationId, conversationId, personId, continuesRunId }: Owners & { readonly continuesRunId: string | null },
	message: IncomingMessage,
): Promise<string | null> {
	const contentId = newId()
	await transaction.insert(contents).values({ id: contentId, personId, body: message.content })
	const said = { personId, contentId, continuesRunId, kind: 'question' }
	const [row] = await transaction
		.insert(turns)
		.values({
			...said,
			id: newId(),
			installationId,
			conversationId,
			messageId: message.id,
			sentAt: sql`${message.sentAt}::timestamptz`,
		})
		.onConflictDoUpdate({
			target: [turns.installationId, turns.messageId],
			set: said,
			setWhere: ne(turns.kind, 'question'),
		})
		.returning({ id: turns.id })
	if (row !== undefined) return row.id
	await transaction.delete(contents).where(eq(contents.id, contentId))
	return null
}

async function runOfMessage(transaction: Transaction, installationId: string, message: IncomingMessage) {
	const [row] = await transaction
		.select({ id: runs.id })
		.from(runs)
		.innerJoin(turns, or(eq(runs.turnId, turns.id), eq(runs.id, turns.continuesRunId)))
		.where(and(eq(turns.installationId, installationId), eq(turns.messageId, message.id)))
		.orderBy(runs.createdAt)
		.limit(1)
	return written(row).id
}

function written<Row>(row: Row | undefined): Row {
	if (row === undefined) throw new Error('The database returned no row where one was written.')
	return row
}
