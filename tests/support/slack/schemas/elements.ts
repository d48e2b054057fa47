import { z } from 'zod'
import { confirmationSchema, identifierSchema, optionGroupSchema, optionSchema, plainText } from './objects.ts'

const actionable = { action_id: identifierSchema.optional() }
const confirmable = { ...actionable, confirm: confirmationSchema.optional() }
const accessibilityLabel = z.string().min(1).max(75).optional()
const placeholder = plainText(150).optional()

export const buttonSchema = z.strictObject({
	...confirmable,
	type: z.literal('button'),
	text: plainText(75),
	value: z.string().max(2_000).optional(),
	url: z.string().max(3_000).optional(),
	style: z.enum(['primary', 'danger']).optional(),
	accessibility_label: accessibilityLabel,
})

const feedbackButton = z.strictObject({
	text: plainText(75),
	value: z.string().max(2_000),
	accessibility_label: accessibilityLabel,
})

export const feedbackButtonsSchema = z.strictObject({
	...actionable,
	type: z.literal('feedback_buttons'),
	positive_button: feedbackButton,
	negative_button: feedbackButton,
})

export const iconButtonSchema = z.strictObject({
	...confirmable,
	type: z.literal('icon_button'),
	icon: z.literal('trash'),
	text: plainText(75),
	value: z.string().max(2_000).optional(),
	visible_to_user_ids: z.array(z.string()).optional(),
	accessibility_label: accessibilityLabel,
})

const choices = { options: z.array(optionSchema).min(1).max(100).optional() }
export const staticSelectSchema = z
	.strictObject({
		...confirmable,
		...choices,
		type: z.literal('static_select'),
		option_groups: z.array(optionGroupSchema).min(1).max(100).optional(),
		initial_option: optionSchema.optional(),
		placeholder,
		focus_on_load: z.boolean().optional(),
	})
	.refine(({ options, option_groups }) => (options === undefined) !== (option_groups === undefined), {
		error: 'exactly one of options and option_groups is needed',
	})

export const overflowSchema = z.strictObject({
	...confirmable,
	type: z.literal('overflow'),
	options: z.array(optionSchema).min(1).max(5),
})

const fewChoices = { options: z.array(optionSchema).min(1).max(10) }
export const radioButtonsSchema = z.strictObject({
	...confirmable,
	...fewChoices,
	type: z.literal('radio_buttons'),
	initial_option: optionSchema.optional(),
	focus_on_load: z.boolean().optional(),
})
export const checkboxesSchema = z.strictObject({
	...confirmable,
	...fewChoices,
	type: z.literal('checkboxes'),
	initial_options: z.array(optionSchema).optional(),
	focus_on_load: z.boolean().optional(),
})

export const plainTextInputSchema = z.strictObject({
	...actionable,
	type: z.literal('plain_text_input'),
	multiline: z.boolean().optional(),
	min_length: z.number().int().min(0).max(3_000).optional(),
	max_length: z.number().int().min(1).max(3_000).optional(),
	initial_value: z.string().optional(),
	placeholder,
	focus_on_load: z.boolean().optional(),
	dispatch_action_config: z.unknown().optional(),
})

export const multiUsersSelectSchema = z.strictObject({
	...confirmable,
	type: z.literal('multi_users_select'),
	initial_users: z.array(z.string().regex(/^[UW]/)).min(1).optional(),
	max_selected_items: z.number().int().min(1).optional(),
	placeholder,
	focus_on_load: z.boolean().optional(),
})
export const multiConversationsSelectSchema = z.strictObject({
	...confirmable,
	type: z.literal('multi_conversations_select'),
	initial_conversations: z
		.array(z.string().regex(/^[CDG]/))
		.min(1)
		.optional(),
	default_to_current_conversation: z.boolean().optional(),
	max_selected_items: z.number().int().min(1).optional(),
	filter: z
		.strictObject({
			include: z
				.array(z.enum(['im', 'mpim', 'private', 'public']))
				.min(1)
				.optional(),
			exclude_external_shared_channels: z.boolean().optional(),
			exclude_bot_users: z.boolean().optional(),
		})
		.optional(),
	placeholder,
	focus_on_load: z.boolean().optional(),
})

/** Elements whose content this workspace doesn't look into. */
const otherElementTypes = [
	'users_select',
	'conversations_select',
	'channels_select',
	'external_select',
	'multi_static_select',
	'multi_channels_select',
	'multi_external_select',
	'datepicker',
	'timepicker',
	'datetimepicker',
	'number_input',
	'email_text_input',
	'url_text_input',
	'rich_text_input',
	'file_input',
	'workflow_button',
] as const
export const otherElementSchema = z.looseObject({ ...actionable, type: z.enum(otherElementTypes) })

export const actionElementSchema = z.union([
	z.discriminatedUnion('type', [
		buttonSchema,
		staticSelectSchema,
		overflowSchema,
		radioButtonsSchema,
		checkboxesSchema,
		multiUsersSelectSchema,
		multiConversationsSelectSchema,
	]),
	otherElementSchema,
])

export const inputElementSchema = z.union([
	z.discriminatedUnion('type', [
		plainTextInputSchema,
		staticSelectSchema,
		radioButtonsSchema,
		checkboxesSchema,
		multiUsersSelectSchema,
		multiConversationsSelectSchema,
	]),
	otherElementSchema,
])
