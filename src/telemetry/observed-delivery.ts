import { AbortedError } from '../core/abort.ts'
import { acceptedAtMs, sinceAcceptedMs } from '../core/accepted-at.ts'
import type { ChatPlatform, Reply } from '../core/chat-platform.ts'
import type { DeliveryStore } from '../core/delivery-store.ts'
import { ThreadwiseError } from '../core/errors.ts'
import { isFinal, type ReplyView } from '../core/reply-view.ts'
import type { Observe } from '../core/telemetry.ts'

/** The same platform, of which every message sent, edited or refused is watched. */
export function observedPlatform(platform: ChatPlatform, observe: Observe): ChatPlatform {
	const watch = async (runId: string, action: 'post' | 'edit', view: ReplyView, send: () => Promise<Reply>) => {
		const startedAt = performance.now()
		const facts = () => {
			const elapsedMs = Math.round(performance.now() - startedAt)
			return { runId, platform: platform.name, action, elapsedMs }
		}
		try {
			const reply = await send()
			const sinceAccepted = action === 'post' ? sinceAcceptedMs(runId) : null
			observe({ kind: 'message-sent', ...facts(), sinceAcceptedMs: sinceAccepted, lagMs: lagMs(runId, view) })
			return reply
		} catch (error) {
			if (!(error instanceof AbortedError)) observe({ kind: 'message-failed', ...facts(), code: codeOf(error) })
			throw error
		}
	}
	return {
		name: platform.name,
		capabilities: platform.capabilities,
		start: (events, signal) => platform.start(events, signal),
		find: (runId, conversation) => platform.find(runId, conversation),
		readEarlier: (message) => platform.readEarlier(message),
		post: (runId, conversation, view) => watch(runId, 'post', view, () => platform.post(runId, conversation, view)),
		update: (reply, view) => watch(reply.runId, 'edit', view, () => platform.update(reply, view)),
	}
}

/** The same store, which tells of every run that was delivered. */
export function observedDeliveryStore(store: DeliveryStore, observe: Observe): DeliveryStore {
	return {
		...store,
		markDelivered: async (runId, owner) => {
			await store.markDelivered(runId, owner)
			observe({ kind: 'run-delivered', runId })
		},
	}
}

/** How long ago the outcome was that a view shows; null for a view of something else. */
function lagMs(runId: string, view: ReplyView): number | null {
	if (!isFinal(view)) return null
	const startedAt = view.startedAt === null ? acceptedAtMs(runId) : Date.parse(view.startedAt)
	return startedAt === null ? null : Math.max(0, Date.now() - startedAt - view.elapsedMs)
}

function codeOf(error: unknown): string {
	return error instanceof ThreadwiseError ? error.code : 'internal'
}
