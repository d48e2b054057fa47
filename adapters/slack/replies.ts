import type { Reply } from '../../src/core/chat-platform.ts'
import { type ReplyView, rests } from '../../src/core/reply-view.ts'
import type { SlackClient } from './client.ts'
import { processClock } from './clock.ts'
import type { SlackOptions } from './config.ts'
import { createMinuteRate } from './minute-rate.ts'
import { isRefusal, isTooFast, slackCodeOf } from './refusals.ts'
import { createReplyMessages, replyOf, type StandingReply, standingReply } from './reply-messages.ts'
import { attachedFile, type Draft, type ShownReply, showReply } from './show.ts'
import type { BlockSupport } from './show-plan.ts'
import { emptyPlan, streamedPlan } from './stream-plan.ts'
import { createStreams } from './streams.ts'
import { createWorkingSigns } from './working-signs.ts'

/** Slack takes 50 edits a minute of a whole workspace; what is left is for outcomes. */
const mostProgressEdits = 40

export type RepliesOptions = Pick<SlackOptions, 'runs' | 'runUrl' | 'onTrouble' | 'clock'> & {
	readonly client: SlackClient
}

/** Shows runs in the messages of their replies. */
export type Replies = {
	show(reply: Reply, view: ReplyView): Promise<Reply>
	/** Does nothing more by itself. */
	leave(): void
}

export function createReplies({ client, runs, runUrl, onTrouble, clock = processClock }: RepliesOptions): Replies {
	const signs = createWorkingSigns(client, clock, onTrouble)
	const streams = createStreams({ calls: client, runs, clock, onTrouble })
	const messages = createReplyMessages(client)
	const mayEditProgress = createMinuteRate(mostProgressEdits, clock)
	/** Of each workspace; what it has refused once isn't tried again until the next start. */
	const supports = new Map<string, BlockSupport>()
	const refuseFiles = new Set<string>()
	/** Runs whose message has shown nothing but progress, as far as this process knows. */
	const atWork = new Set<string>()

	const shownAs = ({ runId, conversation }: StandingReply, view: ReplyView): ShownReply => {
		const { workspaceId } = conversation
		const support = supports.get(workspaceId) ?? 'all'
		return { runId, view, support, attaches: !refuseFiles.has(workspaceId), recordUrl: runUrl(runId, conversation) }
	}
	/** Has a reply no more messages than these. */
	const shorten = async (reply: StandingReply, count: number) => {
		reply.surplus = [...reply.surplus, ...reply.messages.slice(count)]
		reply.messages = reply.messages.slice(0, count)
		const stream = streams.of(reply.runId)
		if (stream !== null && reply.surplus.includes(stream.message.ts)) {
			await stream.end(emptyPlan).catch((error) => isRefusal(error) || rethrow(error))
		}
		await messages.removeSurplus(reply)
	}

	const begin = async (reply: StandingReply, view: ReplyView) => {
		const ts = await streams.start(reply, view)
		if (ts !== null) reply.messages = [ts]
		else for (const [part, draft] of showReply(shownAs(reply, view)).entries()) await messages.post(reply, part, draft)
	}
	/** What somebody has deleted isn't missed: it is about to change. */
	const continueProgress = async (reply: StandingReply, view: ReplyView) => {
		const stream = streams.of(reply.runId)
		if (stream !== null && (await stream.show(streamedPlan(reply.runId, view)))) return
		if (!mayEditProgress(reply.conversation.workspaceId)) return
		const drafts = showReply(shownAs(reply, view))
		for (const [part, draft] of drafts.entries()) await messages.edit(reply, part, draft)
		await shorten(reply, drafts.length)
	}
	const showProgress = async (reply: StandingReply, view: ReplyView) => {
		if (reply.messages.length === 0) await begin(reply, view)
		// What Slack doesn't take now is left out: something newer comes, and mustn't wait for it.
		else await continueProgress(reply, view).catch((error) => isTooFast(error) || rethrow(error))
		atWork.add(reply.runId)
	}

	/**
	 * Has the first message show the outcome. False where it has to be posted: it is gone, or has shown nothing but progress, and Slack
	 * takes no edit of it.
	 */
	const editFirst = async (reply: StandingReply, view: ReplyView, draft: Draft): Promise<boolean> => {
		const { runId, messages: shown } = reply
		const hasShownProgress = atWork.has(runId)
		try {
			const stream = streams.of(runId)
			if (stream?.message.ts === shown[0]) await stream?.end(streamedPlan(runId, view))
			const isThere = await messages.edit(reply, 0, draft)
			atWork.delete(runId)
			return isThere
		} catch (error) {
			if (isBlockRefusal(error)) throw error
			atWork.delete(runId)
			if (!hasShownProgress || !(isTooFast(error) || isRefusal(error))) throw error
			reply.surplus = [...reply.surplus, ...shown]
			reply.messages = []
			return false
		}
	}
	/** An outcome doesn't wait until Slack takes an edit: it is posted, and what showed the progress is taken away. */
	const showOutcome = async (reply: StandingReply, view: ReplyView): Promise<void> => {
		const shown = shownAs(reply, view)
		const drafts = showReply(shown)
		// One after the other: Slack shows messages in the order in which they come.
		for (const [part, draft] of drafts.entries()) {
			const edit = part === 0 ? editFirst(reply, view, draft) : messages.edit(reply, part, draft)
			if (!(await edit)) await messages.post(reply, part, draft)
		}
		await shorten(reply, drafts.length)
		const file = attachedFile(shown)
		if (file === null || reply.files.length > 0 || (await messages.attach(reply, file))) return
		refuseFiles.add(reply.conversation.workspaceId)
		await showOutcome(reply, view)
	}
	return {
		show: async (before, view) => {
			const reply = standingReply(before)
			const show = () => (rests(view) ? showOutcome(reply, view) : showProgress(reply, view))
			await show().catch((error: unknown) => {
				const { workspaceId } = reply.conversation
				if (!isBlockRefusal(error) || supports.get(workspaceId) === 'basic') throw error
				supports.set(workspaceId, 'basic')
				return show()
			})
			signs.show(reply.conversation, reply.runId, !rests(view), before.messageIds.length === 0)
			return replyOf(reply)
		},
		leave: () => {
			streams.leave()
			signs.leave()
		},
	}
}

function isBlockRefusal(error: unknown): boolean {
	return slackCodeOf(error) === 'invalid_blocks'
}

function rethrow(error: unknown): never {
	throw error
}
