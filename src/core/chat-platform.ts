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
 * One chat platform. `post` shows a run for the first time, `update` shows its newest state; both may be repeated.
 * The adapter keeps no state about runs: everything it shows is in the view.
 */
export interface ChatPlatform {
	readonly name: string
	readonly capabilities: PlatformCapabilities
	/** Starts receiving; resolves once connected. Stops when the signal aborts. */
	start(events: PlatformEvents, signal: AbortSignal): Promise<void>
	post(runId: string, conversation: Conversation, view: ReplyView): Promise<Reply>
	update(reply: Reply, view: ReplyView): Promise<Reply>
}
