import { readFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import pg from 'pg'
import { z } from 'zod'

/** One attempt at a run. */
export type RunAttempt = { readonly runId: string; readonly attempt: number }

const heldSchema = z.object({ runId: z.string(), attempt: z.number() })

const runSchema = z.object({ runId: z.string(), messageId: z.string(), state: z.string() })
/** A run and the message that it answers. */
export type RecordedRun = z.infer<typeof runSchema>

const eventSchema = z.object({
	runId: z.string(),
	seq: z.number(),
	attempt: z.number(),
	kind: z.string(),
	nodeId: z.string().nullable(),
	callKey: z.string().nullable(),
	at: z.date().transform((date) => date.getTime()),
})
/** An event of a journal, as far as it matters here; `at` in milliseconds since the epoch. */
export type RecordedEvent = z.infer<typeof eventSchema>

/** What the database knows at one time. */
export type DatabaseReader = AsyncDisposable & {
	/** The attempts that the process with this id holds. */
	heldBy(pid: number): Promise<readonly RunAttempt[]>
	runs(): Promise<readonly RecordedRun[]>
	/** The journals, each in its order. */
	events(): Promise<readonly RecordedEvent[]>
	/** What was written down of replies, and who shows which conversation, as it stands in the tables. */
	deliveries(): Promise<readonly unknown[]>
}

export async function openDatabaseReader(url: string): Promise<DatabaseReader> {
	const client = new pg.Client({ connectionString: url })
	await client.connect()
	const read = async <Row>(schema: z.ZodType<Row>, query: string, values: readonly unknown[] = []) =>
		z.array(schema).parse((await client.query(query, [...values])).rows)
	return {
		heldBy: (pid) =>
			read(
				heldSchema,
				`select id as "runId", attempt from threadwise.runs where state = 'running' and starts_with(claimed_by, $1)`,
				[`${hostname()}-${pid}-`],
			),
		runs: () =>
			read(
				runSchema,
				`select r.id as "runId", t.message_id as "messageId", r.state
				from threadwise.runs r join threadwise.turns t on t.id = r.turn_id`,
			),
		events: () =>
			read(
				eventSchema,
				`select run_id as "runId", seq, attempt, kind, node_id as "nodeId", facts ->> 'callKey' as "callKey", at
				from threadwise.events order by run_id, seq`,
			),
		deliveries: () =>
			read(
				z.unknown(),
				`select r.id, r.state, r.delivered, p.message_ids, p.intended_at, c.channel_id, c.delivered_by, c.delivery_lease_until
				from threadwise.runs r join threadwise.conversations c on c.id = r.conversation_id
					left join threadwise.replies p on p.run_id = r.id
				order by r.id`,
			),
		[Symbol.asyncDispose]: () => client.end(),
	}
}

const requestSchema = z.object({
	startedAt: z.iso.datetime().transform(Date.parse),
	outcome: z.enum(['completed', 'aborted', 'refused']),
	call: z.string(),
})
/** A request as the model server saw it. */
export type RecordedRequest = z.infer<typeof requestSchema>

/** The requests of the practice model's log. */
export async function readRequests(file: string): Promise<readonly RecordedRequest[]> {
	const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '')
	return lines.map((line) => requestSchema.parse(JSON.parse(line)))
}
