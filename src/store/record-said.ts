import type { SQL } from 'drizzle-orm'
import { v7 as newId } from 'uuid'
import type { Conversation, SaidMessage } from '../core/conversation.ts'
import type { Orm } from './database.ts'
import { sql } from './drizzle.ts'
import { execute } from './rows.ts'
import { storable } from './storable.ts'

/** Writes down what was said to others in a conversation in which somebody has asked something. */
export async function recordOverheard(orm: Orm, conversation: Conversation, said: SaidMessage): Promise<void> {
	const isAskedIn = sql`exists (select 1 from threadwise.runs r where r.conversation_id = c.id)`
	await writeSaid(orm, storable(conversation), storable(said), isAskedIn)
}

/** Writes down what was said in a conversation before we came to it, and lets its runs go that wait for that. */
export async function recordEarlier(
	orm: Orm,
	conversation: Conversation,
	earlier: readonly SaidMessage[] | null,
): Promise<void> {
	const place = storable(conversation)
	for (const said of earlier ?? []) await writeSaid(orm, place, storable(said), sql`true`)
	await execute(
		orm,
		sql`
			with conversation as (
				update threadwise.conversations c set earlier_known = earlier_known or ${earlier !== null}
				from threadwise.installations i where ${isPlace(place)}
				returning c.id
			)
			update threadwise.runs r set held_back_until = null
			from conversation where r.conversation_id = conversation.id and r.held_back_until is not null`,
	)
}

async function writeSaid(orm: Orm, place: Conversation, said: SaidMessage, condition: SQL): Promise<void> {
	const { author } = said
	const body = JSON.stringify(said.content)
	await execute(
		orm,
		sql`
			with conversation as (
				select c.id, c.installation_id from threadwise.conversations c
					join threadwise.installations i on i.id = c.installation_id
				where ${isPlace(place)} and ${condition}
			), known_person as (
				select p.id from threadwise.people p join conversation on conversation.installation_id = p.installation_id
				where p.platform_user_id = ${author?.id ?? null}::text and p.name <> ''
			), new_person as (
				insert into threadwise.people (id, installation_id, platform_user_id, name)
				select ${newId()}::uuid, installation_id, ${author?.id ?? null}::text, ${author?.name ?? null}::text
				from conversation where ${author !== null} and not exists (select 1 from known_person)
				on conflict (installation_id, platform_user_id) do update set name = excluded.name
				returning id
			), person as (
				select id from known_person union all select id from new_person
			), turn as (
				insert into threadwise.turns (id, installation_id, conversation_id, person_id, message_id, kind, content_id, sent_at)
				select ${newId()}::uuid, installation_id, conversation.id, person.id, ${said.id},
					${author === null ? 'own' : 'overheard'}, ${newId()}::uuid, ${said.sentAt}::timestamptz
				from conversation left join person on true
				on conflict (installation_id, message_id) do nothing
				returning content_id, person_id
			), content as (
				insert into threadwise.contents (id, person_id, body) select content_id, person_id, ${body}::jsonb from turn
			)
			update threadwise.contents known set body = ${body}::jsonb
			from threadwise.turns t join conversation on conversation.installation_id = t.installation_id
			where t.message_id = ${said.id} and t.kind <> 'question' and known.id = t.content_id`,
	)
}

/** `c` are conversations, `i` installations. */
function isPlace({ platform, workspaceId, channelId, threadId }: Conversation): SQL {
	return sql`
		i.id = c.installation_id and i.platform = ${platform} and i.workspace_id = ${workspaceId} and i.app_id = ''
			and i.enterprise_id = '' and c.channel_id = ${channelId} and c.thread_id = ${threadId}`
}
