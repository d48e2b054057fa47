import type { StopReason } from '../core/abort.ts'
import type { Conversation, IncomingMessage } from '../core/conversation.ts'
import type { JournalRecord } from '../core/journal.ts'
import type { RunState } from '../core/run.ts'
import type { Follow } from '../delivery/index.ts'
import type { Runtime } from './runtime.ts'

/** What a command needs of Threadwise, in this process or in the one that holds the data folder. */
export type Service = AsyncDisposable & {
	/** Where the runs are worked on. */
	readonly place: 'here' | 'elsewhere'
	ask(message: IncomingMessage): Promise<string>
	stop(runId: string, reason: StopReason): Promise<RunState | null>
	readonly follow: Follow
	/** Where a run was asked. @throws ThreadwiseError `run-unknown`. */
	conversationOf(runId: string): Promise<Conversation>
	/** @throws ThreadwiseError `run-unknown`. */
	read(runId: string): Promise<readonly JournalRecord[]>
}

/** Threadwise in this process. */
export type ServiceHere = Service & { readonly place: 'here'; readonly runtime: Runtime }
/** Threadwise in the process that holds the data folder. */
export type ServiceElsewhere = Service & { readonly place: 'elsewhere' }
