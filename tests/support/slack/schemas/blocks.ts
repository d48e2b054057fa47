import { z } from 'zod'
import {
	actionElementSchema,
	buttonSchema,
	feedbackButtonsSchema,
	iconButtonSchema,
	inputElementSchema,
} from './elements.ts'
import { identifierSchema, imageElementSchema, markdownText, plainText, richTextSchema, textObject } from './objects.ts'

const block = { block_id: identifierSchema.optional() }

const sectionSchema = z
	.strictObject({
		...block,
		type: z.literal('section'),
		text: textObject(3_000).optional(),
		fields: z.array(textObject(2_000)).min(1).max(10).optional(),
		accessory: z.union([actionElementSchema, imageElementSchema]).optional(),
		expand: z.boolean().optional(),
	})
	.refine(({ text, fields }) => text !== undefined || fields !== undefined, { error: 'text or fields is needed' })

const headerSchema = z.strictObject({ ...block, type: z.literal('header'), text: plainText(150) })

const dividerSchema = z.strictObject({ ...block, type: z.literal('divider') })

const contextSchema = z.strictObject({
	...block,
	type: z.literal('context'),
	elements: z
		.array(z.union([textObject(3_000), imageElementSchema]))
		.min(1)
		.max(10),
})

const contextActionsSchema = z.strictObject({
	...block,
	type: z.literal('context_actions'),
	elements: z
		.array(z.discriminatedUnion('type', [feedbackButtonsSchema, iconButtonSchema]))
		.min(1)
		.max(5),
})

const actionsSchema = z.strictObject({
	...block,
	type: z.literal('actions'),
	elements: z.array(actionElementSchema).min(1).max(25),
})

const markdownSchema = z.strictObject({ ...block, type: z.literal('markdown'), text: z.string().min(1).max(12_000) })

const imageSchema = z.strictObject({ ...block, ...imageElementSchema.shape, title: plainText(2_000).optional() })

const inputSchema = z.strictObject({
	...block,
	type: z.literal('input'),
	label: plainText(2_000),
	hint: plainText(2_000).optional(),
	optional: z.boolean().optional(),
	dispatch_action: z.boolean().optional(),
	element: inputElementSchema,
})

const richTextBlockSchema = richTextSchema.extend(block)

/** The documentation lists more children; these are the ones that all of its accounts agree on. */
const containerChildSchema = z.discriminatedUnion('type', [sectionSchema, contextSchema, dividerSchema])

const containerSchema = z
	.strictObject({
		...block,
		type: z.literal('container'),
		title: plainText(150).optional(),
		rich_text_title: richTextSchema.optional(),
		subtitle: textObject(150).optional(),
		icon: imageElementSchema.optional(),
		width: z.enum(['narrow', 'standard', 'wide', 'full']).optional(),
		is_collapsible: z.boolean().optional(),
		default_collapsed: z.boolean().optional(),
		has_header_divider: z.boolean().optional(),
		child_blocks: z.array(containerChildSchema).min(1).max(10),
	})
	.refine(({ title, rich_text_title }) => title !== undefined || rich_text_title !== undefined, {
		error: 'title or rich_text_title is needed',
	})
	.refine(({ is_collapsible, default_collapsed }) => default_collapsed !== true || is_collapsible === true, {
		error: 'default_collapsed needs is_collapsible',
	})
	.refine(({ is_collapsible, has_header_divider }) => has_header_divider !== true || is_collapsible !== true, {
		error: 'has_header_divider is not for collapsible containers',
	})

const taskStatusSchema = z.enum(['pending', 'in_progress', 'complete', 'error'])

const taskCardSchema = z.strictObject({
	...block,
	type: z.literal('task_card'),
	task_id: identifierSchema,
	title: z.string().min(1),
	status: taskStatusSchema,
	details: richTextSchema.optional(),
	output: richTextSchema.optional(),
	sources: z.array(z.looseObject({ type: z.literal('url'), url: z.string(), text: z.string() })).optional(),
})

const planSchema = z.strictObject({
	...block,
	type: z.literal('plan'),
	title: z.string().min(1),
	tasks: z.array(taskCardSchema).optional(),
})

const alertSchema = z.strictObject({
	...block,
	type: z.literal('alert'),
	text: textObject(3_000),
	level: z.enum(['default', 'info', 'warning', 'error', 'success']).optional(),
})

const cardSchema = z.strictObject({
	...block,
	type: z.literal('card'),
	hero_image: imageElementSchema.optional(),
	icon: imageElementSchema.optional(),
	title: markdownText(150).optional(),
	subtitle: markdownText(150).optional(),
	body: markdownText(200).optional(),
	actions: z.array(buttonSchema).optional(),
})

const carouselSchema = z.strictObject({
	...block,
	type: z.literal('carousel'),
	elements: z.array(cardSchema).min(1).max(10),
})

const tableSchema = z.strictObject({
	...block,
	type: z.literal('table'),
	rows: z
		.array(z.array(z.looseObject({ type: z.string() })).max(20))
		.min(1)
		.max(100),
	column_settings: z.array(z.looseObject({})).max(20).optional(),
})

/** Blocks of every surface. */
const sharedBlocks = [
	sectionSchema,
	headerSchema,
	dividerSchema,
	contextSchema,
	actionsSchema,
	imageSchema,
	inputSchema,
	richTextBlockSchema,
] as const

export const messageBlockSchema = z.discriminatedUnion('type', [
	...sharedBlocks,
	contextActionsSchema,
	markdownSchema,
	containerSchema,
	taskCardSchema,
	planSchema,
	alertSchema,
	cardSchema,
	carouselSchema,
	tableSchema,
])
export type SlackBlock = z.infer<typeof messageBlockSchema>

/** Blocks of modals and of the home tab. */
export const viewBlockSchema = z.discriminatedUnion('type', [...sharedBlocks])
