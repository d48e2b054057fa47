import type { DiscordCall } from '../../support/discord/calls.ts'
import { madeAt } from '../../support/discord/identifiers.ts'
import type { LocalDiscord } from '../../support/discord/local-discord.ts'
import type { DiscordMessage } from '../../support/discord/messages.ts'
import { buttonsOf, readableMessage } from '../../support/discord-app.ts'
import { expectedResult } from '../chat/mentions.ts'
import type { Answering } from '../chat/outcomes.ts'

/** Answers stand in the threads of their questions, which have their ids, or reply to them. */
export function discordAnswering(discord: LocalDiscord): Answering<DiscordMessage, DiscordMessage> {
	const isOwn = ({ authorId }: DiscordMessage) => authorId === discord.botUserId
	return {
		repliesTo: ({ id, channelId }) => [
			...discord.messages(id).filter(isOwn),
			...discord.messages(channelId).filter((each) => isOwn(each) && each.replyTo === id),
		],
		isAnswer: (reply) =>
			readableMessage(reply).includes(expectedResult) && buttonsOf(reply).some((id) => id.startsWith('think-harder:')),
	}
}

/** How long each question waited until somebody was seen typing in its channel, or its thread was there. */
export function signsOfLifeMs(discord: LocalDiscord, asked: readonly DiscordMessage[]): readonly number[] {
	const typings = discord.typings.filter(({ userId }) => userId === discord.botUserId)
	const threads = new Map(
		discord.calls.flatMap(({ route, parameters, at, isDone }) =>
			route === 'POST /channels/{channel_id}/messages/{message_id}/threads' && isDone
				? [[parameters.message_id, at]]
				: [],
		),
	)
	return asked.map(({ id, channelId }) => {
		const askedAt = madeAt(id)
		const typing = typings.find((each) => each.channelId === channelId && each.at >= askedAt)?.at
		return Math.min(typing ?? Number.POSITIVE_INFINITY, threads.get(id) ?? Number.POSITIVE_INFINITY) - askedAt
	})
}

/** What a call is about: a part of a run's reply, or else whatever its address names. */
export function discordPurposeOf({ method, path, body }: DiscordCall): string {
	const nonce = typeof body === 'object' && body !== null && 'nonce' in body ? String(body.nonce) : ''
	return [method, path, nonce].join(' ')
}

/** The most changes of messages that any channel or thread has seen within so long. */
export function mostEditsWithin(calls: readonly DiscordCall[], windowMs: number): number {
	const edits = calls.filter(({ route }) => route === 'PATCH /channels/{channel_id}/messages/{message_id}')
	const counts = [...Map.groupBy(edits, ({ parameters }) => parameters.channel_id).values()].flatMap((inChannel) =>
		inChannel.map(({ at }) => inChannel.filter((each) => each.at >= at && each.at < at + windowMs).length),
	)
	return Math.max(0, ...counts)
}
