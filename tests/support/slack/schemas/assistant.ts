import { z } from 'zod'
import { nested, timestampSchema } from './wire.ts'

const channel_id = z.string().min(1)

export const sessionStatusSchema = z.enum(['processing', 'active', 'suspended', 'closed'])
export type SessionStatus = z.infer<typeof sessionStatusSchema>

export const setSessionStatusSchema = z.object({
	channel_id,
	thread_ts: timestampSchema,
	status: sessionStatusSchema,
	title: z.string().max(200).optional(),
	initiator_user_id: z.string().optional(),
})

export const renameSessionSchema = z.object({
	channel_id,
	thread_ts: timestampSchema,
	title: z.string().min(1).max(200),
})

export const setStatusSchema = z.object({
	channel_id,
	thread_ts: timestampSchema,
	status: z.string(),
	loading_messages: nested(z.array(z.string().min(1)).max(10)).optional(),
})

export const setSuggestedPromptsSchema = z.object({
	channel_id,
	thread_ts: timestampSchema.optional(),
	title: z.string().optional(),
	prompts: nested(
		z
			.array(z.object({ title: z.string().min(1), message: z.string().min(1) }))
			.min(1)
			.max(4),
	),
})

export const setTitleSchema = z.object({ channel_id, thread_ts: timestampSchema, title: z.string().min(1) })
