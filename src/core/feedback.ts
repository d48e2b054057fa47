/** What somebody thinks of an answer; a second one of the same person replaces the first. */
export type Feedback = {
	readonly personId: string
	readonly helpful: boolean
	/** Null where none was given. */
	readonly reason: string | null
}
