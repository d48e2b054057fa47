import type { Author, Conversation } from './conversation.ts'
import type { Feedback } from './feedback.ts'
import type { Place } from './installation-store.ts'
import type { RunKind, RunState } from './run.ts'
import type { RunPreferences } from './run-preferences.ts'

/** A run in the list of a conversation; what it has come to stands in its journal. */
export type RunEntry = {
	readonly runId: string
	readonly kind: RunKind
	readonly parentRunId: string | null
	readonly state: RunState
	/** The platform's id of the message that it answers. */
	readonly messageId: string
	/** As this run was asked it; it may have been edited since. Null where it was erased. */
	readonly question: string | null
	readonly asker: Author
	readonly preferences: RunPreferences
	/** ISO 8601. */
	readonly askedAt: string
	/** The newest of each person. */
	readonly feedback: readonly Feedback[]
}

/** A conversation in a list of conversations. */
export type ConversationEntry = {
	readonly conversation: Conversation
	/** The beginning of the first question in it that has words, at most 120 characters; null where none has, as all were erased. */
	readonly title: string | null
	readonly runs: number
	/** Whether any of its runs has no outcome yet. */
	readonly isOpen: boolean
	/** When the newest question was asked, ISO 8601. */
	readonly lastAskedAt: string
}

/** What somebody is to a conversation: they have asked in it, only others have, or nobody has. */
export type Standing = 'asker' | 'bystander' | 'stranger'

export type ConversationQuery = {
	readonly platform: string
	readonly workspaceId: string
	/** Only those in which this person has asked. */
	readonly personId?: string
	/** Only those whose newest question is older, ISO 8601: the next page. */
	readonly before?: string
	readonly limit: number
}

/** Reads what was asked where, for places that show more than single replies. */
export interface ConversationReader {
	/** The newest first. */
	list(query: ConversationQuery): Promise<readonly ConversationEntry[]>
	/** The conversation that a message is part of, asked or overheard; null for one that nobody has recorded. */
	holding(messageId: string, place: Place): Promise<Conversation | null>
	standing(conversation: Conversation, personId: string): Promise<Standing>
	/** In the order in which they were asked; empty for a conversation that nobody has begun. */
	runs(conversation: Conversation): Promise<readonly RunEntry[]>
	/** One of them; null for an unknown run. */
	run(runId: string): Promise<RunEntry | null>
	/**
	 * A mark for each of these, in their order, that changes when what `runs` tells does: cheap to ask for, whatever is in them. Not
	 * when an asker is called otherwise by now.
	 */
	marks(conversations: readonly Conversation[]): Promise<readonly string[]>
}
