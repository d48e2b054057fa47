import type { SQL } from 'drizzle-orm'
import { z } from 'zod'
import { contentPartSchema, textOf } from '../core/content.ts'
import type { Conversation } from '../core/conversation.ts'
import type {
	ConversationEntry,
	ConversationQuery,
	ConversationReader,
	RunEntry,
	Standing,
} from '../core/conversation-reader.ts'
import type { Place } from '../core/installation-store.ts'
import { runKindSchema, runStateSchema } from '../core/run.ts'
import { runPreferencesSchema } from '../core/run-preferences.ts'
import { asker, askerColumns, askerRow } from './asker-row.ts'
import { conversationColumns, conversationRow, toConversation } from './conversation-row.ts'
import type { Database, Orm } from './database.ts'
import { sql } from './drizzle.ts'
import { queryRows } from './rows.ts'
import { asRunId } from './run-id.ts'
import { storable } from './storable.ts'

const partsSchema = z.array(contentPartSchema).nullable()

const conversationEntryRow = z.object({
	...conversationRow.shape,
	first: partsSchema,
	runs: z.coerce.number(),
	is_open: z.boolean(),
	last_asked_at: z.string(),
})

const feedbackRow = z.object({
	person_id: z.string(),
	helpful: z.boolean(),
	said: z.object({ reason: z.string() }).nullable(),
})

const runEntryRow = z.object({
	...askerRow.shape,
	id: z.string(),
	kind: runKindSchema,
	parent_run_id: z.string().nullable(),
	state: runStateSchema,
	message_id: z.string(),
	question: partsSchema,
	/** The question as it was when the run began: older edits have left no other trace of it. */
	began_with: z.object({ question: z.string() }).nullable(),
	preferences: runPreferencesSchema,
	asked_at: z.string(),
	feedback: z.array(feedbackRow).nullable(),
})

/** Reads conversations on PostgreSQL, embedded or on a server. */
export function createConversationReader({ orm }: Pick<Database, 'orm'>): ConversationReader {
	return {
		list: (query) => listConversations(orm, storable(query)),
		holding: (messageId, place) => findHolding(orm, storable(messageId), storable(place)),
		standing: (conversation, personId) => readStanding(orm, storable(conversation), storable(personId)),
		runs: (conversation) => listRuns(orm, isIn(storable(conversation))),
		run: async (runId) => (await listRuns(orm, sql`r.id = ${asRunId(runId)}::uuid`))[0] ?? null,
		marks: (conversations) => markAll(orm, storable(conversations)),
	}
}

/** To the microsecond, as the database keeps it: whoever asks for what is older skips nothing. */
const isoTime = sql.raw(`'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'`)

/** The newest run of each conversation is one look into an index; only what is listed is counted. */
async function listConversations(orm: Orm, query: ConversationQuery): Promise<readonly ConversationEntry[]> {
	const { platform, workspaceId, personId = null, before = null, limit } = query
	const rows = await queryRows(
		orm,
		conversationEntryRow,
		sql`
			with listed as (
				select c.*, newest.created_at as last_asked_at
				from threadwise.conversations c
					join threadwise.installations i on i.id = c.installation_id
					cross join lateral (
						select created_at from threadwise.runs where conversation_id = c.id order by created_at desc limit 1
					) newest
				where i.platform = ${platform} and i.workspace_id = ${workspaceId} and i.app_id = '' and i.enterprise_id = ''
					and (${before}::timestamptz is null or newest.created_at < ${before}::timestamptz)
					and (${personId}::text is null or exists (
						select 1 from threadwise.runs r join threadwise.people p on p.id = r.person_id
						where r.conversation_id = c.id and p.platform_user_id = ${personId}
					))
				order by newest.created_at desc limit ${limit}
			)
			select ${conversationColumns}, counted.runs, counted.is_open,
				to_char(c.last_asked_at at time zone 'UTC', ${isoTime}) as last_asked_at, (
					select said.body from threadwise.runs r
						join threadwise.turns t on t.id = r.turn_id
						join threadwise.contents said on said.id = t.content_id
					where r.conversation_id = c.id and said.body @? '$[*].text ? (@ like_regex "[^[:space:]]")'
					order by r.created_at, r.id limit 1
				) as first
			from listed c
				join threadwise.installations i on i.id = c.installation_id
				cross join lateral (
					select count(*) as runs, bool_or(state in ('accepted', 'queued', 'running', 'waiting')) as is_open
					from threadwise.runs where conversation_id = c.id
				) counted
			order by c.last_asked_at desc`,
	)
	return rows.map((row) => ({
		conversation: toConversation(row),
		title: row.first === null ? null : titleFrom(textOf(row.first)),
		runs: row.runs,
		isOpen: row.is_open,
		lastAskedAt: row.last_asked_at,
	}))
}

const longestTitle = 120

/** No character is torn apart, and what is left out is marked. */
function titleFrom(question: string): string {
	const line = question.trim().replaceAll(/\s+/g, ' ')
	if (line.length <= longestTitle) return line
	return `${line.slice(0, longestTitle - 1).replace(/[\uD800-\uDBFF]$/, '')}…`
}

function isIn({ platform, workspaceId, channelId, threadId }: Conversation): SQL {
	return sql`i.platform = ${platform} and i.workspace_id = ${workspaceId} and i.app_id = '' and i.enterprise_id = ''
		and c.channel_id = ${channelId} and c.thread_id = ${threadId}`
}

async function findHolding(
	orm: Orm,
	messageId: string,
	{ platform, workspaceId }: Place,
): Promise<Conversation | null> {
	const [row] = await queryRows(
		orm,
		conversationRow,
		sql`
			select ${conversationColumns}
			from threadwise.turns t
				join threadwise.installations i on i.id = t.installation_id
				join threadwise.conversations c on c.id = t.conversation_id
			where i.platform = ${platform} and i.workspace_id = ${workspaceId} and i.app_id = '' and i.enterprise_id = ''
				and t.message_id = ${messageId}`,
	)
	return row === undefined ? null : toConversation(row)
}

const standingRow = z.object({ standing: z.enum(['asker', 'bystander', 'stranger']) })

async function readStanding(orm: Orm, conversation: Conversation, personId: string): Promise<Standing> {
	const [row] = await queryRows(
		orm,
		standingRow,
		sql`
			with conversation as (
				select c.id, i.id as installation_id
				from threadwise.conversations c join threadwise.installations i on i.id = c.installation_id
				where ${isIn(conversation)}
			), person as (
				select p.id from threadwise.people p join conversation on conversation.installation_id = p.installation_id
				where p.platform_user_id = ${personId}
			)
			select case
				when exists (
					select 1 from threadwise.runs r join conversation on r.conversation_id = conversation.id
						join person on r.person_id = person.id
				) then 'asker'
				when exists (
					select 1 from threadwise.runs r join conversation on r.conversation_id = conversation.id
				) then 'bystander'
				else 'stranger' end as standing`,
	)
	return row?.standing ?? 'stranger'
}

async function listRuns(orm: Orm, isListed: SQL): Promise<readonly RunEntry[]> {
	const rows = await queryRows(
		orm,
		runEntryRow,
		sql`
			select r.id, r.kind, r.parent_run_id, r.state, r.preferences, t.message_id, said.body as question, ${askerColumns}, (
					select began.body from threadwise.events e join threadwise.contents began on began.id = e.content_id
					where e.run_id = r.id and e.kind = 'run-start' order by e.seq limit 1
				) as began_with,
				to_char(r.created_at at time zone 'UTC', ${isoTime}) as asked_at, (
					select jsonb_agg(judged order by judged.seq) from (
						select distinct on (e.facts ->> 'personId') e.seq, e.facts ->> 'personId' as person_id,
							(e.facts ->> 'helpful')::boolean as helpful, words.body as said
						from threadwise.events e left join threadwise.contents words on words.id = e.content_id
						where e.run_id = r.id and e.kind = 'feedback'
						order by e.facts ->> 'personId', e.seq desc
					) judged
				) as feedback
			from threadwise.runs r
				join threadwise.conversations c on c.id = r.conversation_id
				join threadwise.installations i on i.id = c.installation_id
				join threadwise.turns t on t.id = r.turn_id
				left join threadwise.contents said on said.id = coalesce(r.content_id, t.content_id)
				left join threadwise.people p on p.id = r.person_id
			where ${isListed}
			order by r.created_at, r.id`,
	)
	return rows.map((row) => ({
		runId: row.id,
		kind: row.kind,
		parentRunId: row.parent_run_id,
		state: row.state,
		messageId: row.message_id,
		question: row.began_with?.question ?? (row.question === null ? null : textOf(row.question)),
		asker: asker(row),
		preferences: row.preferences,
		askedAt: row.asked_at,
		feedback: (row.feedback ?? []).map(({ person_id: personId, helpful, said }) => ({
			personId,
			helpful,
			reason: said?.reason ?? null,
		})),
	}))
}

const markRow = z.object({ mark: z.string() })

/** Of a run that is over the journal grows by feedback only; while it isn't, what it grows by is nothing that is listed. */
async function markAll(orm: Orm, conversations: readonly Conversation[]): Promise<readonly string[]> {
	const rows = await queryRows(
		orm,
		markRow,
		sql`
			select coalesce(marked.mark, '') as mark
			from jsonb_array_elements(${JSON.stringify(conversations)}::jsonb) with ordinality as wanted (place, number)
				left join lateral (
					select md5(string_agg(
						concat_ws(' ', r.id, r.state, r.person_id, r.content_id,
							case when r.state in ('answered', 'stopped', 'failed') then r.last_seq end),
						',' order by r.created_at, r.id
					)) as mark
					from threadwise.installations i
						join threadwise.conversations c on c.installation_id = i.id
						join threadwise.runs r on r.conversation_id = c.id
					where i.platform = place ->> 'platform' and i.workspace_id = place ->> 'workspaceId' and i.app_id = ''
						and i.enterprise_id = '' and c.channel_id = place ->> 'channelId' and c.thread_id = place ->> 'threadId'
				) marked on true
			order by wanted.number`,
	)
	return rows.map(({ mark }) => mark)
}
