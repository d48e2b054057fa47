import { z } from 'zod'
import { countSchema, flagSchema } from './wire.ts'

const channel = z.string().min(1)
const page = {
	cursor: z.string().optional(),
	limit: countSchema.max(999, 'invalid_limit').optional(),
	oldest: z.string().optional(),
	latest: z.string().optional(),
	inclusive: flagSchema.optional(),
	include_all_metadata: flagSchema.optional(),
}

export const historySchema = z.object({ ...page, channel })
export const repliesSchema = z.object({ ...page, channel, ts: z.string().min(1) })
export const infoSchema = z.object({ channel, include_num_members: flagSchema.optional() })
export const openSchema = z
	.object({ channel: channel.optional(), users: z.string().optional(), return_im: flagSchema.optional() })
	.refine(({ channel: existing, users }) => existing !== undefined || users !== undefined, {
		error: 'users_list_not_supplied',
	})
export const userInfoSchema = z.object({ user: z.string().min(1), include_locale: flagSchema.optional() })
export const reactionSchema = z.object({
	channel: z.string().min(1, 'no_item_specified'),
	timestamp: z.string().min(1, 'no_item_specified'),
	name: z.string().regex(/^[a-z0-9_+'-]+(::skin-tone-[2-6])?$/, 'invalid_name'),
})
