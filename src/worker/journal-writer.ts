import { AbortedError, type StopReason } from '../core/abort.ts'
import { ThreadwiseError } from '../core/errors.ts'
import type { JournalEntry, JournalEventKind } from '../core/journal.ts'
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
	/**
	 * Takes an entry of a run that goes on by itself. Resolves when the run may go on: at once where only thinking follows, and when
	 * this and everything before it is durable where a request or the asker comes next. So nothing outside ever knows of something
	 * that a crash could take back, and what a run writes between two requests is one batch.
	 * @throws the same, also for what it didn't wait for before.
	 */
	pass(entry: JournalEntry): Promise<void>
	/** Resolves when nothing is waiting or being written any more, whatever became of it. */
	settled(): Promise<void>
	/** Aborts with the error when something could not be written: nothing more will be. */
	readonly broken: AbortSignal
	/** Everything taken so far by this writer. */
	readonly written: readonly JournalEntry[]
}

/** Losing one of these costs nothing that another attempt wouldn't do again anyway. */
const fleeting: ReadonlySet<JournalEventKind> = new Set([
	'stage-start',
	'stage-delta',
	'answer-delta',
	'model-call-start',
])

/** That an attempt has begun has to be written, and soon; but nobody outside learns anything from it, and another one begins as well. */
const openings: ReadonlySet<JournalEventKind> = new Set(['run-start', 'run-resume'])

/**
 * Beyond these, the world knows: a request goes out, or somebody is told. Whatever else a run does between two entries can be done
 * again by another attempt without anybody noticing.
 */
const frontiers: ReadonlySet<JournalEventKind> = new Set([
	'model-call-start',
	'tool-call',
	'run-wait',
	'run-end',
	'run-stop',
	'run-fail',
])

/** How long what may be lost waits for something to travel with; nobody who looks on notices so little. */
const fleetingWaitMs = 50
/** That a call has begun is shown to nobody: a short one is written down with its end. */
const beginningWaitMs = 1_000

/**
 * Writes a run's journal under its claim, in order. While one batch is being written, what comes in gathers for the next: a
 * run that makes many events at once pays for few round trips. `onStopRequested` is told when a write shows that somebody
 * asked to stop the run, `onAnswerNow` when one shows that somebody wants the answer now.
 */
export function createJournalWriter(
	store: Pick<RunStore, 'append'>,
	claim: Claim,
	onStopRequested: (reason: StopReason) => void,
	onAnswerNow: () => void = () => {},
): JournalWriter {
	const written: JournalEntry[] = []
	const broken = new AbortController()
	let gathering: JournalEntry[] = []
	let writing: Promise<void> = Promise.resolve()
	let scheduled: Promise<void> | null = null
	/** Whether anything that gathers must not be lost. */
	let isNeeded = false
	/** Whether any of that must be durable before the world knows of what follows. */
	let isAwaited = false
	/** The newest batch with anything of that kind. */
	let awaited: Promise<void> = Promise.resolve()
	let leftOver: { readonly waitMs: number; readonly timer: NodeJS.Timeout } | null = null
	const writeBatch = async () => {
		const batch = gathering
		gathering = []
		scheduled = null
		isNeeded = false
		isAwaited = false
		clearTimeout(leftOver?.timer)
		leftOver = null
		const { stopRequested, answerNow } = await appendBatch(store, claim, batch)
		if (stopRequested !== null) onStopRequested(stopRequested)
		if (answerNow) onAnswerNow()
	}
	const schedule = () => {
		if (scheduled === null) {
			scheduled = writing = writing.then(writeBatch)
			// Whoever doesn't wait for a batch learns of its failure here or from the next one.
			writing.catch((error: unknown) => broken.abort(error))
		}
		if (isAwaited) awaited = scheduled
		return scheduled
	}
	const scheduleLeftOver = () => {
		if (gathering.length > 0) schedule()
	}
	let isSoon = false
	const scheduleSoon = () => {
		if (isSoon) return
		isSoon = true
		setImmediate(() => {
			isSoon = false
			scheduleLeftOver()
		})
	}
	const scheduleLater = (waitMs: number) => {
		if (leftOver !== null && leftOver.waitMs <= waitMs) return
		clearTimeout(leftOver?.timer)
		leftOver = { waitMs, timer: setTimeout(scheduleLeftOver, waitMs) }
	}
	const take = (entry: JournalEntry) => {
		gathering.push(entry)
		const { kind } = entry.event
		isNeeded ||= !fleeting.has(kind)
		isAwaited ||= !fleeting.has(kind) && !openings.has(kind)
		written.push(entry)
	}
	const durable = () => (isAwaited ? schedule() : awaited)
	return {
		written,
		broken: broken.signal,
		write: async (entry) => {
			take(entry)
			const batch = schedule()
			if (!fleeting.has(entry.event.kind)) await batch
		},
		pass: async (entry) => {
			take(entry)
			if (frontiers.has(entry.event.kind)) await durable()
			// What else this turn of the event loop brings goes along.
			if (isNeeded) scheduleSoon()
			else scheduleLater(entry.event.kind === 'model-call-start' ? beginningWaitMs : fleetingWaitMs)
		},
		settled: () => (gathering.length > 0 ? schedule() : writing).catch(() => {}),
	}
}

/** What somebody has asked for by the time of a write. */
type Wanted = { readonly stopRequested: StopReason | null; readonly answerNow: boolean }

/**
 * Appends a batch and returns what somebody has asked for. The replies of models and what comes before them are
 * handed over by themselves, so that what was paid for isn't refused together with what follows from it. The store gets both at
 * once and keeps their order, so they cost one commit.
 */
async function appendBatch(
	store: Pick<RunStore, 'append'>,
	claim: Claim,
	batch: readonly JournalEntry[],
): Promise<Wanted> {
	const afterReplies = batch.findLastIndex(({ event }) => event.kind === 'model-call-end') + 1
	const parts = [batch.slice(0, afterReplies), batch.slice(afterReplies)].filter((part) => part.length > 0)
	const appended = await Promise.allSettled(parts.map((part) => append(store, claim, part)))
	let wanted: Wanted = { stopRequested: null, answerNow: false }
	for (const part of appended) {
		if (part.status === 'rejected') throw part.reason
		const { stopRequested, answerNow } = part.value
		wanted = {
			stopRequested: wanted.stopRequested ?? stopRequested,
			answerNow: wanted.answerNow || answerNow,
		}
	}
	return wanted
}

/** The same for one part. */
async function append(store: Pick<RunStore, 'append'>, claim: Claim, batch: readonly JournalEntry[]): Promise<Wanted> {
	const appended = await store.append(claim, batch).catch((cause: unknown) => {
		if (cause instanceof ThreadwiseError && cause.code === 'store-refused') throw cause
		throw new JournalUnavailable('The journal could not be written.', { cause })
	})
	if (appended.outcome === 'lease-lost') throw new AbortedError('lease-lost')
	if (appended.outcome === 'stop-requested') throw new AbortedError(appended.reason)
	return appended
}
