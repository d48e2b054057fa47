import { AbortedError } from '../core/abort.ts'
import type { ChatPlatform, Reply } from '../core/chat-platform.ts'
import type { DeliveryStore, KnownReply, PendingDelivery } from '../core/delivery-store.ts'
import { type ReplyView, rests } from '../core/reply-view.ts'

/** Where a reply is kept, and by whom. */
export type ReplyKeeper = {
	readonly platform: ChatPlatform
	readonly store: DeliveryStore
	readonly owner: string
	/** Whether the lease on the conversation can't have ended by now. */
	readonly holdsLease: () => boolean
}

type Known = { readonly reply: Reply | null; readonly isUncertain: boolean }

/**
 * Shows views of one run so that no message is ever posted twice: an intent is written down before each post, the handles after
 * it, and where nobody knows what became of a post, the platform is asked for what stands there before anything is posted again.
 * @throws AbortedError `lease-lost` once the conversation is another process's to show; whatever platform and store throw.
 */
export function createKeptReply(
	{ runId, conversation }: Pick<PendingDelivery, 'runId' | 'conversation'>,
	kept: KnownReply,
	{ platform, store, owner, holdsLease }: ReplyKeeper,
): (view: ReplyView) => Promise<void> {
	const { messageIds } = kept
	let known: Known = { ...kept, reply: messageIds.length === 0 ? null : { runId, conversation, messageIds } }

	const readBack = async (reply: Reply | null) => ({
		reply: (await platform.find(runId, conversation)) ?? reply,
		isUncertain: false,
	})
	const whileOurs = (isOurs: boolean) => {
		if (!isOurs) throw new AbortedError('lease-lost')
	}
	return async (view) => {
		// An edit needs no word from the store, but one that comes late would take back what the next holder has shown.
		whileOurs(holdsLease())
		if (known.isUncertain) known = await readBack(known.reply)
		const { reply } = known
		// Only these may add messages; what is merely edited can be edited again.
		const mayPost = reply === null || rests(view)
		if (mayPost) {
			whileOurs(await store.intend(runId, owner))
			known = { reply, isUncertain: true }
		}
		const shown = reply === null ? await platform.post(runId, conversation, view) : await platform.update(reply, view)
		if (mayPost) whileOurs(await store.keepReply(runId, owner, shown.messageIds))
		known = { reply: shown, isUncertain: false }
	}
}
