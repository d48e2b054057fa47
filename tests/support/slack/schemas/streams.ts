import { z } from 'zod'
import { sessionStatusSchema } from './assistant.ts'
import { messageBlocksSchema, metadataSchema } from './message-limits.ts'
import { nested, timestampSchema } from './wire.ts'

const markdownChunkSchema = z.strictObject({ type: z.literal('markdown_text'), text: z.string().min(1).max(12_000) })
const planChunkSchema = z.strictObject({ type: z.literal('plan_update'), title: z.string().min(1).max(256) })
const taskChunkSchema = z.strictObject({
	type: z.literal('task_update'),
	id: z.string().min(1).max(256),
	title: z.string().min(1).max(256),
	status: z.enum(['pending', 'in_progress', 'complete', 'error']),
	details: z.string().optional(),
	output: z.string().optional(),
	sources: z.array(z.strictObject({ type: z.literal('url'), url: z.string(), text: z.string() })).optional(),
})
const blocksChunkSchema = z.strictObject({ type: z.literal('blocks'), blocks: messageBlocksSchema })

const chunksSchema = nested(
	z
		.array(z.discriminatedUnion('type', [markdownChunkSchema, planChunkSchema, taskChunkSchema, blocksChunkSchema]))
		.min(1),
)
export type StreamChunk = z.infer<typeof chunksSchema>[number]
export type StreamTask = z.infer<typeof taskChunkSchema>

const content = {
	markdown_text: z.string().min(1).max(12_000, 'msg_too_long').optional(),
	chunks: chunksSchema.optional(),
}

const isEither = ({ markdown_text, chunks }: { readonly markdown_text?: unknown; readonly chunks?: unknown }) =>
	markdown_text === undefined || chunks === undefined
const both = { error: 'cannot_provide_both_markdown_text_and_chunks' }

export const startStreamSchema = z
	.object({
		...content,
		channel: z.string().min(1),
		thread_ts: timestampSchema,
		recipient_user_id: z.string().optional(),
		recipient_team_id: z.string().optional(),
		task_display_mode: z.enum(['timeline', 'plan', 'dense']).optional(),
		username: z.string().optional(),
		icon_emoji: z.string().optional(),
		icon_url: z.string().optional(),
	})
	.refine(isEither, both)

export const appendStreamSchema = z
	.object({ ...content, channel: z.string().min(1), ts: timestampSchema })
	.refine(({ markdown_text, chunks }) => markdown_text !== undefined || chunks !== undefined, { error: 'no_text' })
	.refine(isEither, both)

export const stopStreamSchema = z
	.object({
		...content,
		channel: z.string().min(1),
		ts: timestampSchema,
		blocks: messageBlocksSchema.optional(),
		metadata: metadataSchema.optional(),
		session_status: sessionStatusSchema.optional(),
	})
	.refine(isEither, both)
