import type { types } from '@slack/bolt'
import { z } from 'zod'
import type { ActionResult, Actor, RunBegun } from '../../src/core/actor.ts'
import type { PlatformEvents } from '../../src/core/chat-platform.ts'
import type { GivenFeedback } from '../../src/core/feedback.ts'
import { may, runAsSubject } from '../../src/core/may.ts'
import { english, foldJournal, refusalText } from '../../src/rendering/index.ts'
import { actionIds, longestWindowTitle, plain } from './blocks.ts'
import type { SlackClient } from './client.ts'
import type { SlackOptions } from './config.ts'
import type { Home } from './home.ts'
import { actorOf, type Press, readFeedback, type Self } from './receive.ts'
import { pageFrom, type RecordPage, showRecord } from './show-record.ts'
import type { Thread } from './thread.ts'

type PressParts = Pick<SlackOptions, 'runs' | 'runUrl' | 'onTrouble'> & {
	readonly client: SlackClient
	readonly home: Pick<Home, 'change'>
	readonly events: PlatformEvents
	readonly self: Self
}

type Presses = {
	press(press: Press): Promise<void>
	/** A window was sent off, or closed. */
	window(body: unknown): Promise<void>
}

/** What buttons and windows do. What couldn't be recorded rejects: Slack shows the person that it didn't work. */
export function createPresses(parts: PressParts): Presses {
	const { client, home, events, self, onTrouble } = parts
	const tell = async (at: Thread | null, personId: string, text: string) => {
		if (at !== null) await client.whisper(at, personId, text).catch(onTrouble)
	}
	const act = async (press: Press, action: (actor: Actor) => Promise<ActionResult | RunBegun>) => {
		const result = await action(actorOf(await client.person(press.personId), self))
		if (result.outcome === 'refused') await tell(press.at, press.personId, refusalText(result))
	}
	/** Returns why it isn't kept, or null. */
	const keep = async (personId: string, runId: string, given: GivenFeedback) => {
		const result = await events.feedback(runId, actorOf(await client.person(personId), self), given)
		return result.outcome === 'refused' ? refusalText(result) : null
	}
	const feedback = async ({ value, at, personId, triggerId }: Press) => {
		const { helpful, runId } = readFeedback(value)
		const refusal = await keep(personId, runId, { helpful })
		if (helpful || refusal !== null) return tell(at, personId, refusal ?? english.feedback.thanks)
		await client.openWindow(triggerId, reasonWindow(runId, at)).catch(async (error: unknown) => {
			onTrouble(error)
			await tell(at, personId, english.feedback.thanks)
		})
	}
	const record = createRecordWindow(parts)
	const presses: Readonly<Record<string, (press: Press) => Promise<void>>> = {
		[actionIds.stop]: (press) => act(press, (actor) => events.stop(press.value, actor)),
		[actionIds.answerNow]: (press) => act(press, (actor) => events.answerNow(press.value, actor)),
		[actionIds.thinkHarder]: (press) => act(press, (actor) => events.again(press.value, 'think-harder', actor)),
		[actionIds.regenerate]: (press) => act(press, (actor) => events.again(press.value, 'regenerate', actor)),
		[actionIds.feedback]: feedback,
		[actionIds.helpful]: feedback,
		[actionIds.notHelpful]: feedback,
		[actionIds.fullRecord]: (press) => record.open(press, tell),
		[actionIds.recordBack]: record.turn,
		[actionIds.recordForward]: record.turn,
		[actionIds.homeEffort]: home.change,
		[actionIds.homeQuiet]: home.change,
		[actionIds.homeDirectMessages]: home.change,
		[actionIds.homeChannels]: home.change,
		[actionIds.homePeople]: home.change,
	}
	return {
		press: async (press) => presses[press.actionId]?.(press),
		window: async (body) => {
			const { data } = reasonSchema.safeParse(body)
			if (data === undefined) return
			const { runId, at } = data.view.private_metadata
			const reason = data.type === 'view_submission' ? data.view.state?.values.reason.reason.value?.trim() : null
			const refusal = reason ? await keep(data.user.id, runId, { helpful: false, reason }) : null
			await tell(at, data.user.id, refusal ?? english.feedback.thanks)
		},
	}
}

const reasonWindowId = 'feedback-reason'
const longestReason = 2_000

/** Asks what was wrong. That the answer wasn't helpful is kept already. */
function reasonWindow(runId: string, at: Thread | null): types.ModalView {
	const { askReason, reasonHint, send, skip } = english.feedback
	return {
		type: 'modal',
		callback_id: reasonWindowId,
		notify_on_close: true,
		private_metadata: JSON.stringify({ runId, at }),
		title: plain(english.actions.notHelpful, longestWindowTitle),
		submit: plain(send),
		close: plain(skip),
		blocks: [
			{
				type: 'input',
				block_id: 'reason',
				optional: true,
				label: plain(askReason, longestReason),
				element: {
					type: 'plain_text_input',
					action_id: 'reason',
					multiline: true,
					max_length: longestReason,
					placeholder: plain(reasonHint, 150),
				},
			},
		],
	}
}

const threadSchema = z.object({ channelId: z.string(), threadId: z.string() })
const reasonSchema = z.object({
	type: z.enum(['view_submission', 'view_closed']),
	user: z.object({ id: z.string() }),
	view: z.object({
		callback_id: z.literal(reasonWindowId),
		private_metadata: z
			.string()
			.transform((text): unknown => JSON.parse(text))
			.pipe(z.object({ runId: z.string(), at: threadSchema.nullable() })),
		state: z
			.object({ values: z.object({ reason: z.object({ reason: z.object({ value: z.string().nullish() }) }) }) })
			.optional()
			.catch(undefined),
	}),
})

/** The full record in a window, for whoever may read the run. */
function createRecordWindow({ client, runs, runUrl, self }: PressParts) {
	/** What the window shows, or why it doesn't. */
	const window = async (
		{ runId, page }: RecordPage,
		{ personId, channelId }: Press,
	): Promise<types.ModalView | string> => {
		const run = await runs.find(runId)
		if (run === null) return english.chat.recordGone
		const actor = { ...actorOf(await client.person(personId), self), channelId }
		const permission = may(actor, 'read', runAsSubject(run))
		if (!permission.allowed) return refusalText(permission.refusal)
		const view = foldJournal(await runs.read(runId))
		return showRecord({ runId, view, page, channelId, recordUrl: runUrl(runId, run.conversation) })
	}
	return {
		open: async (press: Press, tell: (at: Thread | null, personId: string, text: string) => Promise<void>) => {
			const shown = await window({ runId: press.value, page: 0 }, press)
			if (typeof shown === 'string') await tell(press.at, press.personId, shown)
			else await client.openWindow(press.triggerId, shown)
		},
		turn: async (press: Press) => {
			const { value, viewId } = press
			const shown = await window(pageFrom(value), press)
			if (viewId !== null && typeof shown !== 'string') await client.changeWindow(viewId, shown)
		},
	}
}
