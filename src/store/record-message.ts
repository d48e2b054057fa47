import { and, eq, type SQL, sql } from 'drizzle-orm'
import { v7 as newId } from 'uuid'
import type { IncomingMessage } from '../core/conversation.ts'
import type { ErrorReport } from '../core/errors.ts'
import type { Recorded } from '../core/run-store.ts'
import { noUsage } from '../core/usage.ts'
import { appendWhere } from './append-events.ts'
import type { Orm } from './database.ts'
import { contents, conversations, installations, people, runs, turns } from './schema.ts'
import { fromDatabase } from './store-failure.ts'

/** Writes a message, its author, its conversation and the run that answers or refuses it, all or nothing, once. */
export function recordMessage(orm: Orm, message: IncomingMessage, refusal?: ErrorReport): Promise<Recorded> {
	return fromDatabase(orm.transaction((transaction) => recordIn(transaction, message, refusal)))
}

async function recordIn(
	transaction: Transaction,
	message: IncomingMessage,
	refusal: ErrorReport | undefined,
): Promise<Recorded> {
	const installationId = await upsertInstallation(transaction, message)
	const personId = await upsertPerson(transaction, installationId, message)
	const conversationId = await upsertConversation(transaction, installationId, message)
	const turnId = await insertTurn(transaction, { installationId, personId, conversationId }, message)
	if (turnId === null) return { outcome: 'duplicate', runId: await runOfMessage(transaction, installationId, message) }
	const runId = newId()
	await transaction.insert(runs).values({
		id: runId,
		installationId,
		conversationId,
		turnId,
		personId,
		kind: 'question',
		state: 'accepted',
		preferences: message.preferences,
		round: nextRound(conversationId),
	})
	if (refusal !== undefined) await refuse(transaction, runId, refusal)
	return { outcome: 'recorded', runId }
}

type Transaction = Pick<Orm, 'insert' | 'select' | 'delete' | 'execute'>

/** The round after the last one in which the conversation has a run, but none that is over: who asks little goes before who asks much. */
function nextRound(conversationId: string): SQL {
	const isWaiting = sql`state in ('accepted', 'queued')`
	return sql`greatest(0,
		(select min(round) from threadwise.runs where ${isWaiting}),
		(select max(round) + 1 from threadwise.runs where ${isWaiting} and conversation_id = ${conversationId}))`
}

async function refuse(transaction: Transaction, runId: string, { code, message, fix }: ErrorReport): Promise<void> {
	const outcome = { kind: 'run-fail', code, usage: noUsage, elapsedMs: 0, content: { message, fix } } as const
	await appendWhere(transaction, [{ event: outcome }], 0, sql`id = ${runId}::uuid`)
}

async function upsertInstallation(transaction: Transaction, { conversation }: IncomingMessage): Promise<string> {
	const [row] = await transaction
		.insert(installations)
		.values({ id: newId(), platform: conversation.platform, workspaceId: conversation.workspaceId })
		.onConflictDoUpdate({
			target: [installations.platform, installations.appId, installations.enterpriseId, installations.workspaceId],
			set: { platform: conversation.platform },
		})
		.returning({ id: installations.id })
	return idOf(row)
}

async function upsertPerson(transaction: Transaction, installationId: string, { author }: IncomingMessage) {
	const facts = { name: author.name, locale: author.locale ?? null, timeZone: author.timeZone ?? null }
	const [row] = await transaction
		.insert(people)
		.values({ id: newId(), installationId, platformUserId: author.id, ...facts })
		.onConflictDoUpdate({ target: [people.installationId, people.platformUserId], set: facts })
		.returning({ id: people.id })
	return idOf(row)
}

async function upsertConversation(transaction: Transaction, installationId: string, { conversation }: IncomingMessage) {
	const { channelId, threadId } = conversation
	const [row] = await transaction
		.insert(conversations)
		.values({ id: newId(), installationId, channelId, threadId })
		.onConflictDoUpdate({
			target: [conversations.installationId, conversations.channelId, conversations.threadId],
			set: { channelId },
		})
		.returning({ id: conversations.id })
	return idOf(row)
}

type TurnOwners = { installationId: string; personId: string; conversationId: string }

async function insertTurn(
	transaction: Transaction,
	owners: TurnOwners,
	message: IncomingMessage,
): Promise<string | null> {
	const contentId = newId()
	await transaction.insert(contents).values({ id: contentId, personId: owners.personId, body: message.content })
	const [row] = await transaction
		.insert(turns)
		.values({ id: newId(), ...owners, messageId: message.id, contentId, sentAt: new Date(message.sentAt) })
		.onConflictDoNothing({ target: [turns.installationId, turns.messageId] })
		.returning({ id: turns.id })
	if (row !== undefined) return row.id
	await transaction.delete(contents).where(eq(contents.id, contentId))
	return null
}

async function runOfMessage(transaction: Transaction, installationId: string, message: IncomingMessage) {
	const [row] = await transaction
		.select({ id: runs.id })
		.from(runs)
		.innerJoin(turns, eq(runs.turnId, turns.id))
		.where(and(eq(turns.installationId, installationId), eq(turns.messageId, message.id)))
		.orderBy(runs.createdAt)
		.limit(1)
	return idOf(row)
}

function idOf(row: { id: string } | undefined): string {
	if (row === undefined) throw new Error('The database returned no row where one was written.')
	return row.id
}
