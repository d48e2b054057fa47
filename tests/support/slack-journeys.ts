import { afterAll, beforeAll, expect, inject, vi } from 'vitest'
import { z } from 'zod'
import type { RunEntry } from '../../src/core/conversation-reader.ts'
import { type HeldModel, startHeldModel } from './held-model.ts'
import { schoolTrip } from './school-trip.ts'
import type { LocalSlack } from './slack/local-slack.ts'
import type { SlackMessage } from './slack/messages.ts'
import type { MessageReference, SlackPerson } from './slack/person.ts'
import { readableBlocks } from './slack-app.ts'
import { type SlackService, type SlackServiceOptions, startSlackService } from './slack-service.ts'

/** The messages of one run, as they stand in a thread. */
export type SlackReply = {
	readonly runId: string
	readonly messages: readonly SlackMessage[]
	/** All that can be read, with everything that is folded opened. */
	readonly text: string
	/** Whether nothing more comes: another try is offered, and Stop is not. */
	readonly rests: boolean
}

/** A Threadwise that is connected to a Slack, for all journeys of a suite. */
export type SlackJourneys = {
	readonly slack: () => LocalSlack
	readonly model: () => HeldModel
	readonly service: () => SlackService
	readonly ada: () => SlackPerson
	/** A text that mentions the bot. */
	mentioning(text: string): string
	/** Ada mentions the bot in the channel, and the bot has heard it. */
	mention(text: string): Promise<MessageReference>
	/** Writes as Ada, and the bot has heard it. */
	say(channel: string, text: string, threadTs?: string): Promise<MessageReference>
	/** The replies in a message's thread, oldest first. */
	replies(root: MessageReference): readonly SlackReply[]
	/** The same, once there are so many that rest; there may be no others. */
	answers(root: MessageReference, count: number): Promise<readonly SlackReply[]>
	/** The only one of them. */
	answer(root: MessageReference): Promise<SlackReply>
	/** The only reply of a thread, once it is shown that it is worked on. */
	inProgress(root: MessageReference): Promise<SlackMessage>
	/** What was asked in a thread. */
	runs(root: MessageReference): Promise<readonly RunEntry[]>
}

export type SlackJourneyOptions = Pick<SlackServiceOptions, 'way' | 'slack'>

const patience = { timeout: 60_000, interval: 20 }
const markSchema = z.object({ run_id: z.string(), part: z.number() })
const stopSchema = z.object({ action_id: z.literal('stop'), value: z.string() })

/** Starts everything before the first test of the suite it is called in, and ends it after the last. */
export function startSlackJourneys(options: SlackJourneyOptions): SlackJourneys {
	const opened = new AsyncDisposableStack()
	let started: { readonly model: HeldModel; readonly service: SlackService } | null = null
	const running = () => {
		if (started === null) throw new Error('the journeys have not begun')
		return started
	}
	const slack = () => running().service.slack
	const ada = () => slack().person('Ada')
	beforeAll(async () => {
		const model = opened.use(await startHeldModel(schoolTrip.mistakes))
		const parts = { ...options, modelUrl: model.baseUrl, databaseDump: inject('databaseDump') }
		started = { model, service: opened.use(await startSlackService(parts)) }
	})
	afterAll(() => opened.disposeAsync())

	const mentioning = (text: string) => `<@${slack().botUserId}> ${text}`
	const say: SlackJourneys['say'] = async (channel, text, threadTs) => {
		const written = ada().post(channel, text, threadTs === undefined ? {} : { threadTs })
		expect((await written.delivered).filter(({ failure }) => failure !== null)).toEqual([])
		return written
	}
	const replies = (root: MessageReference) => repliesIn(slack(), root)
	const answers = (root: MessageReference, count: number) => answersIn(slack(), root, count)
	return {
		slack,
		ada,
		model: () => running().model,
		service: () => running().service,
		mentioning,
		say,
		mention: (text) => say(slack().general, mentioning(text)),
		replies,
		answers,
		answer: async (root) => only(await answers(root, 1)),
		inProgress: (root) =>
			vi.waitFor(() => {
				const message = only(only(replies(root)).messages)
				expect(hasAction(message, 'stop')).toBe(true)
				return message
			}, patience),
		runs: ({ channel, ts }) =>
			running().service.runtime.conversationReader.runs({
				platform: 'slack',
				workspaceId: slack().teamId,
				channelId: channel,
				threadId: ts,
			}),
	}
}

/** The replies in a message's thread, once there are so many that rest; there may be no others. */
export async function answersIn(
	slack: Pick<LocalSlack, 'messages'>,
	root: MessageReference,
	count: number,
): Promise<readonly SlackReply[]> {
	await vi.waitFor(() => {
		const replies = repliesIn(slack, root)
		expect(replies.length, describeReplies(replies)).toBeGreaterThanOrEqual(count)
		expect(replies.filter(({ rests }) => !rests).map(({ text }) => text)).toEqual([])
	}, patience)
	const replies = repliesIn(slack, root)
	expect(replies, describeReplies(replies)).toHaveLength(count)
	return replies
}

/** Slack takes no metadata of a message that is streamed, but its button tells. */
function runIdOf({ metadata, blocks }: SlackMessage): string {
	if (metadata !== null) return markSchema.parse(metadata.event_payload).run_id
	const elements = blocks.flatMap((block) => (block.type === 'actions' ? block.elements : []))
	return only(elements.flatMap((element) => stopSchema.safeParse(element).data ?? [])).value
}

function describeReplies(replies: readonly SlackReply[]): string {
	return replies.map(({ runId, text }) => `${runId}: ${text}`).join('\n---\n')
}

/** The replies in a message's thread, oldest first. */
export function repliesIn(
	slack: Pick<LocalSlack, 'messages'>,
	{ channel, ts }: MessageReference,
): readonly SlackReply[] {
	const isReply = ({ isFromBot, files, ts: own }: SlackMessage) => isFromBot && files.length === 0 && own !== ts
	const own = slack.messages(channel, ts).filter(isReply)
	const byRun = Map.groupBy(own, runIdOf)
	return [...byRun].map(([runId, messages]) => ({
		runId,
		messages,
		text: messages.map(({ blocks }) => readableBlocks(blocks)).join('\n'),
		rests:
			messages.some((message) => hasAction(message, 'think-harder')) &&
			!messages.some((each) => hasAction(each, 'stop')),
	}))
}

/** Whether a message has such a button. */
export function hasAction({ blocks }: SlackMessage, actionId: string): boolean {
	return JSON.stringify(blocks).includes(`"action_id":"${actionId}"`)
}

/** The only one there is. */
export function only<Item>(items: readonly Item[]): Item {
	const [item, ...more] = items
	if (item === undefined || more.length > 0) throw new Error(`there are ${items.length}, not one`)
	return item
}
