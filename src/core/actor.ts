/** Somebody who does something with a run, as their platform knows them. */
export type Actor = {
	/** The platform's id of the person, the same as of an author. */
	readonly personId: string
	/** Where they are: people of one place have no say about the runs of another. */
	readonly platform: string
	readonly workspaceId: string
	/** Whether the platform says that they look after that place: a moderator, a workspace's admin, whoever runs Threadwise. */
	readonly isAdmin: boolean
}

/** What somebody may want to do. */
export type Action = 'ask' | 'read' | 'stop' | 'answer-now' | 'again' | 'edit' | 'feedback' | 'change-settings'

/** What became of it. */
export type ActionResult =
	| { readonly outcome: 'done' }
	/** Nothing was changed; the report says why and what to do, for whoever wanted it. */
	| { readonly outcome: 'refused'; readonly message: string; readonly fix: string }

/** The same for what begins a new run. */
export type RunBegun =
	| { readonly outcome: 'begun'; readonly runId: string }
	| Exclude<ActionResult, { outcome: 'done' }>
