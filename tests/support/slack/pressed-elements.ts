import { z } from 'zod'

/** Which element is used: a button, an option of a menu, one of the feedback buttons. */
export type Choice = {
	readonly actionId: string
	readonly blockId?: string
	/** Which of several buttons, or which option. */
	readonly value?: string
	/** All that is chosen in a menu of people or of channels. */
	readonly values?: readonly string[]
}

const valued = z.looseObject({ value: z.string().optional() })
const elementSchema = z.looseObject({
	type: z.string(),
	action_id: z.string(),
	value: z.string().optional(),
	options: z.array(valued).optional(),
	option_groups: z.array(z.looseObject({ options: z.array(valued) })).optional(),
	positive_button: valued.optional(),
	negative_button: valued.optional(),
})
type Element = z.infer<typeof elementSchema>

const blockSchema = z.looseObject({
	block_id: z.string().optional(),
	elements: z.array(z.unknown()).optional(),
	accessory: z.unknown().optional(),
	element: z.unknown().optional(),
	child_blocks: z.array(z.unknown()).optional(),
})

/** The element's own part of what Slack tells the app; fails if nothing like that is shown. */
export function elementIn(blocks: readonly unknown[], choice: Choice): Readonly<Record<string, unknown>> {
	const found = everyElement(blocks).flatMap(({ blockId, element }) => {
		if (element.action_id !== choice.actionId || (choice.blockId !== undefined && choice.blockId !== blockId)) return []
		const action = actionOf(element, choice)
		return action === null ? [] : [{ type: element.type, action_id: element.action_id, block_id: blockId, ...action }]
	})
	const [first] = found
	if (first === undefined) throw new Error(`nothing like ${JSON.stringify(choice)} is shown`)
	return first
}

function everyElement(blocks: readonly unknown[]): readonly { readonly blockId: string; readonly element: Element }[] {
	return blocks.flatMap((each) => {
		const { block_id: blockId = '', elements = [], accessory, element, child_blocks = [] } = blockSchema.parse(each)
		const own = [...elements, accessory, element].flatMap((candidate) => {
			const parsed = elementSchema.safeParse(candidate)
			return parsed.success ? [{ blockId, element: parsed.data }] : []
		})
		return [...own, ...everyElement(child_blocks)]
	})
}

/** What using the element says; null if it has no such value. */
function actionOf(element: Element, { value, values = [] }: Choice): Readonly<Record<string, unknown>> | null {
	if (element.type === 'multi_users_select') return { selected_users: values }
	if (element.type === 'multi_conversations_select') return { selected_conversations: values }
	const { options, option_groups: groups, positive_button: positive, negative_button: negative } = element
	const choices = options ?? groups?.flatMap((group) => group.options)
	if (choices !== undefined) {
		const option = choices.find((each) => each.value === value)
		return option === undefined ? null : { selected_option: option }
	}
	if (element.type === 'feedback_buttons') {
		const button = [positive, negative].find((each) => each?.value === value)
		return button === undefined ? null : { text: button.text, value: button.value }
	}
	if (value !== undefined && element.value !== value) return null
	return { text: element.text, ...(element.value !== undefined && { value: element.value }) }
}
