import { type SQL, sql } from 'drizzle-orm'
import { z } from 'zod'
import { stopReasonSchema } from '../core/abort.ts'
import { contentPartSchema } from '../core/content.ts'
import type { Turn } from '../core/conversation.ts'
import { type Run, runKindSchema, runStateSchema } from '../core/run.ts'
import { runPreferencesSchema } from '../core/run-preferences.ts'
import type { Orm } from './database.ts'
import { queryRows } from './rows.ts'
import { asRunId } from './run-id.ts'

/** How many earlier questions of the conversation are read; a prompt cuts them further. */
const historyQuestions = 20

/** What was erased reads as no content at all. */
const partsSchema = z
	.array(contentPartSchema)
	.nullable()
	.transform((parts) => parts ?? [])

const historyRow = z.object({
	name: z.string().nullable(),
	said: partsSchema,
	answered: z.object({ answer: z.string() }).nullable(),
})

const runRow = z.object({
	id: z.string(),
	kind: runKindSchema,
	parent_run_id: z.string().nullable(),
	state: runStateSchema,
	attempt: z.number(),
	preferences: runPreferencesSchema,
	stop_requested: stopReasonSchema.nullable(),
	answer_now: z.boolean(),
	platform: z.string(),
	workspace_id: z.string(),
	channel_id: z.string(),
	thread_id: z.string(),
	person_id: z.string().nullable(),
	name: z.string().nullable(),
	locale: z.string().nullable(),
	time_zone: z.string().nullable(),
	question: partsSchema,
	/** Newest first; null where there is none. */
	history: z.array(historyRow).nullable(),
})

const changedRow = runRow.extend({ last_seq: z.number() })

/**
 * Reads a run with its question and the conversation before it, or null. Of the conversation, these are the earlier questions with
 * the newest answer of each; an answer stands right after its question.
 */
export async function findRun(orm: Orm, runId: string): Promise<Run | null> {
	const [row] = await queryRows(
		orm,
		runRow,
		sql`${runsFrom(sql`threadwise.runs`)} where r.id = ${asRunId(runId)}::uuid`,
	)
	return row === undefined ? null : toRun(row)
}

/** Runs that a statement has just changed and the length of their journals, as `changed` returns them: all columns. */
export async function findChanged(orm: Orm, changed: SQL): Promise<readonly { run: Run; lastSeq: number }[]> {
	const rows = await queryRows(orm, changedRow, sql`${changed} ${runsFrom(sql`changed`)}`)
	return rows.map((row) => ({ run: toRun(row), lastSeq: row.last_seq }))
}

function runsFrom(source: SQL): SQL {
	return sql`
			select r.id, r.last_seq, r.kind, r.parent_run_id, r.state, r.attempt, r.preferences, r.stop_requested, r.answer_now, i.platform, i.workspace_id,
				c.channel_id, c.thread_id, p.platform_user_id as person_id, p.name, p.locale, p.time_zone, q.body as question, (
					select jsonb_agg(earlier) from (
						select asker.name, said.body as said, (
							select answer.body from threadwise.runs other
								join threadwise.events e on e.run_id = other.id and e.kind = 'run-end'
								join threadwise.contents answer on answer.id = e.content_id
							where other.turn_id = before.id order by other.created_at desc limit 1
						) as answered
						from threadwise.turns before
							left join threadwise.people asker on asker.id = before.person_id
							left join threadwise.contents said on said.id = before.content_id
						where before.conversation_id = t.conversation_id and before.id <> t.id
							and (before.sent_at, before.id) < (t.sent_at, t.id)
						order by before.sent_at desc, before.id desc limit ${historyQuestions}
					) earlier
				) as history
			from ${source} r
				join threadwise.installations i on i.id = r.installation_id
				join threadwise.conversations c on c.id = r.conversation_id
				join threadwise.turns t on t.id = r.turn_id
				left join threadwise.people p on p.id = r.person_id
				left join threadwise.contents q on q.id = t.content_id`
}

function toRun(row: z.infer<typeof runRow>): Run {
	return {
		id: row.id,
		kind: row.kind,
		parentRunId: row.parent_run_id,
		state: row.state,
		attempt: row.attempt,
		conversation: {
			platform: row.platform,
			workspaceId: row.workspace_id,
			channelId: row.channel_id,
			threadId: row.thread_id,
		},
		asker: {
			id: row.person_id ?? 'erased',
			name: row.name ?? '',
			...(row.locale === null ? {} : { locale: row.locale }),
			...(row.time_zone === null ? {} : { timeZone: row.time_zone }),
		},
		question: row.question,
		history: (row.history ?? []).toReversed().flatMap(toTurns),
		preferences: row.preferences,
		stopRequested: row.stop_requested,
		answerNow: row.answer_now,
	}
}

function toTurns({ name, said, answered }: z.infer<typeof historyRow>): Turn[] {
	const question: Turn = { author: name ?? 'someone', content: said }
	if (answered === null) return [question]
	return [question, { author: null, content: [{ kind: 'text', text: answered.answer }] }]
}
