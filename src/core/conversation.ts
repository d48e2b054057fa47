import { z } from 'zod'
import { contentPartSchema } from './content.ts'
import { runPreferencesSchema } from './run-preferences.ts'

/** Where a reply goes. `workspaceId` is the workspace, guild or server, whatever the platform calls it; empty parts are empty strings. */
export const conversationSchema = z.object({
	platform: z.string().min(1),
	workspaceId: z.string(),
	channelId: z.string(),
	threadId: z.string(),
	/** Whether nobody but one person and the bot is in it. */
	isDirect: z.boolean().optional(),
})
export type Conversation = z.infer<typeof conversationSchema>

/** A person as their platform knows them. */
export const authorSchema = z.object({
	id: z.string().min(1),
	name: z.string(),
	/** A BCP 47 tag, such as `en-GB`. */
	locale: z.string().optional(),
	/** An IANA name, such as `Europe/Berlin`. */
	timeZone: z.string().optional(),
})
export type Author = z.infer<typeof authorSchema>

/** One message from a person, parsed from a platform's event. */
export const incomingMessageSchema = z.object({
	/** Stable across redeliveries of the same event, unique within the platform and workspace: a second one is a duplicate. */
	id: z.string().min(1),
	conversation: conversationSchema,
	author: authorSchema,
	content: z.array(contentPartSchema),
	preferences: runPreferencesSchema,
	/**
	 * Where a platform lets people say so: the run whose question back it answers, or null for a question of its own whatever waits.
	 * Left out, it answers whichever run of the same person waits in the conversation.
	 */
	answers: z.string().nullable().optional(),
	sentAt: z.iso.datetime(),
	/** Whether it isn't the first message of its conversation, so that the platform may know of some that we don't. */
	hasEarlier: z.boolean().optional(),
})
export type IncomingMessage = z.infer<typeof incomingMessageSchema>

/** What was said in a conversation without asking us anything. `author` is null for an answer of ours of which nothing else is kept. */
export type SaidMessage = Pick<IncomingMessage, 'id' | 'content' | 'sentAt'> & { readonly author: Author | null }

/** One message of a conversation as the model sees it. `author` is null for our own answers. */
export const turnSchema = z.object({
	author: z.string().nullable(),
	content: z.array(contentPartSchema),
	/** Whether it was said to others, not to us: it tells what was spoken about, and asks for nothing. */
	isOverheard: z.boolean().optional(),
})
export type Turn = z.infer<typeof turnSchema>
