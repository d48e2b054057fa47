import { z } from 'zod'
import { messageBlocksSchema, metadataSchema } from './message-limits.ts'
import { flagSchema, nested, timestampSchema } from './wire.ts'

const channel = z.string().min(1)
const markdownText = z.string().min(1).max(12_000, 'msg_too_long')

const content = {
	text: z.string().optional(),
	blocks: messageBlocksSchema.optional(),
	attachments: nested(z.array(z.looseObject({}))).optional(),
	markdown_text: markdownText.optional(),
	parse: z.enum(['none', 'full']).optional(),
	link_names: flagSchema.optional(),
	as_user: flagSchema.optional(),
}

type Content = {
	readonly text?: string | undefined
	readonly blocks?: unknown
	readonly markdown_text?: string | undefined
}

/** A message needs something to show, and one kind of it. */
function checkContent({ text, blocks, markdown_text }: Content, context: z.RefinementCtx): void {
	const refuse = (message: string) => context.addIssue({ code: 'custom', message })
	const hasText = text !== undefined && text.trim() !== ''
	const hasBlocks = Array.isArray(blocks) && blocks.length > 0
	if (markdown_text !== undefined && (hasText || hasBlocks)) refuse('markdown_text_conflict')
	if (!hasText && !hasBlocks && markdown_text === undefined) refuse('no_text')
}

const authorship = {
	username: z.string().optional(),
	icon_emoji: z.string().optional(),
	icon_url: z.string().optional(),
}

export const postMessageSchema = z
	.object({
		...content,
		...authorship,
		channel,
		thread_ts: timestampSchema.optional(),
		reply_broadcast: flagSchema.optional(),
		metadata: metadataSchema.optional(),
		mrkdwn: flagSchema.optional(),
		unfurl_links: flagSchema.optional(),
		unfurl_media: flagSchema.optional(),
	})
	.superRefine(checkContent)

export const updateSchema = z
	.object({
		...content,
		text: z
			.string()
			// Counted in bytes, as has been measured; the documentation says characters.
			.refine((text) => Buffer.byteLength(text) <= 4_000, { error: 'msg_too_long' })
			.optional(),
		channel,
		ts: timestampSchema,
		metadata: metadataSchema.optional(),
		file_ids: nested(z.array(z.string())).optional(),
		reply_broadcast: flagSchema.optional(),
	})
	.superRefine(checkContent)

export const deleteSchema = z.object({ channel, ts: timestampSchema, as_user: flagSchema.optional() })

export const postEphemeralSchema = z
	.object({ ...content, ...authorship, channel, user: z.string().min(1), thread_ts: timestampSchema.optional() })
	.superRefine(checkContent)

export const getPermalinkSchema = z.object({ channel, message_ts: timestampSchema })

/** What is posted to a response address. Markdown text isn't known there. */
export const responseSchema = z
	.object({
		text: z.string().optional(),
		blocks: messageBlocksSchema.optional(),
		response_type: z.enum(['ephemeral', 'in_channel']).optional(),
		replace_original: flagSchema.optional(),
		delete_original: flagSchema.optional(),
		thread_ts: timestampSchema.optional(),
		metadata: metadataSchema.optional(),
		unfurl_links: flagSchema.optional(),
		unfurl_media: flagSchema.optional(),
	})
	.superRefine((response, context) => {
		if (response.delete_original !== true) checkContent(response, context)
	})
export type ResponsePost = z.infer<typeof responseSchema>
