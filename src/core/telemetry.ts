import type { StopReason } from './abort.ts'
import type { JournalEntry, JournalRecord } from './journal.ts'
import type { RunKind } from './run.ts'
import type { Effort, Route } from './run-preferences.ts'

/** What is known of a run while this process works on it. */
export type RunFacts = {
	readonly runId: string
	readonly attempt: number
	readonly platform: string
	/** Null until it is decided. */
	readonly route: Route | null
	readonly effort: Effort | null
}

/** A request to a model, and who was asked. */
export type RequestFacts = {
	/** `<run>/<node>/<call key>`, the same in every attempt; null for a request that belongs to no run. */
	readonly callId: string | null
	readonly alias: string
	/** The name that the server was asked for. */
	readonly model: string
	readonly server: ServerAddress | null
	readonly output: 'text' | 'json'
}

export type ServerAddress = { readonly address: string; readonly port: number }

type MessageFacts = {
	readonly runId: string
	readonly platform: string
	readonly action: 'post' | 'edit'
	readonly elapsedMs: number
}

/**
 * What happens to runs in this process, for those who watch it: logs, metrics, traces. Nearly all of it is the journal as it is
 * written; the rest happens outside of any attempt. Whoever is told passes on facts only, never a `content`.
 */
export type Observation =
	| { readonly kind: 'run-accepted'; readonly runId: string; readonly platform: string; readonly runKind: RunKind }
	/** The asker has answered a question back. */
	| { readonly kind: 'run-continued'; readonly runId: string; readonly platform: string }
	/** `runId` is null where nothing was recorded: whoever asked was told at once. */
	| {
			readonly kind: 'run-refused'
			readonly runId: string | null
			readonly platform: string
			readonly code: string
	  }
	/** `waitedMs`: since it was accepted, where this is the first claim. */
	| { readonly kind: 'run-claimed'; readonly run: RunFacts; readonly waitedMs: number | null }
	/** What earlier attempts have left. */
	| { readonly kind: 'journal-read'; readonly run: RunFacts; readonly records: readonly JournalRecord[] }
	/** `run` is as it is after these entries. */
	| {
			readonly kind: 'journal-write'
			readonly run: RunFacts
			readonly atMs: number
			readonly entries: readonly JournalEntry[]
	  }
	| { readonly kind: 'run-left'; readonly run: RunFacts; readonly reason: 'handed-back' | 'lease-lost' }
	/** `hasEnded`: nobody had begun it, so it is over. */
	| {
			readonly kind: 'stop-requested'
			readonly runId: string
			readonly reason: StopReason
			readonly hasEnded: boolean
	  }
	/** Somebody wants the answer from what there is. */
	| { readonly kind: 'answer-now-requested'; readonly runId: string }
	| ({ readonly kind: 'model-request' } & RequestFacts)
	| ({ readonly kind: 'model-error'; readonly code: string; readonly elapsedMs: number } & RequestFacts)
	/** `sinceAcceptedMs`: to the first sign of life; `lagMs`: since the outcome, where this shows it. */
	| ({
			readonly kind: 'message-sent'
			readonly sinceAcceptedMs: number | null
			readonly lagMs: number | null
	  } & MessageFacts)
	| ({ readonly kind: 'message-failed'; readonly code: string } & MessageFacts)
	/** The outcome was shown, or never can be. */
	| { readonly kind: 'run-delivered'; readonly runId: string }

/** Is told what happens, at once and in order. Never throws, never waits. */
export type Observe = (observation: Observation) => void
