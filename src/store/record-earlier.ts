import { sql } from 'drizzle-orm'
import { v7 as newId } from 'uuid'
import { z } from 'zod'
import type { IncomingMessage } from '../core/conversation.ts'
import type { Orm } from './database.ts'
import type { Transaction } from './new-run.ts'
import { execute, queryRows } from './rows.ts'

/** Writes what was said in a conversation before somebody asked there; each message once. */
export async function recordEarlier(
	orm: Pick<Orm, 'execute'>,
	{ conversation, before = [] }: Pick<IncomingMessage, 'conversation' | 'before'>,
): Promise<void> {
	if (before.length === 0) return
	const said = before.map((message) => ({ ...message, turnId: newId(), contentId: newId(), personId: newId() }))
	await execute(
		orm,
		sql`
			with said as (
				select * from jsonb_to_recordset(${JSON.stringify(said)}::jsonb) as said (
					id text, author jsonb, content jsonb, "sentAt" timestamptz, "turnId" uuid, "contentId" uuid, "personId" uuid
				)
			), installation as (
				insert into threadwise.installations (id, platform, workspace_id)
				values (${newId()}::uuid, ${conversation.platform}, ${conversation.workspaceId})
				on conflict (platform, app_id, enterprise_id, workspace_id) do update set platform = excluded.platform
				returning id
			), conversation as (
				insert into threadwise.conversations (id, installation_id, channel_id, thread_id, is_direct)
				select ${newId()}::uuid, id, ${conversation.channelId}, ${conversation.threadId}, ${conversation.isDirect ?? false}
				from installation
				on conflict (installation_id, channel_id, thread_id) do update set channel_id = excluded.channel_id
				returning id
			), person as (
				insert into threadwise.people (id, installation_id, platform_user_id, name)
				select distinct on (author ->> 'id') "personId", installation.id, author ->> 'id', author ->> 'name'
				from said, installation where jsonb_typeof(author) = 'object'
				order by author ->> 'id', "sentAt" desc
				on conflict (installation_id, platform_user_id) do update set name = excluded.name
				returning id, platform_user_id
			), turn as (
				insert into threadwise.turns (id, installation_id, conversation_id, person_id, message_id, content_id, sent_at)
				select "turnId", installation.id, conversation.id, person.id, said.id, "contentId", "sentAt"
				from said cross join installation cross join conversation
					left join person on person.platform_user_id = author ->> 'id'
				order by said.id
				on conflict (installation_id, message_id) do nothing
				returning content_id, person_id
			)
			insert into threadwise.contents (id, person_id, body)
			select content_id, person_id, said.content from turn join said on said."contentId" = turn.content_id`,
	)
}

const forgottenRow = z.object({ id: z.string() })

/** Takes a message back that was written down as said before and that nobody has asked as a question. Returns whether it was one. */
export async function forgetUnasked(
	transaction: Pick<Transaction, 'execute'>,
	installationId: string,
	messageId: string,
): Promise<boolean> {
	const forgotten = await queryRows(
		transaction,
		forgottenRow,
		sql`
			with forgotten as (
				delete from threadwise.turns t
				where t.installation_id = ${installationId}::uuid and t.message_id = ${messageId} and t.continues_run_id is null
					and not exists (select from threadwise.runs r where r.turn_id = t.id)
				returning t.id, t.content_id
			), words as (
				delete from threadwise.contents where id in (select content_id from forgotten)
			)
			select id from forgotten`,
	)
	return forgotten.length > 0
}
