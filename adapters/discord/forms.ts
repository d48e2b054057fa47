import { type APIModalInteractionResponseCallbackData, ComponentType, TextInputStyle } from 'discord.js'
import { english } from '../../src/rendering/index.ts'
import { type Control, printCustomId } from './custom-ids.ts'
import type { What } from './interactions.ts'

const longestTitle = 45
const longestReason = 2_000
/** https://docs.discord.com/developers/components/reference#text-input */
const longestText = 4_000

/** Asks what was wrong with an answer. */
export function reasonForm(runId: string): APIModalInteractionResponseCallbackData {
	const { askReason, reasonHint } = english.feedback
	return textForm({ verb: 'feedback-reason', runId, place: null }, askReason, {
		custom_id: 'reason',
		placeholder: reasonHint,
		max_length: longestReason,
		required: false,
	})
}

/** Takes what somebody says to a question back. */
export function replyForm(runId: string): APIModalInteractionResponseCallbackData {
	const wanted = { custom_id: 'reply', max_length: longestText, required: true }
	return textForm({ verb: 'send-reply', runId, place: null }, english.chat.yourReply, wanted)
}

type Field = {
	readonly custom_id: string
	readonly placeholder?: string
	readonly max_length: number
	readonly required: boolean
}

function textForm(control: Control, title: string, field: Field): APIModalInteractionResponseCallbackData {
	const shortTitle = title.slice(0, longestTitle)
	return {
		custom_id: printCustomId(control),
		title: shortTitle,
		components: [
			{
				type: ComponentType.Label,
				label: shortTitle,
				component: { type: ComponentType.TextInput, style: TextInputStyle.Paragraph, ...field },
			},
		],
	}
}

/** What was written into a form, which has one field; null where nothing was. */
export function readForm(what: What): string | null {
	const [text = ''] = what.kind === 'form' ? Object.values(what.texts) : []
	return text.trim() || null
}
