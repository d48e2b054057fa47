import type { JournalEntry } from '../core/journal.ts'
import type { LanguageModels } from '../core/language-model.ts'
import type { PromptSource } from '../core/prompt-source.ts'
import type { Defaults, SettingsReader } from '../core/resolve-settings.ts'
import type { Run } from '../core/run.ts'
import type { RunLike, TypicalRun } from '../core/run-store.ts'
import type { SpendStore } from '../core/spend-store.ts'
import type { AnyStage } from '../core/stage.ts'
import type { Workflow } from '../core/workflow.ts'
import type { Account } from './account.ts'
import type { RunBudget } from './budget.ts'
import type { Replay } from './replay.ts'
import type { VerdictCache } from './verdict-cache.ts'

/** What reasoning reaches the outside through. */
export type ReasoningDependencies = {
	readonly models: LanguageModels
	readonly prompts: PromptSource
	/** The workflow of that name. Throws a `workflow` error that lists the known ones. */
	readonly workflow: (name: string) => { readonly workflow: Workflow; readonly hash: string }
	readonly defaults: Defaults
	/** What people have set, over the defaults; without it, nothing is. */
	readonly settings?: SettingsReader
	/** The stages that a workflow may name; those of this program if absent. */
	readonly stages?: readonly AnyStage[]
	/** What every answer must say about who gives it; null where there is nothing to say. */
	readonly disclosure: string | null
	/** The budgets of a day. Without it, nobody is limited. */
	readonly spending?: SpendStore
	/** What the classifier has said before, shared by all runs of a process. Without it, every question is classified. */
	readonly verdicts?: VerdictCache
	/** What runs of a kind took; null where nobody knows. Without it, only the most that a run may take is told. */
	readonly typicalRun?: (like: RunLike) => Promise<TypicalRun | null>
}

/**
 * Takes an entry for the journal. After one that announces a request, or the outcome, it resolves only when everything so far is
 * written, so that the next attempt can go on from whatever anybody outside may know of. Rejects when nothing more can be written.
 */
export type WriteEntry = (entry: JournalEntry) => Promise<void>

/** What model calls need of an attempt. */
export type CallSession = Pick<Session, 'replay' | 'budget' | 'account' | 'signal'>

/** What the context of a node needs of an attempt. */
export type ContextSession = CallSession &
	Pick<Session, 'question' | 'history' | 'models' | 'prompts'> & { readonly run: Pick<Run, 'id'> }

/** One attempt at a run: everything that its nodes share. */
export type Session = {
	readonly run: Run
	readonly question: string
	readonly history: string
	readonly workflow: Workflow
	readonly replay: Replay
	readonly budget: RunBudget
	/** What the budgets of the day pay; null where nobody is limited. */
	readonly account: Account | null
	readonly models: LanguageModels
	readonly prompts: PromptSource
	readonly stages?: readonly AnyStage[]
	readonly write: WriteEntry
	readonly signal: AbortSignal
	/** Aborts when somebody wants the answer now: then no more work is begun, and the run answers from what it has. */
	readonly answerNow: AbortSignal
	readonly verdicts?: VerdictCache
	readonly typicalRun?: NonNullable<ReasoningDependencies['typicalRun']>
}
