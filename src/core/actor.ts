import type { ErrorReport } from './errors.ts'

/** Somebody who does something with a run, as their platform knows them. */
export type Actor = {
	/** The platform's id of the person, the same as of an author. */
	readonly personId: string
	/** Where they are: people of one place have no say about the runs of another. */
	readonly platform: string
	readonly workspaceId: string
	/** Whether the platform says that they look after that place: a moderator, a workspace's admin, whoever runs Threadwise. */
	readonly isAdmin: boolean
	/**
	 * The channel in which they do it, where the platform shows them nothing of channels that they may not read; empty where they do it in
	 * none. Absent where there is nothing to be told by it.
	 */
	readonly channelId?: string
	/** Whether they look after all of this Threadwise, and so see and set what holds in other places as well. */
	readonly runsThreadwise?: boolean
}

/** What somebody may want to do. */
export type Action =
	| 'ask'
	| 'read'
	| 'stop'
	| 'answer-now'
	| 'again'
	| 'edit'
	| 'feedback'
	| 'read-settings'
	| 'change-settings'

/** Nothing was changed; the report says why and what to do, for whoever wanted it. */
export type Refused = ErrorReport & {
	readonly outcome: 'refused'
	/** When the same may be let in; null where it never will be, or nobody knows. */
	readonly retryAfterMs: number | null
}

/** What became of it. */
export type ActionResult = { readonly outcome: 'done' } | Refused

/** The same for what begins a new run. */
export type RunBegun = { readonly outcome: 'begun'; readonly runId: string } | Refused

/** The same for an edit; `unchanged`: the message says what it has said before. */
export type EditResult = { readonly outcome: 'begun' | 'unchanged'; readonly runId: string } | Refused
