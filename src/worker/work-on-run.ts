import { z } from 'zod'
import { type AbortCause, AbortedError, abortCauseOf, mergeSignals, stopReasonSchema } from '../core/abort.ts'
import { BudgetUsedUp } from '../core/budget-level.ts'
import { reportError, ThreadwiseError } from '../core/errors.ts'
import type { JobDelivery, JobOutcome, JobQueue } from '../core/job-queue.ts'
import { joinSignals } from '../core/join-signals.ts'
import type { JournalEvent, JournalEventKind, JournalRecord } from '../core/journal.ts'
import type { Claim, Run } from '../core/run.ts'
import type { Claimed, RunStore } from '../core/run-store.ts'
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

export type RunDependencies = WorkerDependencies & {
	/** Told of a bug: the run's outcome doesn't show people what it said. */
	readonly onTrouble: (error: unknown, runId?: string) => void
}

/** A run whose holder just let go is tried again a little later than its lease ends. */
const heldMarginMs = 250
const done: JobOutcome = { kind: 'done' }
/** Nobody may have taken the run over from whoever lost its lease, so the delivery stays: the next claim decides. */
const leftToOthers: JobOutcome = { kind: 'delay', ms: leaseMs }

/** What another attempt doesn't do again. */
const checkpoints: ReadonlySet<JournalEventKind> = new Set(['model-call-end', 'subtask-end', 'stage-end', 'sample'])
/** So many that it isn't bad luck any more: a run whose workers are ended by somebody else is taken over as often as it takes. */
const mostAttemptsInVain = 20
/** A worker that ended before it wrote a word is likelier to have been ended by somebody else. */
const mostClaimsInVain = 50

/** A delivery that nobody interrupts. */
const unattended: JobDelivery = { worksOn: () => {}, answerNow: new AbortController().signal }

/**
 * One delivery: claim, reason, record, finish. A delivery says that there is work; the store chooses the run, and the one that was
 * delivered only where no other waits. The signal aborts on a stop of that run, a lost lock or a shutdown; the delivery's own one
 * when the answer is wanted now.
 */
export async function workOnRun(
	runId: string,
	signal: AbortSignal,
	dependencies: RunDependencies,
	delivery: JobDelivery = unattended,
): Promise<JobOutcome> {
	const { store, owner } = dependencies
	const askedAt = performance.now()
	const claimed = (await store.claimNext(owner, leaseMs)) ?? (await store.claim(runId, owner, leaseMs))
	if (claimed.outcome === 'held') return { kind: 'delay', ms: Math.round(claimed.forMs) + heldMarginMs }
	if (claimed.outcome !== 'claimed') return done
	delivery.worksOn(claimed.run.id)
	return workOnClaimed({ ...claimed, askedAt }, signal, dependencies, delivery)
}

/** A run that is ours; `askedAt`, by `performance.now()`, is when its lease began at the earliest. */
export type ClaimedRun = Omit<Claimed, 'outcome'> & { readonly askedAt: number }

/** Works on a run until it has its outcome, or until somebody else has to. */
export async function workOnClaimed(
	{ claim, run, lastSeq, askedAt }: ClaimedRun,
	signal: AbortSignal,
	dependencies: RunDependencies,
	delivery: Pick<JobDelivery, 'answerNow'>,
): Promise<JobOutcome> {
	const { store, queue } = dependencies
	const stop = new AbortController()
	const wish = new AbortController()
	const wanted = () => wish.abort(new AbortedError('answer-now'))
	if (run.answerNow) wanted()
	await using lease = keepLease(store, claim, askedAt)
	using answerNow = joinSignals(delivery.answerNow, lease.answerNow, wish.signal)
	const journal = createJournalWriter(lease, claim, (reason) => stop.abort(new AbortedError(reason)), wanted)
	const attempted: Attempted = {
		claim,
		run,
		lastSeq,
		journal,
		signal: mergeSignals(signal, lease.signal, stop.signal, journal.broken),
		answerNow: answerNow.signal,
		startedAtMs: Date.now(),
		records: [],
	}
	try {
		await attempt(attempted, dependencies)
		if (isWantedAfterAll(attempted)) await queue.add({ version: 1, runId: run.id }, claim.attempt + 1)
		return done
	} catch (error) {
		return await finish(error, attempted, dependencies)
	}
}

type Attempted = {
	readonly claim: Claim
	readonly run: Run
	readonly lastSeq: number
	readonly journal: JournalWriter
	readonly signal: AbortSignal
	/** Aborts when somebody wants the answer now. */
	readonly answerNow: AbortSignal
	readonly startedAtMs: number
	/** What earlier attempts wrote, once it is read. */
	records: readonly JournalRecord[]
}

async function attempt(attempted: Attempted, { store, reasoning }: RunDependencies): Promise<void> {
	const { claim, run, lastSeq, journal, signal, answerNow } = attempted
	if (lastSeq > 0) attempted.records = await readJournal(store, run.id)
	if (run.stopRequested !== null) throw new AbortedError(run.stopRequested)
	throwIfStuck(claim, attempted.records)
	await reason({ run, records: attempted.records, signal, answerNow }, reasoning, journal.pass)
}

/** The wish came while a question back was being written: nobody is waited for, and the run goes on without an answer. */
function isWantedAfterAll({ answerNow, journal }: Attempted): boolean {
	return answerNow.aborted && journal.written.at(-1)?.event.kind === 'run-wait'
}

async function readJournal(store: RunStore, runId: string): Promise<readonly JournalRecord[]> {
	return store.read(runId).catch((error: unknown) => {
		if (!(error instanceof z.ZodError)) throw error
		throw new ThreadwiseError('run-lost', `The run ${runId} was written by a newer version of Threadwise.`, {
			fix: 'Update this one, then ask again.',
			cause: error,
		})
	})
}

/** A run that ends every process that works on it, or whose journal fails every time, would otherwise go on for ever. */
function throwIfStuck({ attempt }: Claim, records: readonly JournalRecord[]): void {
	const lastWithCheckpoint = records.findLast(({ kind }) => checkpoints.has(kind))?.attempt ?? 0
	const inVain = attempt - 1 - lastWithCheckpoint
	const begun = new Set(records.map((record) => record.attempt).filter((other) => other > lastWithCheckpoint)).size
	if (begun < mostAttemptsInVain && inVain < mostClaimsInVain) return
	throw new ThreadwiseError('run-lost', `This was tried ${inVain} times without getting further.`, {
		fix: 'Ask again, in smaller parts if you can. If it happens again, the logs of the workers say what ended them.',
	})
}

/**
 * Ends an attempt that didn't end by itself, in exactly one of: delivered again, handed back, left to its new holder,
 * stopped, failed.
 */
async function finish(thrown: unknown, attempted: Attempted, dependencies: RunDependencies): Promise<JobOutcome> {
	if (isStoreFailure(thrown)) throw thrown
	const { journal, claim } = attempted
	// What the run has passed without waiting for it must not be lost to whoever goes on, and a gap must not be written over.
	await journal.settled()
	const error: unknown = journal.broken.aborted ? journal.broken.reason : thrown
	if (isStoreFailure(error)) throw error
	const cause = causeOf(error, attempted)
	if (cause === 'lease-lost') return leftToOthers
	if (cause === 'shutdown') return handBack(claim, dependencies)
	if (cause === null && !(error instanceof ThreadwiseError)) dependencies.onTrouble(error, claim.runId)
	return writeOutcome(outcomeOf(cause, error, attempted), attempted, dependencies)
}

/** A stop that was requested before the attempt began counts even where the attempt failed for another reason. */
function causeOf(error: unknown, { signal, run }: Attempted): AbortCause | null {
	return abortCauseOf(signal) ?? (error instanceof AbortedError ? error.abortCause : run.stopRequested)
}

/** Nobody could be told of it now: the queue delivers the run again. */
function isStoreFailure(error: unknown): boolean {
	return error instanceof JournalUnavailable || (error instanceof ThreadwiseError && error.code === 'store-unavailable')
}

/** Appends the outcome by itself: what the store refused before must not take the outcome with it. */
async function writeOutcome(
	outcome: JournalEvent,
	attempted: Attempted,
	{ store }: RunDependencies,
): Promise<JobOutcome> {
	const append = (event: JournalEvent) => store.append(attempted.claim, [{ event }])
	const appended = await append(outcome).catch((error: unknown) => {
		if (!(error instanceof ThreadwiseError && error.code === 'store-refused')) throw error
		return append(outcomeOf(null, error, attempted))
	})
	return appended.outcome === 'lease-lost' ? leftToOthers : done
}

async function handBack(claim: Claim, { store, queue }: RunDependencies): Promise<JobOutcome> {
	const nextAttempt = await store.release(claim)
	if (nextAttempt === null) return leftToOthers
	await queue.add({ version: 1, runId: claim.runId }, nextAttempt)
	return done
}

function outcomeOf(
	cause: AbortCause | null,
	error: unknown,
	{ records, journal, startedAtMs }: Attempted,
): JournalEvent {
	const events = [...records, ...journal.written.map(({ event, nodeId }) => ({ ...event, nodeId }))]
	const usage = events
		.flatMap((event) => (event.kind === 'model-call-end' ? [event.usage] : []))
		.reduce(addUsage, noUsage)
	const firstAt = records.find((record) => record.kind === 'run-start')?.at
	const elapsedMs = Math.max(0, Date.now() - (firstAt === undefined ? startedAtMs : Date.parse(firstAt)))
	const reason = stopReasonSchema.safeParse(cause)
	if (reason.success) {
		const { answer, skipped } = bestAnswerIn(events)
		const budget = error instanceof BudgetUsedUp && reason.data === 'budget' ? { budget: error.budget } : {}
		const stopped = { reason: reason.data, ...budget, skipped: [...skipped], usage, elapsedMs }
		return { kind: 'run-stop', ...stopped, content: { answer } }
	}
	const { code, message, fix } = reportError(error)
	return { kind: 'run-fail', code, usage, elapsedMs, content: { message, fix } }
}
