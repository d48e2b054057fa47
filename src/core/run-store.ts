import type { StopReason } from './abort.ts'
import type { Conversation, IncomingMessage, SaidMessage } from './conversation.ts'
import type { ErrorReport } from './errors.ts'
import type { Place } from './installation-store.ts'
import type { JournalEntry, JournalRecord } from './journal.ts'
import type { Claim, Run, RunKind, RunState } from './run.ts'
import type { Effort, Route, RunPreferences } from './run-preferences.ts'

export type Recorded =
	| { readonly outcome: 'recorded' | 'duplicate'; readonly runId: string }
	/** Recorded, and held back for a few seconds: what was said in the conversation before isn't known yet. */
	| { readonly outcome: 'held-back'; readonly runId: string }
	/** A run that had asked back goes on with this message, as the attempt of this number. */
	| { readonly outcome: 'continued'; readonly runId: string; readonly nextAttempt: number }

/** The question that a message has asked. */
export type AskedQuestion = {
	/** Null where they were erased. */
	readonly askerId: string | null
	/** The run that answers it: one without an outcome, or else the newest. */
	readonly runId: string
	/** Whether it has no outcome yet. */
	readonly isOpen: boolean
	/** Whether the message has said the same then. */
	readonly isUnchanged: boolean
}

/** A run of a question whose text is no longer what was asked. */
export type Superseded = Requested & { readonly runId: string }

/** What became of a message that says something else now. */
export type Edited =
	/** Nobody has recorded it before. */
	| { readonly outcome: 'unknown' }
	/** It says the same; the run is the newest that answers it. */
	| { readonly outcome: 'unchanged'; readonly runId: string }
	/** Nothing was changed: it was said to a question back, and is part of the journal that went on with it. */
	| { readonly outcome: 'settled' }
	/** These runs were asked to stop, and a new one answers what it says now. */
	| { readonly outcome: 'recorded'; readonly runId: string; readonly superseded: readonly Superseded[] }

/** Another run of a question that was answered. */
export type Again = {
	readonly kind: Extract<RunKind, 'think-harder' | 'regenerate'>
	readonly preferences: RunPreferences
	/** Who wants it: it is theirs, whoever has asked the question. */
	readonly personId: string
}

export type RecordedAgain =
	/** `duplicate`: the same was wanted before, and that run has no outcome yet. */
	| { readonly outcome: 'recorded' | 'duplicate'; readonly runId: string }
	| { readonly outcome: 'unknown' }
	/** It has no outcome yet. */
	| { readonly outcome: 'unfinished' }
	/** The question was edited since, and a newer run answers what it says now. */
	| { readonly outcome: 'outdated' }

export type Claimed = {
	readonly outcome: 'claimed'
	readonly claim: Claim
	readonly run: Run
	/** The number of the last record in its journal; 0 where there is nothing to read. */
	readonly lastSeq: number
}

export type ClaimResult =
	| Claimed
	/** Somebody else works on it until then, unless they extend it. */
	| { readonly outcome: 'held'; readonly forMs: number }
	| { readonly outcome: 'finished' }
	| { readonly outcome: 'unknown' }

export type Extended =
	| { readonly outcome: 'extended'; readonly stopRequested: StopReason | null; readonly answerNow: boolean }
	| { readonly outcome: 'lease-lost' }

/** A run that has no delivery under way although it should. */
export type UndeliveredRun = { readonly runId: string; readonly nextAttempt: number }

/** What became of events that were appended under a claim. */
export type Appended =
	| {
			readonly outcome: 'appended'
			readonly lastSeq: number
			/** Why somebody asked to stop the run by then: the quickest way in which a lost cancel message still arrives. */
			readonly stopRequested: StopReason | null
			/** Whether somebody wanted the answer now by then. */
			readonly answerNow: boolean
	  }
	/** Nothing was written: a run that shall stop is neither answered nor left waiting any more. */
	| { readonly outcome: 'stop-requested'; readonly reason: StopReason }
	/** Nothing was written: the claim is no longer ours. */
	| { readonly outcome: 'lease-lost' }

/** A stop, or the answer now, that was asked for. */
export type Requested = {
	/** The state before the request. */
	readonly state: RunState
	/** The attempt that has to be delivered so that a worker brings the run to its end; null where none has to. */
	readonly nextAttempt: number | null
}

/** What kind of runs is asked about. */
export type RunLike = { readonly workflow: string; readonly route: Route; readonly effort: Effort }
/** What half of the newest runs of a kind took at most. */
export type TypicalRun = { readonly elapsedMs: number; readonly costMicroUsd: number }

/** How many runs wait for a worker, and how many a worker holds. */
export type RunLoad = { readonly waiting: number; readonly held: number }

/** For how long a run waits for what was said before it: longer than reading takes, shorter than anybody's patience. */
export const holdBackMs = 8_000

/** The truth about runs. Its clock is the only one that judges leases. */
export interface RunStore {
	/**
	 * Records a message and its run, once: the same message of the same conversation's workspace again is a `duplicate`. Where a run
	 * of the same person in the same conversation waits for an answer, the message is that answer, unless it says that it answers
	 * another run, or none. A message that is refused gets a run that has failed already, with this report: whoever wrote it sees
	 * why. So does one that answers a run which doesn't wait for that person any more.
	 *
	 * The run of a message that has something earlier, in a conversation whose earlier messages nobody has recorded, is held back:
	 * nobody claims it for `holdBackMs`, or until `recordEarlier`.
	 */
	record(message: IncomingMessage, refusal?: ErrorReport): Promise<Recorded>
	/**
	 * Records what was said in a conversation before we came to it, and lets its runs go that were held back. Null where it can't be
	 * known now: the runs go on with what there is, and the next question holds its run back again.
	 */
	recordEarlier(conversation: Conversation, earlier: readonly SaidMessage[] | null): Promise<void>
	/**
	 * Records what was said to others in a conversation in which somebody has asked something; in any other, nothing. The same message
	 * again replaces what it has said before, unless it was a question.
	 */
	recordOverheard(conversation: Conversation, said: SaidMessage): Promise<void>
	/** The question that a message has asked; null where nobody has recorded it. */
	findQuestion(message: Pick<IncomingMessage, 'id' | 'conversation' | 'content'>): Promise<AskedQuestion | null>
	/**
	 * Replaces what a message says, if that is something else now, and begins a run for it; every run that still answers the old text
	 * is asked to stop as `superseded`.
	 */
	recordEdit(message: IncomingMessage): Promise<Edited>
	/** Begins another run of the question of a run that has its outcome, while it says the same; one at a time of each kind. */
	recordAgain(runId: string, again: Again): Promise<RecordedAgain>
	/** Notes that a delivery is in the queue. */
	markQueued(runId: string): Promise<void>
	/** Runs without a delivery: accepted or queued for longer than `olderThanMs`, or left behind by a holder that vanished. */
	findUndelivered(olderThanMs: number, limit: number): Promise<readonly UndeliveredRun[]>

	/** All runs of a place that have no outcome yet, oldest first. */
	findOpen(place: Place): Promise<readonly string[]>

	/**
	 * Ends every lease. Only for the one process that owns an embedded store, when it starts: whoever held a lease is dead.
	 */
	abandonLeases(): Promise<void>
	/**
	 * Takes over the run whose turn it is for `leaseMs`: first one whose holder has vanished, then the waiting ones in rounds, each
	 * of which has one run of every conversation, oldest first. Counts an attempt. Null where nothing waits.
	 */
	claimNext(owner: string, leaseMs: number): Promise<Claimed | null>
	/** Takes over the run whose holder vanished first, for `leaseMs`. Counts an attempt. Null where none has vanished. */
	claimVanished(owner: string, leaseMs: number): Promise<Claimed | null>
	/** Takes this run over for `leaseMs`. Counts an attempt. */
	claim(runId: string, owner: string, leaseMs: number): Promise<ClaimResult>
	/** Extends the lease, and tells what somebody has asked for: a lost cancel message still arrives this way. */
	extend(claim: Claim): Promise<Extended>
	/** Hands a run back to be delivered again. Returns the number of its next attempt, or null if the lease was lost. */
	release(claim: Claim): Promise<number | null>

	/**
	 * Appends events under a claim, all or none, and extends its lease. A `run-end`, `run-stop`, `run-fail` or `run-wait` among them ends the claim and
	 * sets the state of the run. A `run-end` or `run-wait` is refused, with all that comes with it, once a stop was requested.
	 */
	append(claim: Claim, entries: readonly JournalEntry[]): Promise<Appended>
	/** Appends events from outside of any attempt, such as feedback or a posted reply. */
	annotate(runId: string, entries: readonly JournalEntry[]): Promise<void>
	/** The journal after `afterSeq`, in order. */
	read(runId: string, afterSeq?: number): Promise<readonly JournalRecord[]>
	/** The journal after `afterSeq` and everything that comes, until the run has its outcome or the signal aborts. */
	follow(runId: string, afterSeq: number, signal: AbortSignal): AsyncIterable<JournalRecord>

	/**
	 * Writes down that a run shall stop. A run that nobody has begun is ended at once, with a `run-stop`; one that was begun and
	 * that nobody works on now is made ready for a worker. Null for an unknown run.
	 */
	requestStop(runId: string, reason: StopReason): Promise<Requested | null>
	/**
	 * Writes down that a run shall answer from what it has. One that nobody has begun will be answered directly; one that waits for
	 * its asker is made ready for a worker, and goes on without their answer. Null for an unknown run.
	 */
	requestAnswerNow(runId: string): Promise<Requested | null>
	/** Has runs go on that have waited for their asker longer than this; they have got no answer. */
	endWaits(longerThanMs: number): Promise<readonly UndeliveredRun[]>
	find(runId: string): Promise<Run | null>
	load(): Promise<RunLoad>
	/** From the last 200 answered runs of that kind; null where there are fewer than five. */
	typicalRun(like: RunLike): Promise<TypicalRun | null>
	close(): Promise<void>
}
