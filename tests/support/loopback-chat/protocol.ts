import { z } from 'zod'
import { runPreferencesSchema } from '../../../src/core/run-preferences.ts'

/** What a bot attaches to its messages; people don't see it. */
export const metadataSchema = z.object({
	runId: z.string(),
	/** The message's place in the reply, counted from 0. */
	part: z.number().int().nonnegative(),
	/** How many messages the whole reply has; null while it is still being worked on. */
	of: z.number().int().positive().nullable(),
})
export type Metadata = z.infer<typeof metadataSchema>

/** A message as a bot writes it, new or over an old one. */
export const draftSchema = z.object({
	text: z.string().min(1),
	metadata: metadataSchema.nullable(),
	/** Whether people whom the text mentions are notified. */
	notifies: z.boolean(),
})
export type Draft = z.infer<typeof draftSchema>

export const postedSchema = z.object({ id: z.string() })

/** A message as the chat lists it. */
const listedMessageSchema = z.object({
	id: z.string(),
	isFromBot: z.boolean(),
	text: z.string(),
	metadata: metadataSchema.nullable(),
})
export const listingSchema = z.object({ messages: z.array(listedMessageSchema) })
export type Listing = z.infer<typeof listingSchema>

/** Somebody has pressed a button under the reply to a run. */
const pressed = { id: z.string(), runId: z.string(), personId: z.string(), isModerator: z.boolean() }

/** What happens in the chat and concerns the bot. */
export const chatEventSchema = z.discriminatedUnion('kind', [
	z.object({
		/** `edit`: the message says this now. */
		kind: z.enum(['message', 'edit']),
		id: z.string(),
		messageId: z.string(),
		conversationId: z.string(),
		personId: z.string(),
		personName: z.string(),
		text: z.string(),
		preferences: runPreferencesSchema,
		sentAt: z.iso.datetime(),
	}),
	z.object({ ...pressed, kind: z.literal('stop') }),
	z.object({ ...pressed, kind: z.literal('answer-now') }),
	z.object({ ...pressed, kind: z.enum(['think-harder', 'regenerate']) }),
	z.object({ ...pressed, kind: z.literal('feedback'), helpful: z.boolean(), reason: z.string().nullable() }),
])
export type ChatEvent = z.infer<typeof chatEventSchema>

/** One delivery of an event, a line of the feed. An event whose delivery isn't answered is delivered again. */
export const deliverySchema = z.object({ deliveryId: z.string(), event: chatEventSchema })
export type Delivery = z.infer<typeof deliverySchema>

/** The bot's answer to a delivery. */
export const deliveryAnswerSchema = z.object({ taken: z.boolean() })
