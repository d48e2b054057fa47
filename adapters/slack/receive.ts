import { z } from 'zod'
import type { Actor } from '../../src/core/actor.ts'
import { type ContentPart, textContent } from '../../src/core/content.ts'
import type { Author, Conversation, IncomingMessage, SaidMessage } from '../../src/core/conversation.ts'
import type { RunPreferences } from '../../src/core/run-preferences.ts'
import { askedContent } from '../../src/rendering/index.ts'
import { readMark } from './mark.ts'

export const platformName = 'slack'

/** The bot, as the workspace knows it. */
export type Self = { readonly teamId: string; readonly userId: string; readonly botId: string }

/** Somebody in the workspace. */
export type Person = Author & { readonly isAdmin: boolean }

/** One message that somebody wrote. */
export type Said = {
	/** Of the message; the same for every event that tells of it. */
	readonly id: string
	readonly ts: string
	readonly conversation: Conversation
	readonly personId: string
	/** As they see it, without the bot's name. */
	readonly text: string
	readonly files: readonly ContentPart[]
}

/** What an event of Slack comes to. */
export type Received =
	/** Addressed to the bot: it is mentioned, or alone with the person. */
	| { readonly kind: 'question'; readonly said: Said }
	/** In a thread, without a mention: a question only if that person has asked there before and turns to nobody else. */
	| { readonly kind: 'follow-up'; readonly said: Said; readonly turnsToOthers: boolean }
	/** A message says something else now; it isn't known whether it ever was a question, unless it is addressed to the bot. */
	| { readonly kind: 'edit'; readonly said: Said; readonly isAddressed: boolean }
	/** A message is gone. */
	| {
			readonly kind: 'deletion'
			readonly messageId: string
			readonly conversation: Conversation
			readonly personId: string
	  }
	| { readonly kind: 'nothing' }

const file = z.object({ name: z.string().nullish(), mimetype: z.string().nullish(), url_private: z.string().nullish() })
const written = z.object({
	ts: z.string(),
	thread_ts: z.string().optional(),
	user: z.string().optional(),
	bot_id: z.string().nullish(),
	subtype: z.string().optional(),
	text: z.string().nullish(),
	files: z.array(file).optional(),
})
type Written = z.infer<typeof written>

const place = z.object({ channel: z.string(), channel_type: z.string().optional() })
const messageEvent = z.discriminatedUnion('kind', [
	place.extend({ kind: z.literal('changed'), message: written, previous_message: written.optional() }),
	place.extend({ kind: z.literal('deleted'), deleted_ts: z.string(), previous_message: written.optional() }),
	place.extend({ kind: z.literal('new'), ...written.shape }),
])
type MessageEvent = z.infer<typeof messageEvent>

/** Somebody else's software; those named are answered as people are. */
export type AllowedBots = ReadonlySet<string>

const nothing: Received = { kind: 'nothing' }
/** Joins, topics, pins and the like are no messages of anybody. */
const saidSubtypes: ReadonlySet<string | undefined> = new Set([
	...[undefined, 'file_share', 'thread_broadcast', 'me_message', 'bot_message'],
])

/** What a `message` or `app_mention` event comes to. Anything that isn't meant for the bot is nothing. */
export function readMessage(event: unknown, self: Self, allowedBots: AllowedBots): Received {
	const kinds: Readonly<Record<string, string>> = { message_changed: 'changed', message_deleted: 'deleted' }
	const subtype = z.object({ subtype: z.string() }).safeParse(event).data?.subtype ?? ''
	const parsed = messageEvent.safeParse({ ...Object(event), kind: kinds[subtype] ?? 'new' })
	if (!parsed.success) return nothing
	switch (parsed.data.kind) {
		case 'new':
			return readNew(parsed.data, self, allowedBots)
		case 'changed':
			return readChange(parsed.data, self, allowedBots)
		case 'deleted':
			return readDeletion(parsed.data, parsed.data.deleted_ts, parsed.data.previous_message, self)
	}
}

type EventOf<Kind extends MessageEvent['kind']> = Extract<MessageEvent, { kind: Kind }>

function readNew(event: EventOf<'new'>, self: Self, allowedBots: AllowedBots): Received {
	const said = saidIn(event, event, self, allowedBots)
	if (said === null) return nothing
	if (isAddressed(event, event, self)) return { kind: 'question', said }
	const isFirst = event.thread_ts === undefined || event.thread_ts === event.ts
	return isFirst ? nothing : { kind: 'follow-up', said, turnsToOthers: /^\s*<@/.test(event.text ?? '') }
}

function readChange(event: EventOf<'changed'>, self: Self, allowedBots: AllowedBots): Received {
	const { message, previous_message: before } = event
	// A message with replies leaves this in its place.
	if (message.subtype === 'tombstone') return readDeletion(event, message.ts, before, self)
	const said = saidIn(message, event, self, allowedBots)
	// Slack also tells of previews of links, reactions and replies this way.
	if (said === null || message.text === before?.text) return nothing
	const addressed = isAddressed(message, event, self) || (before !== undefined && isAddressed(before, event, self))
	return { kind: 'edit', said, isAddressed: addressed }
}

function readDeletion(
	{ channel, channel_type }: z.infer<typeof place>,
	ts: string,
	before: Written | undefined,
	self: Self,
): Received {
	const personId = before?.user
	if (personId === undefined || personId === self.userId) return nothing
	const conversation = conversationOf({ channel, channel_type, ts, thread_ts: before?.thread_ts }, self)
	return { kind: 'deletion', messageId: messageIdOf(channel, ts), conversation, personId }
}

function saidIn(message: Written, at: z.infer<typeof place>, self: Self, allowedBots: AllowedBots): Said | null {
	const { ts, thread_ts, user, bot_id: botId = null, subtype, text, files = [] } = message
	const personId = user ?? botId
	if (!saidSubtypes.has(subtype) || personId === null) return null
	if (personId === self.userId || botId === self.botId) return null
	const isBot = botId !== null || subtype === 'bot_message'
	if (isBot && !allowedBots.has(personId) && !allowedBots.has(botId ?? '')) return null
	return {
		id: messageIdOf(at.channel, ts),
		ts,
		conversation: conversationOf({ ...at, ts, thread_ts }, self),
		personId,
		text: readText(text ?? '', self),
		files: files.map(fileOf),
	}
}

function fileOf({ name, mimetype, url_private }: z.infer<typeof file>): ContentPart {
	return {
		kind: 'file',
		url: url_private ?? '',
		name: name ?? '',
		mediaType: mimetype ?? 'application/octet-stream',
	}
}

function isAddressed({ text }: Written, at: z.infer<typeof place>, self: Self): boolean {
	return isDirect(at) || mentionOf(self).test(text ?? '')
}

function isDirect({ channel, channel_type }: z.infer<typeof place>): boolean {
	return channel_type === undefined ? channel.startsWith('D') : channel_type === 'im'
}

function mentionOf({ userId }: Self): RegExp {
	return new RegExp(`<@${userId}(?:\\|[^>]*)?>`)
}

type Placed = {
	readonly channel: string
	readonly channel_type?: string | undefined
	readonly ts: string
	readonly thread_ts?: string | undefined
}

/** Every answer stands in a thread: that of the message, or the one that it begins. */
export function conversationOf({ channel, channel_type, ts, thread_ts }: Placed, { teamId }: Self): Conversation {
	return {
		platform: platformName,
		workspaceId: teamId,
		channelId: channel,
		threadId: thread_ts ?? ts,
		...(isDirect({ channel, channel_type }) ? { isDirect: true } : {}),
	}
}

/** The same for a mention, the message behind it and every time that Slack delivers them again. */
export function messageIdOf(channel: string, ts: string): string {
	return `${channel}:${ts}`
}

/** Of a message that somebody had thought about by the shortcut: it may be a question already. */
export function shortcutIdOf(messageId: string, personId: string): string {
	return `${messageId}:${personId}`
}

/** What somebody sees who reads a message: Slack's own syntax and its escapes are undone, the bot's name is left out. */
function readText(text: string, self: Self): string {
	return text
		.replaceAll(new RegExp(mentionOf(self), 'g'), ' ')
		.replaceAll(/<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>/g, (_, sign: string, target: string, label?: string) =>
			readReference(sign, target, label),
		)
		.replaceAll('&lt;', '<')
		.replaceAll('&gt;', '>')
		.replaceAll('&amp;', '&')
		.trim()
}

function readReference(sign: string, target: string, label: string | undefined): string {
	if (sign === '!') return label ?? `@${target.replace(/\^.*/, '')}`
	if (sign !== '') return `${sign}${label ?? target}`
	const address = target.replace(/^mailto:/, '')
	return label === undefined || label === address ? address : `${label} (${target})`
}

export function toIncomingMessage(said: Said, person: Person, preferences: RunPreferences): IncomingMessage {
	const { isAdmin: _, ...author } = person
	const hasEarlier = said.ts !== said.conversation.threadId
	return {
		id: said.id,
		conversation: said.conversation,
		author,
		content: askedContent(said.text, said.files, hasEarlier),
		preferences,
		sentAt: sentAtOf(said),
		...(hasEarlier ? { hasEarlier } : {}),
	}
}

/** To the microsecond: nothing else tells the order of messages that were written at once. */
function sentAtOf({ ts }: Pick<Said, 'ts'>): string {
	const [seconds = '0', microseconds = '000000'] = ts.split('.')
	return new Date(Number(seconds) * 1_000).toISOString().replace('.000Z', `.${microseconds}Z`)
}

/** A message that asks for nothing. */
export function toSaidMessage(said: Said, { id, name }: Pick<Person, 'id' | 'name'>): SaidMessage {
	return { id: said.id, author: { id, name }, content: contentOf(said.text, said.files), sentAt: sentAtOf(said) }
}

/** Of a message that was deleted, nothing is left. */
function contentOf(text: string, files: readonly ContentPart[]): ContentPart[] {
	return [...(text === '' ? [] : textContent(text)), ...files]
}

const threadMessage = written.extend({
	username: z.string().nullish(),
	bot_profile: z.object({ name: z.string() }).optional(),
	blocks: z.array(z.object({ type: z.string(), text: z.unknown().optional() })).optional(),
})

/** A message as it stands in a thread; null for what is no message of anybody. The author's name is null where Slack doesn't tell it. */
export function readSaid(message: unknown, channel: string, self: Self) {
	const { data } = threadMessage.safeParse(message)
	if (data === undefined || !saidSubtypes.has(data.subtype)) return null
	const { ts, user, bot_id: botId = null, files = [], username, bot_profile } = data
	const said = { id: messageIdOf(channel, ts), ts, sentAt: sentAtOf({ ts }) }
	if (user === self.userId || botId === self.botId) {
		const answer = answerIn(data, readMark(message) !== null)
		return answer === '' ? null : { ...said, author: null, content: contentOf(answer, []) }
	}
	const personId = user ?? botId
	if (personId === null) return null
	const content = contentOf(readText(data.text ?? '', self), files.map(fileOf))
	return { ...said, author: { id: personId, name: username ?? bot_profile?.name ?? null }, content }
}

/** Of what the bot has written, what isn't folded: answers stand in `markdown` blocks, what was asked with a command in the text. */
function answerIn({ blocks = [], text }: z.infer<typeof threadMessage>, isReply: boolean): string {
	const texts = blocks.flatMap((block) =>
		block.type === 'markdown' && typeof block.text === 'string' ? [block.text] : [],
	)
	if (texts.length > 0) return texts.join('\n\n')
	return isReply ? '' : (text ?? '')
}

export function actorOf({ id, isAdmin }: Person, { teamId }: Self): Actor {
	return { personId: id, platform: platformName, workspaceId: teamId, isAdmin }
}

/** Somebody pressed a button. */
export type Press = {
	readonly actionId: string
	readonly value: string
	/** Of a menu in which several can be chosen. */
	readonly chosen: readonly string[]
	readonly personId: string
	readonly triggerId: string
	/** Where the button stands: in a message, or in a window. */
	readonly at: { readonly channelId: string; readonly threadId: string } | null
	readonly viewId: string | null
	/** In which channel they see what they press; empty on the home tab. */
	readonly channelId: string
}

const chosenSchema = z.array(z.string()).default([])
const pressedSchema = z.object({
	action_id: z.string(),
	value: z.string().default(''),
	selected_option: z.object({ value: z.string() }).nullish(),
	selected_conversations: chosenSchema,
	selected_users: chosenSchema,
})

const pressSchema = z.object({
	user: z.object({ id: z.string() }),
	trigger_id: z.string(),
	actions: z.array(pressedSchema).min(1),
	channel: z.object({ id: z.string() }).optional(),
	message: z.object({ ts: z.string(), thread_ts: z.string().optional() }).optional(),
	view: z.object({ id: z.string(), private_metadata: z.string().default('') }).optional(),
})

export function readPress(body: unknown): Press | null {
	const { data } = pressSchema.safeParse(body)
	const [action] = data?.actions ?? []
	if (data === undefined || action === undefined) return null
	const { user, trigger_id: triggerId, channel, message, view } = data
	return {
		actionId: action.action_id,
		value: action.selected_option?.value ?? action.value,
		chosen: [...action.selected_conversations, ...action.selected_users],
		personId: user.id,
		triggerId,
		at: channel && message ? { channelId: channel.id, threadId: message.thread_ts ?? message.ts } : null,
		viewId: view?.id ?? null,
		// A window says where it was opened.
		channelId: channel?.id ?? view?.private_metadata ?? '',
	}
}

/** What buttons for feedback say. */
export function readFeedback(value: string): { readonly helpful: boolean; readonly runId: string } {
	const [helpful, ...runId] = value.split(' ')
	return { helpful: helpful === 'helpful', runId: runId.join(' ') }
}

const commandSchema = z.object({
	command: z.string(),
	text: z.string().default(''),
	user_id: z.string(),
	user_name: z.string().optional(),
	channel_id: z.string(),
})

/** A command with a slash. */
export type SlashCommand = {
	readonly command: string
	readonly text: string
	readonly personId: string
	/** By which Slack knows them, not what others call them. */
	readonly userName: string
	readonly channelId: string
}

export function readSlashCommand(body: unknown, self: Self): SlashCommand | null {
	const { data } = commandSchema.safeParse(body)
	if (data === undefined) return null
	const { command, text, user_id: personId, user_name: userName = personId, channel_id: channelId } = data
	return { command, text: readText(text, self), personId, userName, channelId }
}

const shortcutSchema = z.object({
	user: z.object({ id: z.string() }),
	channel: z.object({ id: z.string() }),
	message: written,
})

/** Somebody wants a message thought about; whoever wrote it, they ask. */
export function readShortcut(body: unknown, self: Self): Said | null {
	const { data } = shortcutSchema.safeParse(body)
	if (data === undefined) return null
	const { user, channel, message } = data
	const { ts, thread_ts, text, files = [] } = message
	return {
		id: shortcutIdOf(messageIdOf(channel.id, ts), user.id),
		ts,
		conversation: conversationOf({ channel: channel.id, ts, thread_ts }, self),
		personId: user.id,
		text: readText(text ?? '', self),
		files: files.map(fileOf),
	}
}

const stoppedSchema = z.object({ channel: z.string(), user: z.string(), thread_ts: z.string() })

/** Somebody pressed Slack's own Stop. */
export function readSessionStop(
	event: unknown,
	self: Self,
): { readonly conversation: Conversation; readonly personId: string } | null {
	const { data } = stoppedSchema.safeParse(event)
	if (data === undefined) return null
	return { conversation: conversationOf({ channel: data.channel, ts: data.thread_ts }, self), personId: data.user }
}
