import type { Conversation } from './conversation.ts'

/** A run whose outcome hasn't been shown yet, in a conversation that is ours to show it in. */
export type PendingDelivery = {
	readonly runId: string
	readonly conversation: Conversation
	/** How many runs are ahead of it, counted from 1 for the next one; null once a worker has begun it. */
	readonly placeInQueue: number | null
}

/** What is known of the messages that show a run. */
export type KnownReply = {
	/** The platform's ids, in the order of the messages; empty before the first post. */
	readonly messageIds: readonly string[]
	/** Whether messages were about to be posted and nobody has written down what became of that. */
	readonly isUncertain: boolean
}

/**
 * Who shows which conversation, and what was shown. A conversation is shown by one process at a time, which holds a lease on it;
 * what it writes here is refused once the lease is another's.
 */
export interface DeliveryStore {
	/**
	 * Takes or extends the leases of the conversations on these platforms that have something to show and that nobody else holds,
	 * for `leaseMs`. Returns all runs to be shown in the conversations that are ours now, oldest first.
	 */
	lease(owner: string, platforms: readonly string[], leaseMs: number): Promise<readonly PendingDelivery[]>
	/** Gives up all leases, so that another process needn't wait for their end. */
	releaseAll(owner: string): Promise<void>
	/** What an earlier process has left of a run's reply. */
	findReply(runId: string): Promise<KnownReply>
	/** Writes down that messages of a run are about to be posted. False if the conversation isn't leased to `owner` any more. */
	intend(runId: string, owner: string): Promise<boolean>
	/** Writes down which messages show a run; nothing is uncertain any more. False if the lease is another's. */
	keepReply(runId: string, owner: string, messageIds: readonly string[]): Promise<boolean>
	/** Writes down that the outcome was shown, or never can be: the run is delivered. */
	markDelivered(runId: string, owner: string): Promise<void>
}
