import { z } from 'zod'
import { viewBlockSchema } from './blocks.ts'
import { hasDoubles, identifiersIn } from './message-limits.ts'
import { identifierSchema, plainText } from './objects.ts'
import { nested } from './wire.ts'

const blocks = z
	.array(viewBlockSchema)
	.max(100)
	.refine((each) => !hasDoubles(identifiersIn(each, 'block_id')), { error: 'block_id must be unique' })

const shared = {
	blocks,
	private_metadata: z.string().max(3_000).optional(),
	callback_id: z.string().max(255).optional(),
	external_id: z.string().max(255).optional(),
}

export const modalSchema = z
	.strictObject({
		...shared,
		type: z.literal('modal'),
		title: plainText(24),
		submit: plainText(24).optional(),
		close: plainText(24).optional(),
		clear_on_close: z.boolean().optional(),
		notify_on_close: z.boolean().optional(),
		submit_disabled: z.boolean().optional(),
	})
	.refine((view) => view.submit !== undefined || view.blocks.every(({ type }) => type !== 'input'), {
		error: 'a modal with inputs needs submit',
	})
export const homeSchema = z.strictObject({ ...shared, type: z.literal('home') })
export type ViewContent = z.infer<typeof modalSchema> | z.infer<typeof homeSchema>

const modal = nested(modalSchema)
export const openViewSchema = z.object({ trigger_id: z.string().min(1), view: modal })
export const updateViewSchema = z
	.object({
		view_id: identifierSchema.optional(),
		external_id: identifierSchema.optional(),
		hash: z.string().optional(),
		view: nested(z.discriminatedUnion('type', [modalSchema, homeSchema])),
	})
	.refine(({ view_id, external_id }) => view_id !== undefined || external_id !== undefined, {
		error: 'view_id or external_id is needed',
	})
export const publishViewSchema = z.object({
	user_id: z.string().min(1),
	hash: z.string().optional(),
	view: nested(homeSchema),
})
