import { type APIModalInteractionResponseCallbackData, ComponentType, TextInputStyle } from 'discord.js'
import { english } from '../../src/rendering/index.ts'
import { printCustomId } from './custom-ids.ts'
import type { What } from './interactions.ts'

const reasonField = 'reason'
const longestReason = 2_000
const longestTitle = 45

/** Asks what was wrong with an answer. */
export function reasonForm(runId: string): APIModalInteractionResponseCallbackData {
	const { askReason, reasonHint } = english.feedback
	return {
		custom_id: printCustomId({ verb: 'feedback-reason', runId, place: null }),
		title: askReason.slice(0, longestTitle),
		components: [
			{
				type: ComponentType.Label,
				label: askReason.slice(0, longestTitle),
				component: {
					type: ComponentType.TextInput,
					custom_id: reasonField,
					style: TextInputStyle.Paragraph,
					placeholder: reasonHint,
					max_length: longestReason,
					required: false,
				},
			},
		],
	}
}

/** Null where nothing was said. */
export function readReason(what: What): string | null {
	return (what.kind === 'form' && what.texts[reasonField]?.trim()) || null
}
