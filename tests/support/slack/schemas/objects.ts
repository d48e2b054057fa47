import { z } from 'zod'

/** Plain text of at most so many characters. */
export const plainText = (maximum: number) =>
	z.strictObject({
		type: z.literal('plain_text'),
		text: z.string().min(1).max(maximum),
		emoji: z.boolean().optional(),
	})

export const markdownText = (maximum: number) =>
	z.strictObject({
		type: z.literal('mrkdwn'),
		text: z.string().min(1).max(maximum),
		verbatim: z.boolean().optional(),
	})

export const textObject = (maximum: number) => z.discriminatedUnion('type', [plainText(maximum), markdownText(maximum)])

export const identifierSchema = z.string().min(1).max(255)

export const confirmationSchema = z.strictObject({
	title: plainText(100),
	text: textObject(300),
	confirm: plainText(30),
	deny: plainText(30),
	style: z.enum(['primary', 'danger']).optional(),
})

export const optionSchema = z.strictObject({
	text: textObject(75),
	value: z.string().min(1).max(150),
	description: textObject(75).optional(),
	url: z.string().max(3_000).optional(),
})

export const optionGroupSchema = z.strictObject({
	label: plainText(75),
	options: z.array(optionSchema).min(1).max(100),
})

export const imageElementSchema = z.strictObject({
	type: z.literal('image'),
	alt_text: z.string().max(2_000),
	image_url: z.string().max(3_000).optional(),
	slack_file: z.unknown().optional(),
})

/** Rich text has a grammar of its own, of which nothing is counted here. */
export const richTextSchema = z.looseObject({ type: z.literal('rich_text'), elements: z.array(z.looseObject({})) })
