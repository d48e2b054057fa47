import type { Reply } from '../../src/core/chat-platform.ts'
import { ThreadwiseError } from '../../src/core/errors.ts'
import { type ReplyView, rests } from '../../src/core/reply-view.ts'
import { english, refusalText } from '../../src/rendering/index.ts'
import type { DiscordClient } from './client.ts'
import { type Draft, draft, textDisplay } from './components.ts'
import type { DiscordOptions } from './config.ts'
import { printHandle } from './handles.ts'
import { isRefusal } from './refusals.ts'

export type Elsewhere = {
	/** Whether a run can't be shown where it was asked for, so that there is no need to try before it has its outcome. */
	isNeeded(runId: string): boolean
	/**
	 * Shows an outcome to whoever asked, as a direct message, with the reason for that; `handles` get its messages. What comes before an
	 * outcome isn't worth a message elsewhere.
	 * @throws what was refused first, where that can't be done either.
	 */
	show(
		showing: {
			readonly reply: Reply
			readonly view: ReplyView
			readonly drafts: readonly Draft[]
			readonly handles: string[]
		},
		refusal?: unknown,
	): Promise<void>
}

type ElsewhereParts = Pick<DiscordOptions, 'runs'> & { readonly client: DiscordClient }

/** For answers that can't be shown where they were asked for. */
export function createElsewhere({ client, runs }: ElsewhereParts): Elsewhere {
	const needed = new Set<string>()
	const send: Elsewhere['show'] = async ({ reply: { runId }, drafts, handles }, refusal) => {
		const asker = (await runs.find(runId))?.asker.id
		if (asker === undefined) throw refusal
		const channelId = await client.directChannel(asker)
		const why = whyElsewhere(refusal)
		handles.splice(0)
		for (const [part, each] of [...why, ...drafts].entries()) {
			const messageId = await client.post(channelId, each, { runId, part, again: 'directly' })
			if (part >= why.length) handles.push(printHandle({ channelId, messageId, answerKey: null }))
		}
	}
	return {
		isNeeded: (runId) => needed.has(runId),
		show: async (showing, refusal) => {
			const { reply, view } = showing
			if (!rests(view)) {
				needed.add(reply.runId)
				return
			}
			needed.delete(reply.runId)
			await send(showing, refusal).catch((error: unknown) => {
				const isClosed = isRefusal(error, 'cannotMessagePerson', 'noSharedGuild', 'missingAccess')
				throw isClosed ? (refusal ?? error) : error
			})
		},
	}
}

function whyElsewhere(refusal: unknown): readonly Draft[] {
	if (!(refusal instanceof ThreadwiseError)) return []
	return [draft([textDisplay(english.chat.answeredHere(refusalText(refusal)))])]
}
