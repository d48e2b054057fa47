import type { ChatPlatform, Reply } from '../core/chat-platform.ts'
import type { Conversation } from '../core/conversation.ts'
import type { JournalRecord } from '../core/journal.ts'
import type { ReplyView } from '../core/reply-view.ts'
import { deliverRun, type Follow } from './deliver-run.ts'
import { createPace } from './pace.ts'

export type ShownRun = {
	readonly runId: string
	readonly conversation: Conversation
	/** The journal as far as it was shown before; empty for a run that begins. */
	readonly known?: readonly JournalRecord[]
}

/**
 * Shows a run on a platform that this process alone shows it on, such as its own terminal, until the run rests. Returns the last
 * view shown. An aborted signal ends it early; the run goes on without being shown. What can't be shown isn't tried again.
 */
export function showRun(
	{ runId, conversation, known = [] }: ShownRun,
	platform: ChatPlatform,
	follow: Follow,
	signal: AbortSignal,
): Promise<ReplyView> {
	let reply: Reply | null = null
	const { ended } = deliverRun({
		runId,
		known,
		placeInQueue: null,
		show: async (view) => {
			reply = reply === null ? await platform.post(runId, conversation, view) : await platform.update(reply, view)
		},
		follow,
		pace: createPace(platform.capabilities.minEditMs),
		until: 'rest',
		holdBack: async () => {},
		onRest: () => {},
		retryDelayMs: () => null,
		signal,
	})
	return ended
}
