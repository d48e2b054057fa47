import type { SQL } from 'drizzle-orm'
import { z } from 'zod'
import type { DeliveryStore, KnownReply, PendingDelivery } from '../core/delivery-store.ts'
import { conversationColumns, conversationRow, toConversation } from './conversation-row.ts'
import type { Database, Orm } from './database.ts'
import { sql } from './drizzle.ts'
import { execute, interval, queryRows } from './rows.ts'
import { asRunId } from './run-id.ts'

const pendingRow = z.object({
	...conversationRow.shape,
	id: z.string(),
	place: z.coerce.number().nullable(),
})
const replyRow = z.object({ message_ids: z.array(z.string()), is_uncertain: z.boolean() })
const writtenRow = z.object({ run_id: z.string() })

/** Delivery's part of the database: leases on conversations, and the messages that show runs. */
export function createDeliveryStore({ orm }: Pick<Database, 'orm'>): DeliveryStore {
	return {
		lease: (owner, platforms, leaseMs) => leaseConversations(orm, owner, platforms, leaseMs),
		releaseAll: (owner) =>
			execute(
				orm,
				sql`
					update threadwise.conversations set delivered_by = null, delivery_lease_until = null
					where delivered_by = ${owner}`,
			),
		findReply: (runId) => findReply(orm, runId),
		intend: (runId, owner) => intend(orm, runId, owner),
		keepReply: (runId, owner, messageIds) => keepReply(orm, runId, owner, messageIds),
		markDelivered: (runId, owner) =>
			execute(orm, sql`update threadwise.runs set delivered = true where ${isOurs(runId, owner)}`),
	}
}

const hasUndelivered = sql`exists (select 1 from threadwise.runs r where r.conversation_id = c.id and not r.delivered)`

/**
 * Leases and what there is to show come from one statement, so that nobody shows a run of a conversation that was taken over in
 * between. Conversations that another process is leasing at this moment are passed over; for our own ones it is waited, since a
 * message may be being recorded there.
 */
async function leaseConversations(
	orm: Orm,
	owner: string,
	platforms: readonly string[],
	leaseMs: number,
): Promise<readonly PendingDelivery[]> {
	const rows = await queryRows(
		orm,
		pendingRow,
		sql`
			with kept as (
				update threadwise.conversations c set delivery_lease_until = now() + ${interval(leaseMs)}
				where c.delivered_by = ${owner} and ${hasUndelivered}
				returning c.*
			), free as (
				select c.id from threadwise.conversations c join threadwise.installations i on i.id = c.installation_id
				where i.platform in (select jsonb_array_elements_text(${JSON.stringify(platforms)}::jsonb))
					and c.delivered_by is distinct from ${owner}
					and (c.delivery_lease_until is null or c.delivery_lease_until <= now()) and ${hasUndelivered}
				for no key update of c skip locked
			), taken as (
				update threadwise.conversations c
				set delivered_by = ${owner}, delivery_lease_until = now() + ${interval(leaseMs)}
				from free where c.id = free.id
				returning c.*
			), ours as (
				select * from kept union all select * from taken
			), places as (
				select id, row_number() over (order by round, id) as place
				from threadwise.runs where state in ('accepted', 'queued')
			)
			select r.id, ${conversationColumns}, places.place
			from ours c
				join threadwise.installations i on i.id = c.installation_id
				join threadwise.runs r on r.conversation_id = c.id and not r.delivered
				left join places on places.id = r.id
			order by r.created_at, r.id`,
	)
	return rows.map((row) => ({
		runId: row.id,
		conversation: toConversation(row),
		placeInQueue: row.place,
	}))
}

async function findReply(orm: Orm, runId: string): Promise<KnownReply> {
	const [row] = await queryRows(
		orm,
		replyRow,
		sql`
			select message_ids, intended_at is not null as is_uncertain
			from threadwise.replies where run_id = ${asRunId(runId)}::uuid`,
	)
	return row === undefined
		? { messageIds: [], isUncertain: false }
		: { messageIds: row.message_ids, isUncertain: row.is_uncertain }
}

async function intend(orm: Orm, runId: string, owner: string): Promise<boolean> {
	const rows = await queryRows(
		orm,
		writtenRow,
		sql`
			insert into threadwise.replies (run_id, message_ids, intended_at)
			select id, '[]'::jsonb, now() from threadwise.runs where ${isOurs(runId, owner)}
			on conflict (run_id) do update set intended_at = now()
			returning run_id`,
	)
	return rows.length > 0
}

async function keepReply(orm: Orm, runId: string, owner: string, messageIds: readonly string[]): Promise<boolean> {
	const rows = await queryRows(
		orm,
		writtenRow,
		sql`
			update threadwise.replies set message_ids = ${JSON.stringify(messageIds)}::jsonb, intended_at = null
			where run_id = (select id from threadwise.runs where ${isOurs(runId, owner)})
			returning run_id`,
	)
	return rows.length > 0
}

/** Nothing is written once the conversation is another's to show. */
function isOurs(runId: string, owner: string): SQL {
	return sql`
		id = ${asRunId(runId)}::uuid and exists (
			select 1 from threadwise.conversations c
			where c.id = conversation_id and c.delivered_by = ${owner} and c.delivery_lease_until > now()
		)`
}
