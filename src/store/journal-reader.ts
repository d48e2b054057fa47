import { EventEmitter, once } from 'node:events'
import { z } from 'zod'
import { type JournalRecord, parseJournalRecord } from '../core/journal.ts'
import type { RunStore } from '../core/run-store.ts'
import type { Database, Orm } from './database.ts'
import { sql } from './drizzle.ts'
import { queryRows } from './rows.ts'
import { asRunId } from './run-id.ts'

/** How often a follower looks by itself, in case a notification was lost. */
const pollMs = 1_000

const eventRow = z.object({
	seq: z.number(),
	v: z.number(),
	at: z.string(),
	attempt: z.number(),
	kind: z.string(),
	node_id: z.string().nullable(),
	facts: z.record(z.string(), z.unknown()),
	content: z.unknown(),
})

/** Reads and follows journals. One subscription to the database serves all followers of this process. */
export async function createJournalReader(
	database: Database,
	channel: string,
	hasOutcome: (runId: string) => Promise<boolean>,
): Promise<Pick<RunStore, 'read' | 'follow' | 'close'>> {
	const growth = new EventEmitter()
	growth.setMaxListeners(0)
	const subscription = await database.listen(channel, (runId) => growth.emit(runId))
	const read = (runId: string, afterSeq = 0) => readJournal(database.orm, runId, afterSeq)
	return {
		read,
		follow: (runId, afterSeq, signal) => followJournal({ read, hasOutcome, growth }, runId, afterSeq, signal),
		close: async () => subscription[Symbol.asyncDispose](),
	}
}

async function readJournal(orm: Orm, runId: string, afterSeq: number): Promise<readonly JournalRecord[]> {
	const rows = await queryRows(
		orm,
		eventRow,
		sql`
			select seq, v, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at, attempt, kind, node_id, facts,
				c.body as content
			from threadwise.events e left join threadwise.contents c on c.id = e.content_id
			where run_id = ${asRunId(runId)}::uuid and seq > ${afterSeq} order by seq`,
	)
	return rows.map(({ node_id, facts, ...row }) =>
		parseJournalRecord({ ...facts, ...row, ...(node_id === null ? {} : { nodeId: node_id }) }),
	)
}

type Followed = {
	read(runId: string, afterSeq: number): Promise<readonly JournalRecord[]>
	hasOutcome(runId: string): Promise<boolean>
	readonly growth: EventEmitter
}

async function* followJournal(
	{ read, hasOutcome, growth }: Followed,
	runId: string,
	afterSeq: number,
	signal: AbortSignal,
): AsyncGenerator<JournalRecord> {
	let seq = afterSeq
	// The outcome may lie before `afterSeq`: then nothing of it would be read that could end the loop.
	const endsAfterFirstRead = await hasOutcome(runId)
	while (!signal.aborted) {
		// Subscribed before reading, so that an event written right after the read isn't missed.
		const grown = nextGrowth(growth, runId, signal)
		for (const record of await read(runId, seq)) {
			if (signal.aborted) return
			yield record
			seq = record.seq
			if (endsFollowing(record)) return
		}
		if (endsAfterFirstRead) return
		await grown
	}
}

function endsFollowing(record: JournalRecord): boolean {
	return record.kind === 'run-end' || record.kind === 'run-stop' || record.kind === 'run-fail'
}

async function nextGrowth(growth: EventEmitter, runId: string, signal: AbortSignal): Promise<void> {
	const enough = AbortSignal.any([signal, AbortSignal.timeout(pollMs)])
	await once(growth, runId, { signal: enough }).catch(() => {})
}
