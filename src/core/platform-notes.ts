/** One thing that a platform's adapter has to know again later. */
export type PlatformNote = { readonly key: string; readonly text: string }

/**
 * What the adapter of one platform has to know again after a restart, and in every process: small, and only for a time. What runs come
 * to is no business of these.
 */
export interface PlatformNotes {
	/** Keeps these for so long; a second time replaces the first. */
	keep(notes: readonly PlatformNote[], forMs: number): Promise<void>
	/** Null where there is none, or its time is over. */
	find(key: string): Promise<string | null>
	/** All whose key begins so and whose time isn't over, in the order of their keys. */
	list(beginning: string): Promise<readonly PlatformNote[]>
}
