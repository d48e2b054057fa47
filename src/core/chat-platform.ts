import type { Conversation, IncomingMessage } from './conversation.ts'
import type { ReplyView } from './reply-view.ts'

/** What a platform can do, so that nothing has to know its name. */
export type PlatformCapabilities = {
	/** How folded steps are opened. */
	readonly collapse: 'native' | 'private-reply' | 'html' | 'none'
	/** The most characters one message can show. */
	readonly maxLength: number
	/** The least time between two edits of one message. */
	readonly minEditMs: number
}

/** A handle of what was posted, to edit it later. */
export type Reply = {
	readonly runId: string
	readonly conversation: Conversation
	readonly messageIds: readonly string[]
}

export type PlatformEvents = {
	/** Called for every message that addresses the bot. Rejects if it couldn't be recorded: let the platform deliver it again. */
	message(message: IncomingMessage): Promise<void>
	/** Called when a person asks to stop a run. */
	stop(runId: string, personId: string): Promise<void>
}

/**
 * One chat platform. The adapter keeps no state about runs: everything it shows is in the view.
 *
 * Only a view that rests may take more messages than the reply has; a view of work in progress shows what fits. Every message
 * carries the run's id and its place in the reply where the platform allows it, which is what `find` goes by.
 */
export interface ChatPlatform {
	readonly name: string
	readonly capabilities: PlatformCapabilities
	/** Starts receiving; resolves once connected. Stops when the signal aborts. */
	start(events: PlatformEvents, signal: AbortSignal): Promise<void>
	/** Shows a run for the first time. Not to be repeated while it isn't known what became of it: ask `find` first. */
	post(runId: string, conversation: Conversation, view: ReplyView): Promise<Reply>
	/** Shows the run's newest state in the messages that it has. May be repeated: it edits, and adds only what is missing. */
	update(reply: Reply, view: ReplyView): Promise<Reply>
	/**
	 * Reads back which messages of a run stand in the conversation, for when it isn't known what became of a `post` or `update`.
	 * Null if there is none, or if the platform can't tell.
	 */
	find(runId: string, conversation: Conversation): Promise<Reply | null>
}
