import { createHash } from 'node:crypto'
import {
	type APIModalInteractionResponseCallbackData,
	ApplicationIntegrationType,
	InteractionResponseType,
	MessageFlags,
	Routes,
	ThreadAutoArchiveDuration,
} from 'discord.js'
import { z } from 'zod'
import { type Channel, readChannel } from './channels.ts'
import { type Draft, privately } from './components.ts'
import type { Interaction } from './interactions.ts'
import { hastily } from './patience.ts'
import { readWritten, type Self, type Written } from './receive.ts'
import { isRefusal } from './refusals.ts'
import type { Request } from './requests.ts'

/** Which part of which run's reply a message is: Discord takes one of each only, however often it is asked within some minutes. */
export type Mark = { readonly runId: string; readonly part: number; readonly again?: string }

/** The right to answer an interaction, while it lasts. */
export type AnswerRight = Pick<Interaction, 'applicationId' | 'token'>

/**
 * Everything that is asked of Discord. Each call is made once: whether it is safe to make it again, the caller knows. Only first answers to
 * interactions are repeated here, since Discord waits for them for three seconds and takes one alone.
 */
export type DiscordClient = {
	application(): Promise<Application>
	/** Null where there is none, or none that the bot may see. */
	channel(id: string): Promise<Channel | null>
	/** Posts a message and returns its id; `replyTo` is a message of the same channel, which may be gone. */
	post(channelId: string, draft: Draft, mark: Mark, replyTo?: string | null): Promise<string>
	edit(channelId: string, messageId: string, draft: Draft): Promise<void>
	/** Says something in a few words of Markdown; the same to the same message once only, however often it is asked within some minutes. */
	say(channelId: string, text: string, replyTo?: string | null): Promise<void>
	remove(channelId: string, messageId: string): Promise<void>
	/** At most a hundred messages, oldest first. */
	messages(
		channelId: string,
		where: { readonly before?: string; readonly after?: string; readonly limit: number },
	): Promise<readonly unknown[]>
	/** Null where there is none. */
	message(channelId: string, messageId: string): Promise<Written | null>
	/** Opens the thread that a message begins, which has its id. */
	startThread(channelId: string, messageId: string, name: string): Promise<void>
	/** Takes a thread out of the archive. */
	reopen(threadId: string): Promise<void>
	typing(channelId: string): Promise<void>
	/** The channel of somebody's direct messages. */
	directChannel(personId: string): Promise<string>
	/** Tells Discord that an answer comes, and returns the id of the message that will show it. */
	defer(interaction: Interaction, choices: { readonly isPrivate: boolean }): Promise<string>
	/** Tells Discord that a press was heard, with nothing to be seen of it. */
	deferUpdate(interaction: Interaction): Promise<void>
	openForm(interaction: Interaction, form: APIModalInteractionResponseCallbackData): Promise<void>
	/** Changes an answer to an interaction: the first one, or the one with this id. */
	editAnswer(right: AnswerRight, draft: Draft, messageId?: string): Promise<void>
	/** Takes such an answer away. */
	removeAnswer(right: AnswerRight, messageId: string): Promise<void>
	/** Answers an interaction once more, and returns the id of the message. */
	followUp(right: AnswerRight, draft: Draft, choices: { readonly isPrivate: boolean }): Promise<string>
	/** The same in a few words of Markdown that nobody else sees. */
	whisper(right: AnswerRight, text: string): Promise<void>
	/** The same as the first answer. */
	sayAsAnswer(right: AnswerRight, text: string): Promise<void>
	commands(applicationId: string): Promise<readonly unknown[]>
	setCommands(applicationId: string, commands: readonly unknown[]): Promise<void>
}

export type Application = Self & {
	readonly name: string
	/** Whether the bot may read what isn't said to it. */
	readonly readsMessages: boolean
	/** Whether commands and presses are told to an address instead of the gateway. */
	readonly tellsAnAddress: boolean
	/** Whether somebody may install it for themselves. */
	readonly isPersonal: boolean
	/** Whether a link alone doesn't bring it into a server. */
	readonly needsCodeGrant: boolean
}

const identified = z.object({ id: z.string() })
const messageContent = (1 << 18) | (1 << 19)
const applicationSchema = z.object({
	id: z.string(),
	name: z.string().default(''),
	flags: z.number().default(0),
	bot: z.object({ id: z.string() }).optional(),
	interactions_endpoint_url: z.string().nullish(),
	integration_types_config: z.record(z.string(), z.unknown()).nullish(),
	bot_require_code_grant: z.boolean().default(false),
})
const personal = String(ApplicationIntegrationType.UserInstall)
const listSchema = z.array(z.unknown())
const deferredSchema = z.object({ resource: z.object({ message: identified }) })
/** Nobody is pinged, whatever stands in a text; an edit that doesn't say so pings. */
const quietly = { allowed_mentions: { parse: [], replied_user: false } } as const

export function createClient(request: Request): DiscordClient {
	const idOf = async (answer: Promise<unknown>): Promise<string> => identified.parse(await answer).id
	/** A reply takes the permission to read what was said before; where the bot lacks it, it isn't one. */
	const send = async (channelId: string, body: object, replyTo: string | null, files: Draft['files'] = []) => {
		const asked = (reference: object) =>
			request('post', Routes.channelMessages(channelId), { body: { ...body, ...reference }, files: [...files] })
		try {
			return await asked(replyingTo(replyTo))
		} catch (error) {
			if (replyTo === null || !isRefusal(error, 'noHistory')) throw error
			return asked({})
		}
	}
	const followUp = (right: AnswerRight, body: unknown, files: Draft['files'] = []): Promise<string> =>
		idOf(request('post', Routes.webhook(right.applicationId, right.token), { body, files: [...files], auth: false }))
	const callback = ({ id, token }: Interaction, body: unknown): Promise<unknown> =>
		hastily(() =>
			request('post', Routes.interactionCallback(id, token), {
				body,
				auth: false,
				query: new URLSearchParams({ with_response: 'true' }),
			}),
		)
	const original = ({ applicationId, token }: AnswerRight) => Routes.webhookMessage(applicationId, token, '@original')
	return {
		application: async () => {
			const application = applicationSchema.parse(await request('get', Routes.currentApplication()))
			const { id, name, flags, bot, interactions_endpoint_url: address, integration_types_config: types } = application
			return {
				applicationId: id,
				name,
				userId: bot?.id ?? id,
				readsMessages: (flags & messageContent) !== 0,
				tellsAnAddress: Boolean(address),
				isPersonal: !types || personal in types,
				needsCodeGrant: application.bot_require_code_grant,
			}
		},
		channel: async (id) =>
			readChannel(await orNull(request('get', Routes.channel(id)), 'unknownChannel', 'missingAccess')),
		post: (channelId, { body, files }, { runId, part, again = '' }, replyTo = null) =>
			idOf(send(channelId, { ...body, nonce: nonceOf(runId, part, again), enforce_nonce: true }, replyTo, files)),
		edit: async (channelId, messageId, { body, files }) => {
			await request('patch', Routes.channelMessage(channelId, messageId), { body, files: [...files] })
		},
		say: async (channelId, text, replyTo = null) => {
			const once = replyTo === null ? {} : { nonce: nonceOf(replyTo, text), enforce_nonce: true }
			await send(channelId, { ...wordsOf(text), ...once }, replyTo)
		},
		remove: async (channelId, messageId) => {
			await orNull(request('delete', Routes.channelMessage(channelId, messageId)), 'unknownMessage')
		},
		messages: async (channelId, { before, after, limit }) => {
			const query = new URLSearchParams({
				limit: String(limit),
				...(before === undefined ? {} : { before }),
				...(after === undefined ? {} : { after }),
			})
			return listSchema.parse(await request('get', Routes.channelMessages(channelId), { query })).toReversed()
		},
		message: async (channelId, messageId) => {
			const asked = request('get', Routes.channelMessage(channelId, messageId))
			return readWritten(await orNull(asked, 'unknownMessage', 'unknownChannel', 'missingAccess'))
		},
		startThread: async (channelId, messageId, name) => {
			const body = { name, auto_archive_duration: ThreadAutoArchiveDuration.OneDay }
			await request('post', Routes.threads(channelId, messageId), { body })
		},
		reopen: async (threadId) => {
			await request('patch', Routes.channel(threadId), { body: { archived: false } })
		},
		typing: async (channelId) => {
			await request('post', Routes.channelTyping(channelId))
		},
		directChannel: (personId) => idOf(request('post', Routes.userChannels(), { body: { recipient_id: personId } })),
		defer: async (interaction, { isPrivate }) => {
			const type = InteractionResponseType.DeferredChannelMessageWithSource
			const data = isPrivate ? { flags: MessageFlags.Ephemeral } : {}
			try {
				return deferredSchema.parse(await callback(interaction, { type, data })).resource.message.id
			} catch (error) {
				if (!isRefusal(error, 'alreadyAcknowledged')) throw error
				return idOf(hastily(() => request('get', original(interaction), { auth: false })))
			}
		},
		deferUpdate: async (interaction) => {
			await orNull(
				callback(interaction, { type: InteractionResponseType.DeferredMessageUpdate }),
				'alreadyAcknowledged',
			)
		},
		openForm: async (interaction, data) => {
			await orNull(callback(interaction, { type: InteractionResponseType.Modal, data }), 'alreadyAcknowledged')
		},
		editAnswer: async ({ applicationId, token }, { body, files }, messageId = '@original') => {
			const route = Routes.webhookMessage(applicationId, token, messageId)
			await request('patch', route, { body, files: [...files], auth: false })
		},
		removeAnswer: async ({ applicationId, token }, messageId) => {
			const removed = request('delete', Routes.webhookMessage(applicationId, token, messageId), { auth: false })
			await orNull(removed, 'unknownMessage')
		},
		followUp: (right, draft, { isPrivate }) => {
			const { body, files } = isPrivate ? privately(draft) : draft
			return followUp(right, body, files)
		},
		whisper: async (right, text) => {
			const words = wordsOf(text)
			await followUp(right, { ...words, flags: words.flags | MessageFlags.Ephemeral })
		},
		sayAsAnswer: async (right, text) => {
			await request('patch', original(right), { body: wordsOf(text), auth: false })
		},
		commands: async (applicationId) =>
			listSchema.parse(await request('get', Routes.applicationCommands(applicationId))),
		setCommands: async (applicationId, commands) => {
			await request('put', Routes.applicationCommands(applicationId), { body: commands })
		},
	}
}

function wordsOf(content: string) {
	return { content, flags: MessageFlags.SuppressEmbeds, ...quietly }
}

function replyingTo(messageId: string | null) {
	return messageId === null ? {} : { message_reference: { message_id: messageId, fail_if_not_exists: false } }
}

/** Discord takes 25 characters. */
function nonceOf(...said: readonly (string | number)[]): string {
	return createHash('sha256').update(said.join(' ')).digest('base64url').slice(0, 25)
}

async function orNull(asked: Promise<unknown>, ...refusals: Parameters<typeof isRefusal>[1][]): Promise<unknown> {
	try {
		return await asked
	} catch (error) {
		if (isRefusal(error, ...refusals)) return null
		throw error
	}
}
