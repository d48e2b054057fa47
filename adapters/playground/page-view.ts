/**
 * What the page and its server tell each other: types and nothing else, so that code of the browser can import them. Whatever the
 * API answers with is documented at /api/v1/openapi.json; every answer that is no success is an `ApiFailure`.
 */
import type { Root } from 'hast'
import type { ConversationEntry, RunEntry } from '../../src/core/conversation-reader.ts'
import type { CheckView, ReplyView, StageRecord, StageView } from '../../src/core/reply-view.ts'
import type { InheritedSettings } from '../../src/core/resolve-settings.ts'
import type { RunPreferences } from '../../src/core/run-preferences.ts'
import type { Installation, Settings, SettingsKey } from '../../src/core/settings.ts'

export type { ConversationEntry, RunEntry } from '../../src/core/conversation-reader.ts'

/** A text that may be Markdown, as a tree that is safe to make elements of: it has no raw HTML. */
export type Tree = Root

export type PageCheck = Omit<CheckView, 'evidence'> & { readonly evidence: Tree }

type RecordOf<Kind extends StageRecord['kind']> = Extract<StageRecord, { kind: Kind }>
type Item<Items> = Items extends readonly (infer One)[] ? One : never
/** The same with other types for some of its fields. */
type With<Whole, Fields> = Omit<Whole, keyof Fields> & Fields

/** A `StageRecord` in which every text that a model wrote in sentences is a tree; names, ids and keys stay strings. */
export type PageRecord =
	| {
			readonly kind: 'analyze'
			/** Without children until the stage has ended. */
			readonly asked: Tree
			readonly givens: readonly { readonly id: string; readonly statement: Tree }[]
			readonly constraints: readonly { readonly id: string; readonly statement: Tree }[]
			readonly assumptions: readonly { readonly assumption: Tree; readonly because: Tree }[]
			readonly clarified: readonly { readonly question: Tree; readonly answer: Tree | null }[]
			readonly checks: readonly PageCheck[]
	  }
	| {
			readonly kind: 'decompose'
			readonly subtasks: readonly With<Item<RecordOf<'decompose'>['subtasks']>, { readonly objective: Tree }>[]
			/** Why plans before this one were refused. */
			readonly refused: readonly Tree[]
	  }
	| {
			readonly kind: 'execute'
			readonly subtasks: readonly With<
				Item<RecordOf<'execute'>['subtasks']>,
				{ readonly objective: Tree; readonly result: Tree | null; readonly checks: readonly PageCheck[] }
			>[]
	  }
	| {
			readonly kind: 'alternatives'
			readonly solutions: readonly With<Item<RecordOf<'alternatives'>['solutions']>, { readonly answer: Tree }>[]
	  }
	| With<
			RecordOf<'evaluate'>,
			{
				readonly checks: readonly PageCheck[]
				readonly verdict: With<
					NonNullable<RecordOf<'evaluate'>['verdict']>,
					{ readonly failures: readonly { readonly where: string; readonly evidence: Tree }[] }
				> | null
			}
	  >
	| With<
			RecordOf<'correct'>,
			{
				readonly corrections: readonly With<
					Item<RecordOf<'correct'>['corrections']>,
					{ readonly before: Tree; readonly after: Tree; readonly reason: Tree }
				>[]
			}
	  >

export type PageStage = With<
	StageView,
	{ readonly summary: Tree; readonly details: readonly Tree[]; readonly record: PageRecord }
>

/** A `ReplyView` with trees for its Markdown. Newer is whichever has the higher `lastSeq`; it replaces the one before. */
export type PageView = With<
	ReplyView,
	{
		readonly answer: Tree
		/** The answer as it was written, to copy it. */
		readonly answerText: string
		readonly stages: readonly PageStage[]
		/** Whether nothing more happens until somebody does something. */
		readonly rests: boolean
		/** Whether another try at the same question may come to something else. */
		readonly isRepeatable: boolean
		readonly texts: PageTexts
	}
>

/** What the catalogue says about a view, so that the page needs no words of its own for it. */
export type PageTexts = {
	/** How the question is answered, and why: "6 stages, medium effort, about 40 s. Two prices to add." Null until that is known. */
	readonly routed: string | null
	/** Where the run stands in the queue; null once it was begun. */
	readonly queued: string | null
	/** Why it was stopped; null if it wasn't. */
	readonly stopped: string | null
	/** What was left out of a stopped run; null where nothing was. */
	readonly skipped: string | null
	/** The line under an answer: route, effort, checks, confidence, time, tokens, cost. Empty for a run that never began. */
	readonly facts: readonly string[]
}

/** The data of an event `run` of the streams, and the answer of `GET /runs/{runId}`. */
export type RunUpdate = {
	readonly entry: RunEntry
	readonly view: PageView
	/** Which conversation of the playground it belongs to; null for a run of another platform. */
	readonly threadId: string | null
	/** Where the run's own page is for whoever is given the address; null where no public address is configured. */
	readonly runUrl: string | null
}

/** `GET /me` */
export type Me = {
	readonly personId: string
	readonly name: string
	readonly isAdmin: boolean
	/** What must be said about who answers, such as that it is the practice model; null where there is nothing to say. */
	readonly disclosure: string | null
	readonly workflows: readonly string[]
	/** What the person has set for themselves. */
	readonly settings: Settings
}

/** `GET /conversations?before=&limit=` */
export type Conversations = { readonly conversations: readonly ConversationEntry[] }
/** `GET /conversations/{threadId}`; empty for one that nobody has begun. */
export type ConversationRuns = { readonly runs: readonly RunEntry[] }

/** `POST /conversations/{threadId}/messages`; the answer is a `RunTaken` with status 202. */
export type MessageRequest = {
	/** A UUID that the page makes: the same message again is the same run. */
	readonly messageId: string
	readonly text: string
	/** An IANA name, such as `Europe/Berlin`. */
	readonly timeZone?: string | undefined
	/** The run whose question back it answers; null for a question of its own. Left out, it answers whatever waits. */
	readonly answers?: string | null | undefined
} & { readonly [Name in keyof RunPreferences]?: RunPreferences[Name] | undefined }
/** `PUT /conversations/{threadId}/messages/{messageId}`; the answer is a `RunTaken` with status 202. */
export type EditRequest = { readonly text: string }
/** `POST /runs/{runId}/again`; the answer is a `RunTaken`. */
export type AgainRequest = { readonly kind: 'think-harder' | 'regenerate' }
export type RunTaken = { readonly runId: string }
/** `POST /runs/{runId}/feedback`; the answer is `{}`. */
export type FeedbackRequest = { readonly helpful: boolean; readonly reason?: string | undefined }

/** `GET /installations`: the places whose settings one may change. */
export type Installations = { readonly installations: readonly Installation[] }

/** What `PUT /settings` takes. */
export type SettingsOf = SettingsKey & { readonly settings: Settings }
/** Each setting that the scope has, as it applies where it isn't set there, and who says so. */
export type Inherited = InheritedSettings
/** `GET /settings?platform=&workspaceId=&scope=&subject=`, and what `PUT` answers. */
export type SettingsAt = SettingsOf & {
	readonly inherited: Inherited
	/** Whether whoever asks may change it. */
	readonly mayChange: boolean
}

/** The body of every answer that is no success. */
export type ApiFailure = {
	readonly error: { readonly code: string; readonly message: string; readonly fix: string }
}
