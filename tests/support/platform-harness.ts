import type { ChatPlatform, PlatformEvents } from '../../src/core/chat-platform.ts'
import type { Author, Conversation } from '../../src/core/conversation.ts'
import type { Feedback } from '../../src/core/feedback.ts'

/** One message as a person sees it on a platform. */
export type SeenMessage = {
	/** All that can be read of it, with everything that is folded opened, and without the platform's own formatting. */
	readonly text: string
	/** Who was notified by it. */
	readonly pinged: readonly string[]
}

/** What a person does on a platform; each resolves when the platform has taken it. */
export type PlatformPerson = {
	readonly id: string
	/** Writes a message that addresses the bot. */
	ask(text: string): Promise<void>
	/** Has the platform deliver the last message again, as platforms do when they are in doubt. */
	repeat(): Promise<void>
	/** Has the platform deliver the last message with another text, as it does when a message is edited. */
	edit(text: string): Promise<void>
	/** Presses Stop under the reply to a run. */
	stop(runId: string): Promise<void>
	/** Presses Answer now under the reply to a run. */
	answerNow(runId: string): Promise<void>
	/** Presses Think harder or Regenerate under the reply to a run. */
	again(runId: string, kind: 'think-harder' | 'regenerate'): Promise<void>
	/** Says what they think of the reply to a run. */
	feedback(runId: string, feedback: Omit<Feedback, 'personId'>): Promise<void>
}

/**
 * A platform that runs against whatever it needs, such as a loopback server, and lets the contract suite read back what a
 * person would see. Each adapter's `harness.ts` is a `HarnessModule`.
 */
export type PlatformHarness = AsyncDisposable & {
	readonly platform: ChatPlatform
	/** Where the suite's replies go. */
	readonly conversation: Conversation
	/** The bot's messages in that conversation as they are now, oldest first. */
	seen(): Promise<readonly SeenMessage[]>
	/** A person who uses the platform; null where the module says that it has no people. */
	readonly person: PlatformPerson | null
	/**
	 * Somebody says something to others, and another person asks the bot about it in the same conversation. Resolves to the id of what was
	 * said, and who has said it; absent where `joinsLate` is false.
	 */
	readonly joinLate?: (said: string, question: string) => Promise<{ readonly said: string; readonly by: Author }>
	/** Has the platform take the bot's next post and lose the answer to it; absent where the platform keeps nothing to be found. */
	readonly loseNextAnswer?: () => void
}

export type StartHarness = (events: PlatformEvents) => Promise<PlatformHarness>

/** What an adapter's `harness.ts` exports. */
export type HarnessModule = {
	readonly startHarness: StartHarness
	/** Other ways in which the platform can be reached, by their names; the suite tests each of them. */
	readonly otherWays?: Readonly<Record<string, StartHarness>>
	/** Whether people write and press buttons on the platform itself, so that the suite tests that too. */
	readonly hasPeople: boolean
	/** Why `find` never finds anything on this platform; absent where it does. */
	readonly findsNothing?: string
}
