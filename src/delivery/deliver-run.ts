import type { ChatPlatform, Reply } from '../core/chat-platform.ts'
import type { Conversation } from '../core/conversation.ts'
import { type ReplyView, rests } from '../core/reply-view.ts'
import type { RunStore } from '../core/run-store.ts'
import { emptyReplyView, foldRecord } from '../rendering/index.ts'
import { createEditLoop } from './edit-loop.ts'

export type DeliveredRun = { readonly runId: string; readonly conversation: Conversation }

/** Delivery needs no more of the store than to follow a journal, so it works across processes too. */
export type Follow = RunStore['follow']

/**
 * Shows a run on its platform from its first sign of life to its outcome, or until it waits for its asker. Returns the last
 * view shown. An aborted signal ends it early; the run goes on without being shown.
 */
export async function deliverRun(
	{ runId, conversation }: DeliveredRun,
	platform: ChatPlatform,
	follow: Follow,
	signal: AbortSignal,
): Promise<ReplyView> {
	let reply: Reply | null = null
	const loop = createEditLoop({
		send: async (view) => {
			reply = reply === null ? await platform.post(runId, conversation, view) : await platform.update(reply, view)
		},
		paceMs: platform.capabilities.minEditMs,
		isLast: rests,
	})
	let view = emptyReplyView
	loop.show(view)
	for await (const record of follow(runId, 0, signal)) {
		view = foldRecord(view, record)
		loop.show(view)
		if (rests(view)) break
	}
	await loop.settled()
	return view
}
