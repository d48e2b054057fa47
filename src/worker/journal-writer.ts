import { AbortedError, type StopReason } from '../core/abort.ts'
import { ThreadwiseError } from '../core/errors.ts'
import type { JournalEntry, JournalEvent, JournalEventKind } from '../core/journal.ts'
import type { Claim } from '../core/run.ts'
import type { RunStore } from '../core/run-store.ts'

/** The store failed while an event was written: nothing is known to be lost, and the run is delivered again. */
export class JournalUnavailable extends Error {
	override readonly name = 'JournalUnavailable'
}

export type JournalWriter = {
	/**
	 * Takes an entry. Resolves when it is durable, or at once for what may be lost in a crash.
	 * @throws JournalUnavailable when the store failed; ThreadwiseError `store-refused` when it will never take the entry;
	 * AbortedError when the lease is lost, or when a stop was requested and the entry would have ended the run otherwise.
	 */
	write(entry: JournalEntry): Promise<void>
	/** Resolves when nothing is being written any more, whatever became of it. */
	settled(): Promise<void>
	/** Everything taken so far by this writer. */
	readonly written: readonly (JournalEvent & { readonly nodeId?: string | undefined })[]
}

/** Losing one of these costs nothing that another attempt wouldn't do again anyway. */
const fleeting: ReadonlySet<JournalEventKind> = new Set([
	'stage-start',
	'stage-delta',
	'answer-delta',
	'model-call-start',
])

/**
 * Writes a run's journal under its claim, in order. While one batch is being written, what comes in gathers for the next: a
 * run that makes many events at once pays for few round trips. `onStopRequested` is told when a write shows that somebody
 * asked to stop the run.
 */
export function createJournalWriter(
	store: Pick<RunStore, 'append'>,
	claim: Claim,
	onStopRequested: (reason: StopReason) => void,
): JournalWriter {
	const written: (JournalEvent & { nodeId?: string | undefined })[] = []
	let gathering: JournalEntry[] = []
	let writing: Promise<void> = Promise.resolve()
	let scheduled: Promise<void> | null = null
	const writeBatch = async () => {
		const batch = gathering
		gathering = []
		scheduled = null
		const stopRequested = await append(store, claim, batch)
		if (stopRequested !== null) onStopRequested(stopRequested)
	}
	const schedule = () => {
		scheduled ??= writing = writing.then(writeBatch)
		return scheduled
	}
	return {
		written,
		write: async (entry) => {
			gathering.push(entry)
			written.push({ ...entry.event, nodeId: entry.nodeId })
			const durable = schedule()
			// Its failure shows in the next entry that is waited for.
			if (fleeting.has(entry.event.kind)) durable.catch(() => {})
			else await durable
		},
		settled: () => writing.catch(() => {}),
	}
}

/** Appends a batch. Returns why somebody asked to stop the run, or null. */
async function append(
	store: Pick<RunStore, 'append'>,
	claim: Claim,
	batch: readonly JournalEntry[],
): Promise<StopReason | null> {
	const appended = await store.append(claim, batch).catch((cause: unknown) => {
		if (cause instanceof ThreadwiseError && cause.code === 'store-refused') throw cause
		throw new JournalUnavailable('The journal could not be written.', { cause })
	})
	if (appended.outcome === 'lease-lost') throw new AbortedError('lease-lost')
	if (appended.outcome === 'stop-requested') throw new AbortedError(appended.reason)
	return appended.stopRequested
}
