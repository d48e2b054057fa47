import type { Reply } from '../../src/core/chat-platform.ts'
import { type ReplyView, rests } from '../../src/core/reply-view.ts'
import type { SlackClient } from './client.ts'
import { processClock } from './clock.ts'
import type { SlackOptions } from './config.ts'
import { createMinuteRate } from './minute-rate.ts'
import { isRefusal, isTooFast, slackCodeOf } from './refusals.ts'
import { createReplyMessages } from './reply-messages.ts'
import { type Draft, showReply, surplusDraft } from './show.ts'
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

/** A reply while it is changed, with the messages it no longer needs: what was posted counts, also where what comes next fails. */
type Standing = { reply: Reply; surplus: readonly string[] }

export function createReplies({ client, runs, runUrl, onTrouble, clock = processClock }: RepliesOptions): Replies {
	const signs = createWorkingSigns(client, onTrouble)
	const streams = createStreams({ calls: client, runs, clock, onTrouble })
	const messages = createReplyMessages(client)
	const mayEditProgress = createMinuteRate(mostProgressEdits, clock)
	/** Of each workspace; what it has refused once isn't tried again until the next start. */
	const supports = new Map<string, BlockSupport>()
	/** Runs whose message has shown nothing but progress, as far as this process knows. */
	const atWork = new Set<string>()

	const draftsOf = ({ runId, conversation }: Reply, view: ReplyView): readonly Draft[] => {
		const support = supports.get(conversation.workspaceId) ?? 'all'
		return showReply({ runId, view, support, recordUrl: runUrl(runId, conversation) })
	}
	// One after the other: Slack shows messages in the order in which they come.
	const postMissing = async (standing: Standing, drafts: readonly Draft[]) => {
		for (const draft of drafts.slice(standing.reply.messageIds.length)) {
			standing.reply = await messages.post(standing.reply, draft)
		}
	}
	const begin = async (standing: Standing, view: ReplyView) => {
		const ts = await streams.start(standing.reply, view)
		if (ts === null) await postMissing(standing, draftsOf(standing.reply, view))
		else standing.reply = { ...standing.reply, messageIds: [ts] }
	}
	const continueProgress = async ({ reply }: Standing, view: ReplyView) => {
		const stream = streams.of(reply.runId)
		if (stream !== null && (await stream.show(streamedPlan(reply.runId, view)))) return
		if (!mayEditProgress(reply.conversation.workspaceId)) return
		const drafts = draftsOf(reply, view)
		for (const part of reply.messageIds.keys()) await messages.edit(reply, part, drafts[part] ?? surplusDraft)
	}
	const showProgress = async (standing: Standing, view: ReplyView) => {
		const { runId, messageIds } = standing.reply
		if (messageIds.length === 0) await begin(standing, view)
		// What Slack doesn't take now is left out: something newer comes, and mustn't wait for it.
		else await continueProgress(standing, view).catch((error) => isTooFast(error) || rethrow(error))
		atWork.add(runId)
	}

	/** Has the first message show the outcome. */
	const showFirst = async (standing: Standing, view: ReplyView, draft: Draft) => {
		const { reply } = standing
		const hasShownProgress = atWork.has(reply.runId)
		try {
			const stream = streams.of(reply.runId)
			if (stream?.message.ts === reply.messageIds[0]) await stream?.end(streamedPlan(reply.runId, view))
			await messages.edit(reply, 0, draft)
			atWork.delete(reply.runId)
		} catch (error) {
			if (isBlockRefusal(error)) throw error
			atWork.delete(reply.runId)
			if (!hasShownProgress || !(isTooFast(error) || isRefusal(error))) throw error
			standing.reply = await messages.post({ ...reply, messageIds: [] }, draft)
			standing.surplus = reply.messageIds
		}
	}
	const removeSurplus = async ({ reply, surplus }: Standing) => {
		const stream = streams.of(reply.runId)
		for (const ts of surplus) {
			if (stream?.message.ts === ts) await stream.end(emptyPlan).catch((error) => isRefusal(error) || rethrow(error))
			await messages.remove(reply, ts)
		}
	}
	/** An outcome doesn't wait until Slack takes an edit: it is posted, and what showed the progress is taken away. */
	const showOutcome = async (standing: Standing, view: ReplyView) => {
		const drafts = draftsOf(standing.reply, view)
		const [first] = drafts
		if (standing.reply.messageIds.length > 0 && first !== undefined) await showFirst(standing, view, first)
		const { reply } = standing
		for (const [part, draft] of drafts.entries()) {
			if (part > 0 && part < reply.messageIds.length) await messages.edit(reply, part, draft)
		}
		standing.surplus = [...standing.surplus, ...reply.messageIds.slice(drafts.length)]
		standing.reply = { ...reply, messageIds: reply.messageIds.slice(0, drafts.length) }
		await postMissing(standing, drafts)
		await removeSurplus(standing)
	}
	return {
		show: async (reply, view) => {
			const standing: Standing = { reply, surplus: [] }
			const show = () => (rests(view) ? showOutcome(standing, view) : showProgress(standing, view))
			await show().catch((error: unknown) => {
				const { workspaceId } = reply.conversation
				if (!isBlockRefusal(error) || supports.get(workspaceId) === 'basic') throw error
				supports.set(workspaceId, 'basic')
				return show()
			})
			signs.show(reply.conversation, reply.runId, !rests(view))
			return standing.reply
		},
		leave: streams.leave,
	}
}

function isBlockRefusal(error: unknown): boolean {
	return slackCodeOf(error) === 'invalid_blocks'
}

function rethrow(error: unknown): never {
	throw error
}
