import { z } from 'zod'
import type { StopReason } from './abort.ts'
import type { ContentPart } from './content.ts'
import type { Author, Conversation, Turn } from './conversation.ts'
import type { RunPreferences } from './run-preferences.ts'

export const runStateSchema = z.enum(['accepted', 'queued', 'running', 'waiting', 'answered', 'stopped', 'failed'])
export type RunState = z.infer<typeof runStateSchema>

/** Why a run exists. All but `question` have a parent run. */
export const runKindSchema = z.enum(['question', 'retry', 'think-harder', 'regenerate', 'edited-question'])
export type RunKind = z.infer<typeof runKindSchema>

/** One answer being made, as a worker needs it. */
export type Run = {
	readonly id: string
	readonly kind: RunKind
	readonly parentRunId: string | null
	readonly state: RunState
	/** How often the run has been claimed so far. */
	readonly attempt: number
	readonly conversation: Conversation
	readonly asker: Author
	readonly question: readonly ContentPart[]
	/** The turns before the question, oldest first. */
	readonly history: readonly Turn[]
	readonly preferences: RunPreferences
	/** Set as soon as somebody asked to stop it, whoever works on it. */
	readonly stopRequested: StopReason | null
	/** Set as soon as somebody wanted the answer now, from whatever there is of it; it stays set. */
	readonly answerNow: boolean
}

const finished: ReadonlySet<RunState> = new Set(['answered', 'stopped', 'failed'])

/** Whether the run has its one visible outcome. */
export function isFinished(state: RunState): boolean {
	return finished.has(state)
}

/** A worker's right to write to a run's journal: ends when the run is claimed again, which nobody may before its lease has ended. */
export type Claim = {
	readonly runId: string
	readonly attempt: number
	/** How long the lease lasts each time that it is extended. */
	readonly leaseMs: number
}
