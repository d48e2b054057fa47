import { afterAll, beforeAll, expect, inject, vi } from 'vitest'
import type { RunEntry } from '../../src/core/conversation-reader.ts'
import type { LocalDiscord } from './discord/local-discord.ts'
import type { DiscordMessage } from './discord/messages.ts'
import type { DiscordPerson } from './discord/people/person.ts'
import { buttonsOf, readableMessage } from './discord-app.ts'
import { type DiscordService, type DiscordServiceOptions, startDiscordService } from './discord-service.ts'
import { type HeldModel, startHeldModel } from './held-model.ts'
import { schoolTrip } from './school-trip.ts'

/** The messages of one run, as they stand in a channel or thread. */
export type DiscordReply = {
	readonly runId: string
	readonly messages: readonly DiscordMessage[]
	/** The one with the buttons. */
	readonly last: DiscordMessage
	readonly text: string
	/** Whether nothing more comes: another try is offered, and Stop is not. */
	readonly rests: boolean
}

/** A Threadwise that is connected to a Discord, for all journeys of a suite. */
export type DiscordJourneys = {
	readonly discord: () => LocalDiscord
	readonly model: () => HeldModel
	readonly service: () => DiscordService
	readonly ada: () => DiscordPerson
	/** Ada mentions the bot in the channel. */
	mention(text: string): DiscordMessage
	/** The replies in a channel or thread once there are so many that rest; there may be no others. */
	answers(channelId: string, count: number): Promise<readonly DiscordReply[]>
	/** The only one of them. */
	answer(channelId: string): Promise<DiscordReply>
	/** The only reply of a channel or thread, once it is shown that it is worked on. */
	inProgress(channelId: string): Promise<DiscordMessage>
	/** What was asked in a thread of the channel. */
	runs(threadId: string): Promise<readonly RunEntry[]>
}

const patience = { timeout: 60_000, interval: 20 }

/** Starts everything before the first test of the suite it is called in, and ends it after the last. */
export function startDiscordJourneys(options: Pick<DiscordServiceOptions, 'discord'> = {}): DiscordJourneys {
	const opened = new AsyncDisposableStack()
	let started: { readonly model: HeldModel; readonly service: DiscordService } | null = null
	const running = () => {
		if (started === null) throw new Error('the journeys have not begun')
		return started
	}
	const discord = () => running().service.discord
	const ada = () => discord().person('Ada')
	beforeAll(async () => {
		const model = opened.use(await startHeldModel(schoolTrip.mistakes))
		const parts = { ...options, modelUrl: model.baseUrl, databaseDump: inject('databaseDump') }
		started = { model, service: opened.use(await startDiscordService(parts)) }
	})
	afterAll(() => opened.disposeAsync())
	return {
		discord,
		ada,
		model: () => running().model,
		service: () => running().service,
		mention: (text) => ada().post(discord().general, `${discord().botMention} ${text}`),
		answers: (channelId, count) => answersIn(discord(), channelId, count),
		answer: async (channelId) => only(await answersIn(discord(), channelId, 1)),
		inProgress: (channelId) =>
			vi.waitFor(() => {
				const { last } = only(repliesIn(discord(), channelId))
				expect(buttonsOf(last).some((id) => id.startsWith('stop:'))).toBe(true)
				return last
			}, patience),
		runs: (threadId) =>
			running().service.runtime().conversationReader.runs({
				platform: 'discord',
				workspaceId: discord().guild,
				channelId: discord().general,
				threadId,
			}),
	}
}

/** The replies in a channel or thread, once there are so many that rest; there may be no others. */
export async function answersIn(
	discord: LocalDiscord,
	channelId: string,
	count: number,
): Promise<readonly DiscordReply[]> {
	await vi.waitFor(() => {
		const replies = repliesIn(discord, channelId)
		expect(replies.length, describeReplies(replies)).toBeGreaterThanOrEqual(count)
		expect(replies.filter(({ rests }) => !rests).map(({ text }) => text)).toEqual([])
	}, patience)
	const replies = repliesIn(discord, channelId)
	expect(replies, describeReplies(replies)).toHaveLength(count)
	return replies
}

function describeReplies(replies: readonly DiscordReply[]): string {
	return replies.map(({ runId, text }) => `${runId}: ${text}`).join('\n---\n')
}

/** The replies in a channel or thread, oldest first. */
export function repliesIn(discord: LocalDiscord, channelId: string): readonly DiscordReply[] {
	return repliesAmong(discord.messages(channelId).filter(({ authorId }) => authorId === discord.botUserId))
}

/** The replies that these messages of the bot are; of each, the last message alone has buttons. */
export function repliesAmong(own: readonly DiscordMessage[]): readonly DiscordReply[] {
	const replies: DiscordReply[] = []
	let messages: DiscordMessage[] = []
	for (const message of own) {
		if (message.components.length === 0) continue
		messages.push(message)
		const buttons = buttonsOf(message)
		const runId = buttons[0]?.split(':')[1]
		if (runId === undefined) continue
		const text = messages.map(readableMessage).join('\n')
		const has = (verb: string) => buttons.some((id) => id.startsWith(`${verb}:`))
		replies.push({ runId, messages, last: message, text, rests: has('think-harder') && !has('stop') })
		messages = []
	}
	return replies
}

/** The only one there is. */
export function only<Item>(items: readonly Item[]): Item {
	const [item, ...more] = items
	if (item === undefined || more.length > 0) throw new Error(`there are ${items.length}, not one`)
	return item
}
