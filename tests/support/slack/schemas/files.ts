import { z } from 'zod'
import { countSchema, nested, timestampSchema } from './wire.ts'

export const uploadUrlSchema = z.object({
	filename: z.string().min(1),
	length: countSchema.min(1),
	alt_txt: z.string().optional(),
	snippet_type: z.string().optional(),
})

export const completeUploadSchema = z.object({
	files: nested(z.array(z.object({ id: z.string(), title: z.string().optional() })).min(1)),
	channel_id: z.string().optional(),
	channels: z.string().optional(),
	thread_ts: timestampSchema.optional(),
	initial_comment: z.string().optional(),
})
