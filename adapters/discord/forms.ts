import { type APIModalInteractionResponseCallbackData, ComponentType, TextInputStyle } from 'discord.js'
import { english } from '../../src/rendering/index.ts'
import { printCustomId, type Verb } from './custom-ids.ts'
import type { What } from './interactions.ts'

/** The one field that a form has. */
const field = 'text'
const longestTitle = 45
const longestReason = 2_000
/** https://docs.discord.com/developers/components/reference#text-input */
const longestText = 4_000

/** Asks what was wrong with an answer. */
export function reasonForm(runId: string): APIModalInteractionResponseCallbackData {
	const { askReason, reasonHint } = english.feedback
	return textForm('feedback-reason', runId, askReason, {
		placeholder: reasonHint,
		max_length: longestReason,
		required: false,
	})
}

/** Takes what somebody says to a question back. */
export function replyForm(runId: string): APIModalInteractionResponseCallbackData {
	return textForm('send-reply', runId, english.chat.yourReply, { max_length: longestText, required: true })
}

type Wanted = { readonly placeholder?: string; readonly max_length: number; readonly required: boolean }

function textForm(verb: Verb, runId: string, title: string, wanted: Wanted): APIModalInteractionResponseCallbackData {
	const shortTitle = title.slice(0, longestTitle)
	return {
		custom_id: printCustomId({ verb, runId, place: null }),
		title: shortTitle,
		components: [
			{
				type: ComponentType.Label,
				label: shortTitle,
				component: { type: ComponentType.TextInput, custom_id: field, style: TextInputStyle.Paragraph, ...wanted },
			},
		],
	}
}

/** What was written into a form; null where nothing was. */
export function readForm(what: What): string | null {
	return (what.kind === 'form' && what.texts[field]?.trim()) || null
}
