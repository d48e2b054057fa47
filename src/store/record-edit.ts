import { v7 as newId } from 'uuid'
import { z } from 'zod'
import type { IncomingMessage } from '../core/conversation.ts'
import type { AskedQuestion, Edited, Superseded } from '../core/run-store.ts'
import type { Orm } from './database.ts'
import { and, eq, isNull, sql } from './drizzle.ts'
import { insertRun, type Transaction } from './new-run.ts'
import { requestStop } from './request-stop.ts'
import { queryRows } from './rows.ts'
import { contents, runs, turns } from './schema.ts'
import { storable } from './storable.ts'
import { fromDatabase } from './store-failure.ts'

const questionRow = z.object({
	asker_id: z.string().nullable(),
	id: z.string(),
	is_open: z.boolean(),
	is_unchanged: z.boolean(),
})
const turnRow = z.object({
	id: z.string(),
	installation_id: z.string(),
	conversation_id: z.string(),
	person_id: z.string().nullable(),
	content_id: z.string().nullable(),
	continues_run_id: z.string().nullable(),
})
type TurnRow = z.infer<typeof turnRow>
const idRow = z.object({ id: z.string() })
const runRow = z.object({ id: z.string(), is_open: z.boolean() })

type AskedBy = Pick<IncomingMessage, 'id' | 'conversation' | 'content'>

const isOpen = sql`r.state in ('accepted', 'queued', 'running', 'waiting')`
const saysTheSame = ({ content }: Pick<IncomingMessage, 'content'>) => sql`
	exists (select from threadwise.contents c where c.id = t.content_id and c.body = ${JSON.stringify(content)}::jsonb)`
const isOfMessage = ({ id, conversation }: Omit<AskedBy, 'content'>) => sql`
	i.platform = ${conversation.platform} and i.workspace_id = ${conversation.workspaceId} and i.app_id = ''
		and i.enterprise_id = '' and t.message_id = ${id}`

/** The question that a message has asked, or null. */
export async function findQuestion(orm: Orm, asking: AskedBy): Promise<AskedQuestion | null> {
	const message = storable(asking)
	const [row] = await queryRows(
		orm,
		questionRow,
		sql`
			select p.platform_user_id as asker_id, r.id, ${isOpen} as is_open, ${saysTheSame(message)} as is_unchanged
			from threadwise.turns t
				join threadwise.installations i on i.id = t.installation_id
				join threadwise.runs r on r.turn_id = t.id or r.id = t.continues_run_id
				left join threadwise.people p on p.id = t.person_id
			where ${isOfMessage(message)}
			order by ${isOpen} desc, r.created_at desc limit 1`,
	)
	if (row === undefined) return null
	return { askerId: row.asker_id, runId: row.id, isOpen: row.is_open, isUnchanged: row.is_unchanged }
}

/**
 * Replaces what a message says. Everything that still answers the old text is asked to stop in the same transaction, so that whatever
 * happens afterwards, only the new run goes on.
 */
export async function recordEdit(orm: Orm, message: IncomingMessage): Promise<Edited> {
	return fromDatabase(orm.transaction((transaction) => recordIn(transaction, storable(message))))
}

async function recordIn(transaction: Transaction, message: IncomingMessage): Promise<Edited> {
	const [turn] = await queryRows(
		transaction,
		turnRow,
		sql`
			select t.id, t.installation_id, t.conversation_id, t.person_id, t.content_id, t.continues_run_id
			from threadwise.turns t join threadwise.installations i on i.id = t.installation_id
			where ${isOfMessage(message)} for no key update of t`,
	)
	if (turn === undefined) return { outcome: 'unknown' }
	if (turn.continues_run_id !== null) return { outcome: 'settled' }
	const asked = await queryRows(
		transaction,
		runRow,
		sql`
			select r.id, ${isOpen} as is_open from threadwise.runs r
			where r.turn_id = ${turn.id}::uuid order by r.created_at desc, r.id desc`,
	)
	const [newest] = asked
	if (newest === undefined) return { outcome: 'unknown' }
	if (await isUnchanged(transaction, turn, message)) return { outcome: 'unchanged', runId: newest.id }
	await replaceContent(transaction, turn, message)
	const superseded: Superseded[] = []
	for (const { id } of asked.filter((run) => run.is_open)) {
		const requested = await requestStop(transaction, id, 'superseded')
		if (requested !== null) superseded.push({ ...requested, runId: id })
	}
	const run = {
		installationId: turn.installation_id,
		conversationId: turn.conversation_id,
		turnId: turn.id,
		personId: turn.person_id,
		kind: 'edited-question',
		parentRunId: newest.id,
		preferences: message.preferences,
	} as const
	return { outcome: 'recorded', runId: await insertRun(transaction, run), superseded }
}

/** Read only once the turn is ours: whoever had it before may have replaced the content. */
async function isUnchanged(transaction: Transaction, { id }: TurnRow, message: IncomingMessage): Promise<boolean> {
	const same = sql`select t.id from threadwise.turns t where t.id = ${id}::uuid and ${saysTheSame(message)}`
	return (await queryRows(transaction, idRow, same)).length > 0
}

/** Every run keeps what it was asked, also one that was refused or stopped before its journal says so. */
async function replaceContent(transaction: Transaction, turn: TurnRow, { content }: IncomingMessage): Promise<void> {
	const isOfBefore = and(eq(runs.turnId, turn.id), isNull(runs.contentId))
	await transaction.update(runs).set({ contentId: turn.content_id }).where(isOfBefore)
	const contentId = newId()
	await transaction.insert(contents).values({ id: contentId, personId: turn.person_id, body: content })
	await transaction.update(turns).set({ contentId }).where(eq(turns.id, turn.id))
}
