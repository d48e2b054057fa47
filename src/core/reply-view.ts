import type { StopReason } from './abort.ts'
import type { BudgetLevel } from './budget-level.ts'
import type { ErrorReport } from './errors.ts'
import type { CheckMethod, Confidence, JournalEventOf, RouteSource } from './journal.ts'
import type { Effort, Route } from './run-preferences.ts'
import type { Usage } from './usage.ts'
import type { StageKind } from './workflow.ts'

export type SubtaskView = {
	readonly id: string
	readonly text: string
	/** `failed-check`: its last result failed; `sampling-again`: and it is worked out once more. */
	readonly status: 'running' | 'failed-check' | 'sampling-again' | 'checked' | 'unchecked' | 'low-confidence'
}

/** A check of one result, by computation or by another model. */
export type CheckView = {
	readonly method: CheckMethod
	readonly passed: boolean
	/** Which sample was checked; 0 is the first. */
	readonly sample: number
	readonly evidence: string
}

/**
 * What a stage has found out so far, in the parts of which a platform may make more than lines: a graph, a table, a before and
 * after. It grows while the stage runs. Every text is a model's or a person's: Markdown at most, never markup.
 */
export type StageRecord =
	| {
			readonly kind: 'analyze'
			/** What is asked for; empty until the stage has ended. */
			readonly asked: string
			readonly givens: readonly { readonly id: string; readonly statement: string }[]
			readonly constraints: readonly { readonly id: string; readonly statement: string }[]
			readonly assumptions: readonly { readonly assumption: string; readonly because: string }[]
			readonly clarified: readonly { readonly question: string; readonly answer: string | null }[]
			readonly checks: readonly CheckView[]
	  }
	| {
			readonly kind: 'decompose'
			/** The plan as a graph: `inputs` are ids of other subtasks. */
			readonly subtasks: readonly {
				readonly id: string
				readonly objective: string
				readonly inputs: readonly string[]
			}[]
			/** Why plans before this one were refused. None if absent. */
			readonly refused?: readonly string[]
	  }
	| {
			readonly kind: 'execute'
			readonly subtasks: readonly {
				readonly id: string
				readonly objective: string
				/** Null until it is done. */
				readonly result: string | null
				readonly status: SubtaskView['status']
				/** How often it was worked out. */
				readonly samples: number
				readonly checks: readonly CheckView[]
				/** Why the last result was not checked; absent where it was. */
				readonly unchecked?: string
			}[]
	  }
	| {
			readonly kind: 'alternatives'
			/**
			 * Side by side, in the order in which they were found; equal ones have the same `key`, which is empty where that can't be
			 * told. `weight` is what its vote counts for; null where nobody said.
			 */
			readonly solutions: readonly {
				readonly method: string
				readonly answer: string
				readonly key: string
				readonly weight: number | null
				/** Which sample it is, from 0; absent for what the steps have come to. */
				readonly sample?: number
				/** What a check said of it; absent where none did. */
				readonly check?: string
			}[]
	  }
	| {
			readonly kind: 'evaluate'
			readonly checks: readonly CheckView[]
			/** Null until there is one. */
			readonly verdict: {
				readonly passed: boolean
				readonly confidence: Confidence
				readonly failures: readonly { readonly where: string; readonly evidence: string }[]
			} | null
			/** What must hold and could not be checked, and why. None if absent. */
			readonly unchecked?: readonly { readonly statement: string; readonly why: string }[]
			/** The answer that was chosen instead of what the steps have come to; absent where that was chosen. */
			readonly chosen?: string
			/** The part of all vote weight that is for the chosen answer; absent where there was nothing to vote on. */
			readonly voteShare?: number
			/** The answer that is given if the chosen one can't be corrected; absent where there is none. */
			readonly otherwise?: string
	  }
	| {
			readonly kind: 'correct'
			readonly corrections: readonly {
				readonly round: number
				readonly accepted: boolean
				readonly before: string
				readonly after: string
				readonly reason: string
				/** The step or constraint that failed; absent where nobody said. */
				readonly where?: string
			}[]
			/** How many failures are left; absent until it has ended. */
			readonly open?: number
			/** The answer that is given since no correction was good enough; absent where there is none. */
			readonly instead?: string
			/** The part of all vote weight that is for the corrected answer; absent where there was nothing to vote on. */
			readonly voteShare?: number
	  }

export type StageView = {
	/** The node of the workflow. */
	readonly id: string
	readonly stage: StageKind
	readonly title: string
	readonly status: 'pending' | 'running' | 'done' | 'skipped' | 'stopped' | 'failed'
	readonly summary: string
	/** The same as `record`, as lines of Markdown. */
	readonly details: readonly string[]
	readonly record: StageRecord
	readonly subtasks: readonly SubtaskView[]
	/** What a checkpoint said while the stage ran, newest last. */
	readonly notices: readonly string[]
	readonly startedAt: string | null
	readonly elapsedMs: number
	readonly usage: Usage
}

/** What is shown of a run: the journal, folded by a pure function. Platforms render this and nothing else. */
export type ReplyView = {
	readonly status: 'queued' | 'working' | 'waiting' | 'answered' | 'stopped' | 'failed'
	/** What the answer must say about who gives it. */
	readonly disclosure: string | null
	/** Whether only the answer and one line are wanted, not the stages while they run. */
	readonly quiet: boolean
	readonly route: Route | null
	readonly effort: Effort | null
	readonly routing: {
		readonly level: 'easy' | 'hard'
		readonly reason: string
		readonly source: RouteSource
		/** What the run is expected to take; null where its journal doesn't say. */
		readonly estimate: NonNullable<JournalEventOf<'run-route'>['estimate']> | null
	} | null
	readonly stages: readonly StageView[]
	/** The answer, growing while it is written; the question back while waiting. */
	readonly answer: string
	readonly confidence: Confidence | null
	/** Whether somebody wanted the answer at once: then no more work is begun, and there is no need to ask for it again. */
	readonly answerNow: boolean
	readonly stopReason: StopReason | null
	/** The budget that stopped the run, or of which little is left after an answer. */
	readonly budget: BudgetLevel | null
	/** Titles of what was left out of a stopped run. */
	readonly skipped: readonly string[]
	/** `open`: how many of the failures that were found stand, as far as is known by now. */
	readonly checks: { readonly passed: number; readonly failed: number; readonly open: number }
	readonly usage: Usage
	readonly startedAt: string | null
	readonly elapsedMs: number
	readonly error: (Omit<ErrorReport, 'code'> & { readonly code: string }) | null
	/** How many runs are ahead of one that no worker has begun, counted from 1 for the next one; null where nobody knows. */
	readonly placeInQueue: number | null
	/** The number of the last event folded in. */
	readonly lastSeq: number
}

/** Whether nothing more happens until somebody does something. */
export function rests(view: ReplyView): boolean {
	return isFinal(view) || view.status === 'waiting'
}

/** What was refused before it began would be refused again. */
const refusals: ReadonlySet<string> = new Set(['question-empty', 'question-too-long', 'forbidden', 'budget', 'busy'])

/** Whether another try at the same question may come to something else. */
export function isRepeatable({ error }: Pick<ReplyView, 'error'>): boolean {
	return error === null || !refusals.has(error.code)
}

/** Whether the reply is final, so that nothing more will change it but feedback. */
export function isFinal(view: Pick<ReplyView, 'status'>): boolean {
	return view.status === 'answered' || view.status === 'stopped' || view.status === 'failed'
}
