import { v7 as newId } from 'uuid'
import { z } from 'zod'
import { isFinished, runStateSchema } from '../core/run.ts'
import type { Again, RecordedAgain } from '../core/run-store.ts'
import type { Orm } from './database.ts'
import { sql } from './drizzle.ts'
import { insertRun, type Transaction } from './new-run.ts'
import { queryRows } from './rows.ts'
import { asRunId } from './run-id.ts'
import { storable } from './storable.ts'
import { fromDatabase } from './store-failure.ts'

const parentRow = z.object({
	id: z.string(),
	installation_id: z.string(),
	conversation_id: z.string(),
	turn_id: z.string(),
	state: runStateSchema,
})
const idRow = z.object({ id: z.string() })

/** Writes another run of a question that was answered. */
export async function recordAgain(orm: Orm, runId: string, again: Again): Promise<RecordedAgain> {
	return fromDatabase(orm.transaction((transaction) => recordIn(transaction, runId, storable(again))))
}

async function recordIn(transaction: Transaction, runId: string, again: Again): Promise<RecordedAgain> {
	// Whoever writes runs of one question waits for each other here.
	const [parent] = await queryRows(
		transaction,
		parentRow,
		sql`
			select r.id, r.installation_id, r.conversation_id, r.turn_id, r.state
			from threadwise.runs r join threadwise.turns t on t.id = r.turn_id
			where r.id = ${asRunId(runId)}::uuid for no key update of t`,
	)
	if (parent === undefined) return { outcome: 'unknown' }
	if (!isFinished(parent.state)) return { outcome: 'unfinished' }
	if (await isOutdated(transaction, parent.id)) return { outcome: 'outdated' }
	const [open] = await queryRows(
		transaction,
		idRow,
		sql`
			select id from threadwise.runs
			where parent_run_id = ${parent.id}::uuid and kind = ${again.kind}
				and state in ('accepted', 'queued', 'running', 'waiting')
			order by created_at limit 1`,
	)
	if (open !== undefined) return { outcome: 'duplicate', runId: open.id }
	const recorded = await insertRun(transaction, {
		installationId: parent.installation_id,
		conversationId: parent.conversation_id,
		turnId: parent.turn_id,
		personId: await findOrAddPerson(transaction, parent.installation_id, again.personId),
		kind: again.kind,
		parentRunId: parent.id,
		preferences: again.preferences,
	})
	return { outcome: 'recorded', runId: recorded }
}

/** Whether the question was edited after this run had begun. Read only once the turn is ours: an edit may have had it before. */
async function isOutdated(transaction: Transaction, runId: string): Promise<boolean> {
	const edits = sql`
		select e.id from threadwise.runs e join threadwise.runs r on e.turn_id = r.turn_id
		where r.id = ${runId}::uuid and e.kind = 'edited-question' and (e.created_at, e.id) > (r.created_at, r.id)
		limit 1`
	return (await queryRows(transaction, idRow, edits)).length > 0
}

/** Somebody of whom nothing but their id is known yet; their first message says what they are called. */
async function findOrAddPerson(
	transaction: Transaction,
	installationId: string,
	personId: string,
): Promise<string | null> {
	const [person] = await queryRows(
		transaction,
		idRow,
		sql`
			insert into threadwise.people (id, installation_id, platform_user_id, name)
			values (${newId()}::uuid, ${installationId}::uuid, ${personId}, '')
			on conflict (installation_id, platform_user_id) do update set platform_user_id = excluded.platform_user_id
			returning id`,
	)
	return person?.id ?? null
}
