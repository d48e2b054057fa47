import type { ActionResult, Actor, EditResult, RunBegun } from './actor.ts'
import type { Conversation, IncomingMessage, SaidMessage } from './conversation.ts'
import type { GivenFeedback } from './feedback.ts'
import type { Place } from './installation-store.ts'
import type { ReplyView } from './reply-view.ts'

/** What a platform can do, so that nothing has to know its name. */
export type PlatformCapabilities = {
	/** How folded steps are opened. */
	readonly collapse: 'native' | 'private-reply' | 'html' | 'none'
	/** The most characters one message can show. */
	readonly maxLength: number
	/** The least time between two edits of one message. */
	readonly minEditMs: number
	/** Whether a conversation may have begun before anybody has addressed the bot in it. */
	readonly joinsLate: boolean
}

/** A handle of what was posted, to edit it later. */
export type Reply = {
	readonly runId: string
	readonly conversation: Conversation
	readonly messageIds: readonly string[]
}

/**
 * What people do on a platform. Each rejects if it couldn't be recorded: then the platform should deliver it again, or tell the person.
 * Whether somebody may do it is decided here, not by the platform.
 */
export type PlatformEvents = {
	/** Called for every message that addresses the bot. */
	message(message: IncomingMessage): Promise<void>
	/**
	 * Called for a message that doesn't address the bot, in a conversation in which somebody has asked it something. It is context for
	 * later questions, and never answered. Without content where it was deleted.
	 */
	overhear(conversation: Conversation, said: SaidMessage): Promise<void>
	/**
	 * Called when a message that addressed the bot has a new text: a run that answers the old one is superseded. Where it is refused,
	 * the old text goes on being answered, and whoever has edited it is to be told why.
	 */
	edit(message: IncomingMessage): Promise<EditResult>
	/** Called when a person asks to stop a run, or deletes its question. */
	stop(runId: string, actor: Actor): Promise<ActionResult>
	/** Called when a person wants the answer now: a run that is working answers from what it has. */
	answerNow(runId: string, actor: Actor): Promise<ActionResult>
	/** Called when a person wants the same question answered once more; with `think-harder` at the next higher effort, in stages. */
	again(runId: string, kind: 'think-harder' | 'regenerate', actor: Actor): Promise<RunBegun>
	/** Called when a person says what they think of an answer. */
	feedback(runId: string, actor: Actor, feedback: GivenFeedback): Promise<ActionResult>
	/** Called when the bot was taken off a place: whatever is being answered there is stopped. */
	removed(place: Place): Promise<void>
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
	/**
	 * Reads what was said in a conversation before a message, for when the bot comes to it late; oldest first, and as much as the
	 * platform gives at once. Our own answers come without what is folded under them. Nothing where `joinsLate` is false.
	 */
	readEarlier(message: Pick<IncomingMessage, 'id' | 'conversation'>): Promise<readonly SaidMessage[]>
}
