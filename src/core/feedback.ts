/** What somebody thinks of an answer; a second one of the same person replaces the first. */
export type Feedback = {
	readonly personId: string
	readonly helpful: boolean
	/** Null where none was given. */
	readonly reason: string | null
}

/** What somebody says of an answer. Where nothing is said about a reason, what they have found wrong before stays. */
export type GivenFeedback = Pick<Feedback, 'helpful'> & Partial<Pick<Feedback, 'reason'>>
