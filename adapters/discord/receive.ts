import { z } from 'zod'
import type { Actor } from '../../src/core/actor.ts'
import { type ContentPart, textContent } from '../../src/core/content.ts'
import type { Author, Conversation, IncomingMessage, SaidMessage } from '../../src/core/conversation.ts'
import type { RunPreferences } from '../../src/core/run-preferences.ts'
import { askedContent } from '../../src/rendering/index.ts'
import type { Channel } from './channels.ts'
import { sentAtOf } from './snowflakes.ts'

export const platformName = 'discord'

/** The bot, as Discord knows it. */
export type Self = { readonly applicationId: string; readonly userId: string }

/** Somebody who does something, where they do it. */
export type Person = Author & {
	/** Whether they look after the place, so that they may stop what others have asked. */
	readonly isModerator: boolean
}

/** One message that somebody wrote. */
export type Said = {
	/** Of the message. */
	readonly id: string
	readonly channelId: string
	readonly conversation: Conversation
	readonly person: Author
	/** Of the person, in the guild. */
	readonly roleIds: readonly string[]
	/** As they see it, without the bot's name. */
	readonly text: string
	readonly files: readonly ContentPart[]
	/** What it replies to, where it replies to something. */
	readonly repliesTo: { readonly channelId: string; readonly messageId: string } | null
}

/** What a message comes to. */
export type Received =
	/** Addressed to the bot: it is mentioned, replied to, or alone with the person. */
	| { readonly kind: 'question'; readonly said: Said }
	/** In a thread, without a mention: a question only if that person has asked there before and turns to nobody else. */
	| { readonly kind: 'follow-up'; readonly said: Said; readonly turnsToOthers: boolean }
	| { readonly kind: 'nothing' }

const nothing: Received = { kind: 'nothing' }

const user = z.object({ id: z.string(), username: z.string().default(''), global_name: z.string().nullish() })
const attachment = z.object({ filename: z.string(), url: z.string(), content_type: z.string().nullish() })
type Component = { content?: string | undefined; components?: Component[] | undefined }
const component: z.ZodType<Component> = z.lazy(() =>
	z.object({ content: z.string().optional(), components: z.array(component).optional() }),
)
const shown = z.object({
	content: z.string().default(''),
	attachments: z.array(attachment).default([]),
	mentions: z.array(user).default([]),
	components: z.array(component).catch([]),
	embeds: z.array(z.object({ title: z.string().nullish(), description: z.string().nullish() })).catch([]),
})
const sent = shown.extend({
	id: z.string(),
	channel_id: z.string(),
	/** Absent in direct messages, and wherever a message wasn't told by the gateway. */
	guild_id: z.string().nullish(),
	type: z.number().default(0),
	author: user.extend({ bot: z.boolean().optional() }),
	webhook_id: z.string().nullish(),
	member: z.object({ nick: z.string().nullish(), roles: z.array(z.string()).default([]) }).nullish(),
	mention_roles: z.array(z.string()).default([]),
	edited_timestamp: z.string().nullish(),
	message_reference: z
		.object({ type: z.number().nullish(), channel_id: z.string(), message_id: z.string().nullish() })
		.nullish(),
	referenced_message: z
		.object({
			id: z.string(),
			author: z.object({ id: z.string() }),
			message_reference: z.object({ message_id: z.string().nullish() }).nullish(),
		})
		.nullish(),
	message_snapshots: z.array(z.object({ message: shown })).nullish(),
})
/** What is forwarded counts as written by whoever forwards it. */
const written = sent.transform(({ message_snapshots: snapshots, ...message }) => {
	const forwarded = (snapshots ?? []).map((snapshot) => snapshot.message)
	return {
		...message,
		text: message.content || [...forwarded, message].map(textShown).filter(Boolean).join('\n'),
		attachments: [message, ...forwarded].flatMap(({ attachments }) => attachments),
		mentions: [message, ...forwarded].flatMap(({ mentions }) => mentions),
	}
})
export type Written = z.infer<typeof written>

/** What there is to be read in a message: what it says, or, as it may say nothing else, what stands in its components and embeds. */
function textShown({ content, components, embeds }: z.infer<typeof shown>): string {
	const embedded = embeds.flatMap(({ title, description }) => [title ?? '', description ?? ''])
	return content || [...textsIn(components), ...embedded].filter(Boolean).join('\n')
}

function textsIn(components: readonly Component[]): readonly string[] {
	return components.flatMap(({ content = '', components: inner = [] }) => [content, ...textsIn(inner)])
}

/** Everything else are joins, pins, boosts and the like; the answers to commands are bots' own. */
const ordinaryMessage = 0
const replyMessage = 19
const saidTypes: ReadonlySet<number> = new Set([ordinaryMessage, replyMessage])
const commandAnswers = [20, 23] as const
const earlierTypes: ReadonlySet<number> = new Set([...saidTypes, ...commandAnswers])
const forwarded = 1

/** A message as Discord tells of it; null for what isn't one. */
export function readWritten(message: unknown): Written | null {
	return written.safeParse(message).data ?? null
}

/** Where and by whom a message counts as said to the bot. */
export type Listening = {
	readonly self: Self
	/** Bots that are answered as people are. */
	readonly allowedBots: ReadonlySet<string>
	/** Of the bot alone, which people mention instead of it by mistake; null where there is none. */
	readonly ownRoleId: string | null
	/** Whether the bot may read what isn't said to it. */
	readonly readsMessages: boolean
}

/** What a message comes to. Anything that isn't meant for the bot is nothing. */
export function readMessage(message: Written, channel: Channel, listening: Listening): Received {
	const said = readSaid(message, channel, listening)
	if (said === null) return nothing
	if (isAddressed(message, channel, listening)) return { kind: 'question', said }
	return channel.kind === 'thread'
		? { kind: 'follow-up', said, turnsToOthers: /^\s*<@/.test(message.content) }
		: nothing
}

/** A message that somebody wrote, whether it is meant for the bot or not; null for what nobody is answered. */
export function readSaid(message: Written, channel: Channel, { self, allowedBots, ownRoleId }: Listening): Said | null {
	const { id, author, webhook_id: webhookId, message_reference: reference } = message
	if (!saidTypes.has(message.type) || author.id === self.userId) return null
	const isBot = author.bot === true || (webhookId ?? null) !== null
	if (isBot && !allowedBots.has(author.id)) return null
	const messageId = reference?.message_id ?? null
	return {
		id,
		channelId: channel.id,
		conversation: conversationOf(channel, id),
		person: { id: author.id, name: nameOf(message) },
		roleIds: message.member?.roles ?? [],
		text: readText(message, { self, ownRoleId }),
		files: message.attachments.map(fileOf),
		repliesTo:
			messageId === null || reference?.type === forwarded
				? null
				: { channelId: reference?.channel_id ?? '', messageId },
	}
}

export function isAddressed(
	message: Written,
	channel: Channel,
	{ self, ownRoleId }: Pick<Listening, 'self' | 'ownRoleId'>,
): boolean {
	return (
		channel.kind === 'direct' ||
		message.mentions.some(({ id }) => id === self.userId) ||
		(ownRoleId !== null && message.mention_roles.includes(ownRoleId)) ||
		mentionOf(self).test(message.content) ||
		(message.type === replyMessage && message.referenced_message?.author.id === self.userId)
	)
}

/** Whether there is nothing in a message that could be answered, as in a sticker or a poll. */
export function isWordless({ text, attachments }: Written): boolean {
	return text === '' && attachments.length === 0
}

/** Whether something was written of which Discord doesn't show us a word, as the bot lacks the message-content intent. */
export function isHidden(message: Written, channel: Channel, { self, readsMessages }: Listening): boolean {
	const isShown = readsMessages || channel.kind === 'direct' || message.mentions.some(({ id }) => id === self.userId)
	return !isShown && isWordless(message)
}

/** The message as part of a conversation that it didn't ask anything in; null for what nobody said. */
export function readEarlier(message: Written, self: Self): SaidMessage | null {
	const { id, type, author } = message
	const isOurs = author.id === self.userId
	const all = readText(message, { self, ownRoleId: null })
	const text = isOurs ? withoutSmallLines(all) : all
	const content = [...(text === '' ? [] : textContent(text)), ...message.attachments.map(fileOf)]
	if (!earlierTypes.has(type) || content.length === 0) return null
	return { id, author: isOurs ? null : { id: author.id, name: nameOf(message) }, content, sentAt: sentAtOf(id) }
}

/** Without what stands in small print under our answers. */
function withoutSmallLines(text: string): string {
	return text.replaceAll(/^-# .*$/gm, '').trim()
}

function nameOf({ author, member }: Pick<Written, 'author' | 'member'>): string {
	return member?.nick || author.global_name || author.username || author.id
}

export function fileOf({ filename, url, content_type }: z.infer<typeof attachment>): ContentPart {
	return { kind: 'file', url, name: filename, mediaType: content_type ?? 'application/octet-stream' }
}

/**
 * Where an answer goes. What is asked in a channel is answered in the thread that its message begins, which has the message's id; in a
 * direct message there are no threads.
 */
export function conversationOf(channel: Channel, messageId: string): Conversation {
	const place = { platform: platformName, workspaceId: channel.guildId ?? '' }
	if (channel.kind === 'direct') return { ...place, channelId: channel.id, threadId: '', isDirect: true }
	return channel.kind === 'thread'
		? { ...place, channelId: channel.parentId, threadId: channel.id }
		: { ...place, channelId: channel.id, threadId: messageId }
}

/** The command that began a conversation in which nothing but its answers can be shown; null for any other. */
export function commandOf({ threadId }: Conversation): string | null {
	return threadId.startsWith(interactionPrefix) ? threadId.slice(interactionPrefix.length) : null
}

const interactionPrefix = 'interaction:'

/** What is asked with a command where the bot isn't, or for one person's eyes: nothing but answers to that command can be shown there. */
export function interactionOnly(channel: Channel, interactionId: string, isPrivate: boolean): Conversation {
	const channelId = channel.kind === 'thread' ? channel.parentId : channel.id
	const place = { platform: platformName, workspaceId: channel.guildId ?? '', channelId }
	return { ...place, threadId: `${interactionPrefix}${interactionId}`, ...(isPrivate ? { isDirect: true } : {}) }
}

export function isInteractionOnly(conversation: Conversation): boolean {
	return commandOf(conversation) !== null
}

function mentionOf({ userId }: Self): RegExp {
	return new RegExp(`<@!?${userId}>`)
}

/** What somebody sees who reads a message: people are called by their names, and the bot's name is left out. */
function readText(
	{ text, mentions }: Pick<Written, 'text' | 'mentions'>,
	{ self, ownRoleId }: Pick<Listening, 'self' | 'ownRoleId'>,
): string {
	const names = new Map(mentions.map(({ id, global_name, username }) => [id, global_name || username || id]))
	return text
		.replaceAll(new RegExp(mentionOf(self), 'g'), ' ')
		.replaceAll(/<@!?(\d+)>/g, (mention, id: string) => (names.has(id) ? `@${names.get(id)}` : mention))
		.replaceAll(/<@&(\d+)>/g, (mention, id: string) => (id === ownRoleId ? ' ' : mention))
		.replaceAll(/<a?(:\w+:)\d+>/g, '$1')
		.trim()
}

/** What somebody has written who may not have written it to the bot. */
export function textOfWritten(message: Pick<Written, 'text' | 'mentions'>): string {
	return readText(message, { self: { applicationId: '', userId: '' }, ownRoleId: null })
}

/**
 * The conversations that a reply to one of our messages may go on with, outside of threads: the one that the message began, as the answer to a
 * command does, or that of the question which it replies to.
 */
export function repliedConversations(
	{ referenced_message: replied }: Written,
	{ conversation }: Said,
	self: Self,
): readonly Conversation[] {
	if (!replied || replied.author.id !== self.userId || conversation.isDirect === true) return []
	const question = replied.message_reference?.message_id ?? null
	return [replied.id, ...(question === null ? [] : [question])].map((threadId) => ({ ...conversation, threadId }))
}

/** What somebody has said to others, as context. */
export function toSaidMessage({
	id,
	person,
	text,
	files,
}: Pick<Said, 'id' | 'person' | 'text' | 'files'>): SaidMessage {
	const { id: personId, name } = person
	const content = [...(text === '' ? [] : textContent(text)), ...files]
	return { id, author: { id: personId, name }, content, sentAt: sentAtOf(id) }
}

export function toIncomingMessage(said: Said, preferences: RunPreferences, hasEarlier: boolean): IncomingMessage {
	return {
		id: said.id,
		conversation: said.conversation,
		author: said.person,
		content: askedContent(said.text, said.files, hasEarlier),
		preferences,
		sentAt: sentAtOf(said.id),
		...(hasEarlier ? { hasEarlier } : {}),
	}
}

export function actorOf({ id, isModerator }: Pick<Person, 'id' | 'isModerator'>, workspaceId: string): Actor {
	return { personId: id, platform: platformName, workspaceId, isAdmin: isModerator }
}
