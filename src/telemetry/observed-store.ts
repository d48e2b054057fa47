import type { StopReason } from '../core/abort.ts'
import { sinceAcceptedMs } from '../core/accepted-at.ts'
import type { ErrorReport } from '../core/errors.ts'
import type { JournalEntry, JournalEvent, JournalRecord } from '../core/journal.ts'
import type { Run, RunKind } from '../core/run.ts'
import type { Appended, Claimed, Requested, RunStore } from '../core/run-store.ts'
import type { Observe, RunFacts } from '../core/telemetry.ts'

/**
 * The same store, whose callers are watched: all that a run is, from its acceptance to its outcome, passes through here, so that nobody
 * who works on runs has to report anything.
 */
export function observedStore(store: RunStore, observe: Observe): RunStore {
	const runs = createWorkedOn()
	const claimed = <Result>(result: Result | Claimed): Result | Claimed => {
		if (!isClaimed(result)) return result
		const { claim, run } = result
		const waitedMs = claim.attempt === 1 ? sinceAcceptedMs(run.id) : null
		observe({ kind: 'run-claimed', run: runs.begin(run, claim.attempt), waitedMs })
		return result
	}
	const begun = (runId: string, platform: string, runKind: RunKind, refusal: ErrorReport | undefined) => {
		if (refusal === undefined) observe({ kind: 'run-accepted', runId, platform, runKind })
		else observe({ kind: 'run-refused', runId, platform, code: refusal.code })
	}
	const stopping = (runId: string, reason: StopReason, { state, nextAttempt }: Requested) => {
		const hasEnded = (state === 'accepted' || state === 'queued') && nextAttempt === null
		observe({ kind: 'stop-requested', runId, reason, hasEnded })
	}
	const leave = (runId: string, reason: 'handed-back' | 'lease-lost') => {
		const run = runs.end(runId)
		if (run !== null) observe({ kind: 'run-left', run, reason })
	}
	const noteAppended = (runId: string, { outcome }: Appended, entries: readonly JournalEntry[], atMs: number) => {
		if (outcome === 'lease-lost') return leave(runId, outcome)
		if (outcome !== 'appended') return
		const run = runs.learn(runId, entries.map(toEvent))
		if (run === null) return
		observe({ kind: 'journal-write', run, atMs, entries })
		if (entries.some(({ event }) => endings.has(event.kind))) runs.end(runId)
	}
	return {
		...store,
		record: async (message, refusal) => {
			const recorded = await store.record(message, refusal)
			const { outcome, runId } = recorded
			const { platform } = message.conversation
			if (outcome === 'continued') observe({ kind: 'run-continued', runId, platform })
			if (outcome === 'recorded' || outcome === 'held-back') begun(runId, platform, 'question', refusal)
			return recorded
		},
		recordEdit: async (message) => {
			const edited = await store.recordEdit(message)
			if (edited.outcome !== 'recorded') return edited
			begun(edited.runId, message.conversation.platform, 'edited-question', undefined)
			for (const { runId, ...stopped } of edited.superseded) stopping(runId, 'superseded', stopped)
			return edited
		},
		recordAgain: async (runId, again) => {
			const recorded = await store.recordAgain(runId, again)
			if (recorded.outcome !== 'recorded') return recorded
			const run = await store.find(recorded.runId).catch(() => null)
			begun(recorded.runId, run?.conversation.platform ?? 'unknown', again.kind, undefined)
			return recorded
		},
		claimNext: async (owner, leaseMs) => claimed(await store.claimNext(owner, leaseMs)),
		claimVanished: async (owner, leaseMs) => claimed(await store.claimVanished(owner, leaseMs)),
		claim: async (runId, owner, leaseMs) => claimed(await store.claim(runId, owner, leaseMs)),
		read: async (runId, afterSeq) => {
			const records = await store.read(runId, afterSeq)
			const run = records.length > 0 && afterSeq === undefined ? runs.learn(runId, records) : null
			if (run !== null) observe({ kind: 'journal-read', run, records })
			return records
		},
		append: async (claim, entries) => {
			const atMs = Date.now()
			const appended = await store.append(claim, entries)
			noteAppended(claim.runId, appended, entries, atMs)
			return appended
		},
		release: async (claim) => {
			const nextAttempt = await store.release(claim)
			leave(claim.runId, nextAttempt === null ? 'lease-lost' : 'handed-back')
			return nextAttempt
		},
		requestStop: async (runId, reason) => {
			const stopped = await store.requestStop(runId, reason)
			if (stopped !== null) stopping(runId, reason, stopped)
			return stopped
		},
		requestAnswerNow: async (runId) => {
			const requested = await store.requestAnswerNow(runId)
			if (requested !== null) observe({ kind: 'answer-now-requested', runId })
			return requested
		},
	}
}

const endings: ReadonlySet<JournalEvent['kind']> = new Set(['run-end', 'run-stop', 'run-fail', 'run-wait'])

function isClaimed(result: unknown): result is Claimed {
	return typeof result === 'object' && result !== null && 'outcome' in result && result.outcome === 'claimed'
}

function toEvent({ event }: JournalEntry): JournalEvent {
	return event
}

/** A run that was left without a word, since the store was away, is forgotten when there are so many others. */
const mostRuns = 10_000

/** The runs that this process works on. */
function createWorkedOn() {
	const runs = new Map<string, RunFacts>()
	return {
		begin: ({ id: runId, conversation: { platform } }: Run, attempt: number): RunFacts => {
			const facts = { runId, attempt, platform, route: null, effort: null }
			runs.set(runId, facts)
			const [oldest] = runs.keys()
			if (runs.size > mostRuns && oldest !== undefined) runs.delete(oldest)
			return facts
		},
		/** What is known of it after these events; null if this process doesn't work on it. */
		learn: (runId: string, events: readonly (JournalEvent | JournalRecord)[]): RunFacts | null => {
			const known = runs.get(runId)
			if (known === undefined) return null
			const routed = events.findLast((event) => event.kind === 'run-route')
			if (routed === undefined) return known
			const facts = { ...known, route: routed.route, effort: routed.effort }
			runs.set(runId, facts)
			return facts
		},
		end: (runId: string): RunFacts | null => {
			const known = runs.get(runId) ?? null
			runs.delete(runId)
			return known
		},
	}
}
