import type { Actor } from '../../src/core/actor.ts'
import type { PlatformEvents } from '../../src/core/chat-platform.ts'
import type { Conversation } from '../../src/core/conversation.ts'
import { reportError } from '../../src/core/errors.ts'
import { preferencesOf } from '../../src/core/text-command.ts'
import { english } from '../../src/rendering/index.ts'
import type { Answers } from './answers.ts'
import { beside } from './beside.ts'
import type { DiscordClient } from './client.ts'
import type { DiscordOptions } from './config.ts'
import type { Earlier } from './earlier.ts'
import { smallLine } from './escape.ts'
import type { Interaction, What } from './interactions.ts'
import { isUnavailable } from './patience.ts'
import {
	actorOf,
	conversationOf,
	fileOf,
	interactionOnly,
	type Said,
	textOfWritten,
	toIncomingMessage,
} from './receive.ts'
import { isRefusal } from './refusals.ts'

type CommandParts = Pick<DiscordOptions, 'interactionMs' | 'onTrouble'> & {
	readonly client: DiscordClient
	readonly answers: Answers
	readonly events: PlatformEvents
	readonly earlier: Pick<Earlier, 'hasAny'>
	readonly stop: (conversation: Conversation, by: Actor) => Promise<string | null>
}

/** Discord's quarter of an hour, less what a request may take. */
export const usualInteractionMs = 15 * 60_000 - 10_000

/** Takes commands: each is answered within three seconds, and the answer to a question becomes that of the command. */
export function createCommandTaker(parts: CommandParts) {
	const { client, answers, events, earlier, stop, interactionMs = usualInteractionMs, onTrouble } = parts
	const ask = async (
		interaction: Interaction,
		heardAtMs: number,
		asked: Asked,
		{ preferences, isPrivate }: Pick<Extract<What, { kind: 'ask' }>, 'preferences' | 'isPrivate'>,
	) => {
		const { id, channel, isMember, person } = interaction
		const isAlone = isPrivate && channel.kind !== 'direct'
		const isReachable = isMember && !isAlone
		const messageId = await deferred(interaction, isAlone, isReachable)
		await orSay(interaction, async () => {
			const { applicationId, token } = interaction
			const changeableUntil = heardAtMs + interactionMs
			if (messageId !== null) {
				const answer = { applicationId, token, channelId: channel.id, messageId, changeableUntil, isReachable }
				const isSeen = !isAlone && channel.kind !== 'direct'
				await answers.keepFirst(`asked:${id}`, {
					...answer,
					isPrivate: isAlone,
					asked: isSeen ? askedLine(interaction) : '',
				})
			}
			const conversation = isReachable
				? conversationOf(channel, messageId ?? id)
				: interactionOnly(channel, id, isAlone)
			const { isModerator: _, ...author } = person
			const said: Said = { id, channelId: channel.id, conversation, person: author, roleIds: [], ...asked }
			await events.message(toIncomingMessage(said, preferences, isMember && earlier.hasAny(said)))
		})
	}
	/** Null where the command can't be answered as such, and an ordinary message answers it. */
	const deferred = async (
		interaction: Interaction,
		isPrivate: boolean,
		isReachable: boolean,
	): Promise<string | null> => {
		try {
			return await client.defer(interaction, { isPrivate })
		} catch (error) {
			if (!isReachable || !(isRefusal(error, 'unknownInteraction') || isUnavailable(error))) throw error
			return null
		}
	}
	const orSay = async (interaction: Interaction, act: () => Promise<void>) => {
		try {
			await act()
		} catch (error) {
			onTrouble(error)
			await client.sayAsAnswer(interaction, `${english.chat.notRecorded} ${reportError(error).message}`)
		}
	}
	/** `heardAtMs` is when Discord has told of it, in milliseconds since 1970. */
	return async (interaction: Interaction, heardAtMs: number): Promise<void> => {
		const { what, channel, person } = interaction
		if (what.kind === 'ask') {
			const asked = { text: what.question, files: [], repliesTo: null }
			await ask(interaction, heardAtMs, asked, what)
		}
		if (what.kind === 'think-about') {
			const { message_reference: reference, attachments } = what.message
			const messageId = reference?.message_id ?? null
			const repliesTo = messageId === null ? null : { channelId: reference?.channel_id ?? channel.id, messageId }
			const asked = { text: textOfWritten(what.message), files: attachments.map(fileOf), repliesTo }
			await ask(interaction, heardAtMs, asked, { preferences: preferencesOf('think'), isPrivate: false })
		}
		if (what.kind === 'stop') {
			const conversation = conversationOf(channel, channel.id)
			const stopping = stop(conversation, actorOf(person, conversation.workspaceId))
			await orSay(interaction, async () => {
				const refusal = await beside(client.defer(interaction, { isPrivate: true }), stopping)
				await client.sayAsAnswer(interaction, refusal ?? english.chat.stopping)
			})
		}
	}
}

const longestAsked = 300

/** What is shown above an answer of what was asked: a question as text, a message as a link to it. */
function askedLine({ what, person, channel }: Interaction): string {
	const asks = english.chat.asks(person.name)
	if (what.kind === 'ask') return smallLine(`${asks} ${what.question}`, longestAsked)
	if (what.kind !== 'think-about') return ''
	const { channel_id: channelId, id } = what.message
	return `${smallLine(asks, longestAsked)} https://discord.com/channels/${channel.guildId ?? '@me'}/${channelId}/${id}`
}

type Asked = Pick<Said, 'text' | 'files' | 'repliesTo'>
