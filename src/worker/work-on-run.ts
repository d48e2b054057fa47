import { type AbortCause, AbortedError, abortCauseOf, mergeSignals, stopReasonSchema } from '../core/abort.ts'
import { reportError, ThreadwiseError } from '../core/errors.ts'
import type { JobOutcome, JobQueue } from '../core/job-queue.ts'
import type { JournalEvent, JournalRecord } from '../core/journal.ts'
import type { Claim, Run } from '../core/run.ts'
import type { RunStore } from '../core/run-store.ts'
import { addUsage, noUsage } from '../core/usage.ts'
import { bestAnswerIn, type ReasoningDependencies, reason } from '../reasoning/index.ts'
import { createJournalWriter, JournalUnavailable, type JournalWriter } from './journal-writer.ts'
import { keepLease, leaseMs } from './lease.ts'

export type WorkerDependencies = {
	readonly store: RunStore
	readonly queue: JobQueue
	readonly reasoning: ReasoningDependencies
	/** Names this process in claims. */
	readonly owner: string
}

/** A run whose holder just let go is tried again a little later than its lease ends. */
const heldMarginMs = 250
const done: JobOutcome = { kind: 'done' }

/** One delivery of a run: claim, reason, record, finish. The signal aborts on a stop, a lost lock or a shutdown. */
export async function workOnRun(
	runId: string,
	signal: AbortSignal,
	dependencies: WorkerDependencies,
): Promise<JobOutcome> {
	const { store, owner } = dependencies
	const claimed = await store.claim(runId, owner, leaseMs)
	if (claimed.outcome === 'held') return { kind: 'delay', ms: Math.round(claimed.forMs) + heldMarginMs }
	if (claimed.outcome !== 'claimed') return done

	const { claim, run } = claimed
	const records = await store.read(runId)
	const journal = createJournalWriter(store, claim)
	await using lease = keepLease(store, claim)
	const attempt = { claim, records, journal, signal: mergeSignals(signal, lease.signal), startedAtMs: Date.now() }
	try {
		throwIfStopped(run)
		const remember = rememberFor(store, claim)
		for await (const entry of reason({ run, records, remember, signal: attempt.signal }, dependencies.reasoning)) {
			await journal.write(entry)
		}
	} catch (error) {
		await finish(error, attempt, dependencies)
	}
	return done
}

type Attempted = {
	readonly claim: Claim
	readonly records: readonly JournalRecord[]
	readonly journal: JournalWriter
	readonly signal: AbortSignal
	readonly startedAtMs: number
}

/** Ends an attempt that didn't end by itself, in exactly one of: handed back, left to its new holder, stopped, failed. */
async function finish(error: unknown, attempted: Attempted, dependencies: WorkerDependencies): Promise<void> {
	if (isStoreFailure(error)) throw error
	const cause = abortCauseOf(attempted.signal) ?? (error instanceof AbortedError ? error.abortCause : null)
	if (cause === 'lease-lost') return
	if (cause === 'shutdown') return handBack(attempted.claim, dependencies)
	await attempted.journal.write({ event: outcomeOf(cause, error, attempted) }).catch(unlessLeaseIsLost)
}

/** Nobody could be told of it now: the queue delivers the run again. */
function isStoreFailure(error: unknown): boolean {
	return error instanceof JournalUnavailable || (error instanceof ThreadwiseError && error.code === 'store-unavailable')
}

/** Whoever has the run now gives it its outcome. */
function unlessLeaseIsLost(error: unknown): void {
	if (!(error instanceof AbortedError && error.abortCause === 'lease-lost')) throw error
}

async function handBack(claim: Claim, { store, queue }: WorkerDependencies): Promise<void> {
	const nextAttempt = await store.release(claim)
	if (nextAttempt !== null) await queue.add({ version: 1, runId: claim.runId }, nextAttempt)
}

function outcomeOf(
	cause: AbortCause | null,
	error: unknown,
	{ records, journal, startedAtMs }: Attempted,
): JournalEvent {
	const events = [...records, ...journal.written]
	const usage = events
		.flatMap((event) => (event.kind === 'model-call-end' ? [event.usage] : []))
		.reduce(addUsage, noUsage)
	const firstAt = records.find((record) => record.kind === 'run-start')?.at
	const elapsedMs = Math.max(0, Date.now() - (firstAt === undefined ? startedAtMs : Date.parse(firstAt)))
	const reason = stopReasonSchema.safeParse(cause)
	if (reason.success) {
		const { answer, skipped } = bestAnswerIn(events)
		return { kind: 'run-stop', reason: reason.data, skipped: [...skipped], usage, elapsedMs, content: { answer } }
	}
	const { code, message, fix } = reportError(error)
	return { kind: 'run-fail', code, usage, elapsedMs, content: { message, fix } }
}

function throwIfStopped(run: Run): void {
	if (run.stopRequested !== null) throw new AbortedError(run.stopRequested)
}

function rememberFor(store: RunStore, claim: Claim) {
	return <Value>(key: string, schema: Parameters<typeof store.remember<Value>>[2], compute: () => Promise<Value>) =>
		store.remember(claim, key, schema, compute)
}
