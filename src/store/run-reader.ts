import type { SQL } from 'drizzle-orm'
import { z } from 'zod'
import { stopReasonSchema } from '../core/abort.ts'
import { contentPartSchema, textContent } from '../core/content.ts'
import type { Turn } from '../core/conversation.ts'
import { type Run, runKindSchema, runStateSchema } from '../core/run.ts'
import { runPreferencesSchema } from '../core/run-preferences.ts'
import { asker, askerColumns, askerRow } from './asker-row.ts'
import { conversationColumns, conversationRow, toConversation } from './conversation-row.ts'
import type { Orm } from './database.ts'
import { sql } from './drizzle.ts'
import { queryRows } from './rows.ts'
import { asRunId } from './run-id.ts'

/** How many earlier messages of the conversation are read; a prompt cuts them further. */
const historyMessages = 60

/** What was erased reads as no content at all. */
const partsSchema = z
	.array(contentPartSchema)
	.nullable()
	.transform((parts) => parts ?? [])

const historyRow = z.object({
	name: z.string().nullable(),
	kind: z.enum(['question', 'overheard', 'own']),
	said: partsSchema,
	answered: z.object({ answer: z.string() }).nullable(),
})

/** What was asked back in an earlier run of the same question, and what was said to that. */
const toldRow = z.object({
	kind: z.enum(['run-wait', 'clarification']),
	said: z.union([z.object({ question: z.string() }), z.object({ answer: z.string() })]).nullable(),
	name: z.string().nullable(),
})

const runRow = z.object({
	...conversationRow.shape,
	...askerRow.shape,
	id: z.string(),
	kind: runKindSchema,
	parent_run_id: z.string().nullable(),
	state: runStateSchema,
	attempt: z.number(),
	preferences: runPreferencesSchema,
	stop_requested: stopReasonSchema.nullable(),
	answer_now: z.boolean(),
	question: partsSchema,
	/** Newest first; null where there is none. */
	history: z.array(historyRow).nullable(),
	/** Oldest first; null where there is none. */
	told: z.array(toldRow).nullable(),
})

const changedRow = runRow.extend({ last_seq: z.number() })

/**
 * Reads a run with its question and the conversation before it, or null. Of the conversation, these are the earlier questions with
 * the newest answer of each to what it says now, which stands right after its question, and what was said to others. When the same question is answered
 * again, whatever was clarified about it comes last: nobody likes to be asked twice.
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
			select r.id, r.last_seq, r.kind, r.parent_run_id, r.state, r.attempt, r.preferences, r.stop_requested, r.answer_now,
				${conversationColumns}, ${askerColumns}, q.body as question, (
					select jsonb_agg(earlier) from (
						select asker.name, before.kind, said.body as said, (
							select answer.body from threadwise.runs other
								join threadwise.events e on e.run_id = other.id and e.kind = 'run-end'
								join threadwise.contents answer on answer.id = e.content_id
							where other.turn_id = before.id and not exists (
								select 1 from threadwise.runs edited
								where edited.turn_id = before.id and edited.kind = 'edited-question' and edited.created_at > other.created_at
							) order by other.created_at desc limit 1
						) as answered
						from threadwise.turns before
							left join threadwise.people asker on asker.id = before.person_id
							left join threadwise.contents said on said.id = before.content_id
						where before.conversation_id = t.conversation_id and before.id <> t.id
							and (before.sent_at, before.id) < (t.sent_at, t.id)
						order by before.sent_at desc, before.id desc limit ${historyMessages}
					) earlier
				) as history, (
					select jsonb_agg(told order by told.created_at, told.seq) from (
						select e.kind, words.body as said, told_by.name, other.created_at, e.seq
						from threadwise.runs other
							join threadwise.events e on e.run_id = other.id and e.kind in ('run-wait', 'clarification')
							left join threadwise.contents words on words.id = e.content_id
							left join threadwise.people told_by on told_by.id = other.person_id
						where r.kind in ('think-harder', 'regenerate') and other.turn_id = r.turn_id
							and other.created_at < r.created_at and not exists (
								select 1 from threadwise.runs edited
								where edited.turn_id = r.turn_id and edited.kind = 'edited-question' and edited.created_at > other.created_at
							)
					) told
				) as told
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
		conversation: toConversation(row),
		asker: asker(row),
		question: row.question,
		history: [...(row.history ?? []).toReversed().flatMap(toTurns), ...clarified(row.told ?? [])],
		preferences: row.preferences,
		stopRequested: row.stop_requested,
		answerNow: row.answer_now,
	}
}

function toTurns({ name, kind, said, answered }: z.infer<typeof historyRow>): Turn[] {
	if (kind !== 'question' && said.length === 0) return []
	if (kind === 'own') return [{ author: null, content: said }]
	if (kind === 'overheard') return [{ author: name ?? 'someone', content: said, isOverheard: true }]
	const question: Turn = { author: name ?? 'someone', content: said }
	if (answered === null) return [question]
	return [question, ourTurn(answered.answer)]
}

/** Questions back that nobody has answered say nothing. */
function clarified(told: readonly z.infer<typeof toldRow>[]): Turn[] {
	let asked: Turn[] = []
	return told.flatMap(({ kind, said, name }) => {
		if (said === null) return []
		if (kind === 'run-wait') {
			asked = 'question' in said ? [ourTurn(said.question)] : []
			return []
		}
		const turns =
			'answer' in said ? [...asked, { author: name ?? 'someone', content: [...textContent(said.answer)] }] : []
		asked = []
		return turns
	})
}

function ourTurn(text: string): Turn {
	return { author: null, content: [...textContent(text)] }
}
