import { createHash } from 'node:crypto'
import {
	type APIButtonComponent,
	type APIButtonComponentWithCustomId,
	type APIComponentInMessageActionRow,
	type APIMessageTopLevelComponent,
	type APIStringSelectComponent,
	ButtonStyle,
	ComponentType,
	MessageFlags,
	type RawFile,
} from 'discord.js'
import { shortened, toPlainText } from '../../src/rendering/index.ts'
import { type Control, printCustomId } from './custom-ids.ts'

export type Component = APIMessageTopLevelComponent

/** One message. `body` is the same for sending, editing and answering an interaction; what it attaches is in `files`. */
export type Draft = {
	readonly body: {
		readonly flags: number
		readonly components: readonly Component[]
		/** On every message and every edit: an edit without it mentions whomever its text names. */
		readonly allowed_mentions: { readonly parse: readonly never[]; readonly replied_user: false }
		/** Named also where there are none, so that an edit takes away those of before. */
		readonly attachments: readonly { readonly id: string; readonly filename: string }[]
	}
	readonly files: readonly RawFile[]
}

/**
 * Discord takes 4,000 characters of text in one message and refuses more; whether what stands on buttons counts isn't documented, so
 * room is left for it. https://docs.discord.com/developers/components/reference#text-display
 */
export const longestMessage = 3_800
/** https://docs.discord.com/developers/components/reference#button */
const longestLabel = 80
const longestAddress = 512
/** https://docs.discord.com/developers/components/reference#string-select */
const longestOption = 100
const longestPlaceholder = 150
export const mostOptions = 25

/**
 * A message of these components. Every message is one of components from its beginning, since a message can become one and never stop
 * being one. What a model links to is never unfolded.
 */
export function draft(components: readonly Component[], files: readonly RawFile[] = []): Draft {
	return {
		body: {
			flags: MessageFlags.IsComponentsV2 | MessageFlags.SuppressEmbeds,
			components,
			allowed_mentions: { parse: [], replied_user: false },
			attachments: files.map(({ name }, index) => ({ id: String(index), filename: name })),
		},
		files,
	}
}

/** The same for one person's eyes. Only for answers to interactions: Discord knows no other private messages, and no edit changes it. */
export function privately({ body, files }: Draft): Draft {
	return { body: { ...body, flags: body.flags | MessageFlags.Ephemeral }, files }
}

/**
 * The same with a mark that tells which part of which run's reply it is: nobody sees it, and Discord hands it back with the message.
 * There is no other place for it in every message: a nonce isn't kept, and not every part of a long answer has buttons.
 */
export function marked({ body, files }: Draft, runId: string, part: number): Draft {
	const [first, ...others] = body.components
	if (first === undefined) return { body, files }
	return { body: { ...body, components: [{ ...first, id: markOf(runId, part) }, ...others] }, files }
}

/** The id of the first component of a message of a run's reply: a number from 1 to 2³¹ − 1. */
export function markOf(runId: string, part: number): number {
	return createHash('sha256').update(`${runId} ${part}`).digest().readUInt32BE(0) >>> 1 || 1
}

/** `content` is Discord Markdown. Discord refuses a text in which there is nothing to be seen. */
export function textDisplay(content: string): Component {
	return { type: ComponentType.TextDisplay, content: /[^\p{White_Space}\p{C}]/u.test(content) ? content : '—' }
}

/** A file of the same message. */
export function fileDisplay(name: string): Component {
	return { type: ComponentType.File, file: { url: `attachment://${name}` } }
}

/** Discord takes five buttons in a row, or one menu. */
export function row(components: readonly APIComponentInMessageActionRow[]): Component {
	return { type: ComponentType.ActionRow, components: [...components] }
}

export type ButtonChoices = {
	readonly style?: APIButtonComponentWithCustomId['style']
	readonly isDisabled?: boolean
}

export function button(control: Control, label: string, { style, isDisabled }: ButtonChoices = {}): APIButtonComponent {
	return {
		type: ComponentType.Button,
		style: style ?? ButtonStyle.Secondary,
		custom_id: printCustomId(control),
		label: plain(label, longestLabel),
		...(isDisabled === true ? { disabled: true } : {}),
	}
}

export function emojiButton(control: Control, emoji: string): APIButtonComponent {
	return {
		type: ComponentType.Button,
		style: ButtonStyle.Secondary,
		custom_id: printCustomId(control),
		emoji: { name: emoji },
	}
}

/** The way to the run's own page, where there is one that a button can lead to. */
export function recordLinks(url: string | null): readonly APIButtonComponent[] {
	if (url === null || url.length > longestAddress) return []
	return [{ type: ComponentType.Button, style: ButtonStyle.Link, label: '↗', url }]
}

export type Option = { readonly label: string; readonly value: string; readonly description: string }

/** A menu of at most 25 options, one of them chosen. */
export function menu(
	control: Control,
	placeholder: string,
	options: readonly Option[],
	chosen: string,
): APIStringSelectComponent {
	return {
		type: ComponentType.StringSelect,
		custom_id: printCustomId(control),
		placeholder: plain(placeholder, longestPlaceholder),
		options: options.slice(0, mostOptions).map(({ label, value, description }) => ({
			label: plain(label, longestOption),
			value,
			...(description.trim() === '' ? {} : { description: plain(description, longestOption) }),
			...(value === chosen ? { default: true } : {}),
		})),
	}
}

/** Text that is shown as it is, in one line. */
function plain(text: string, longest: number): string {
	return shortened(toPlainText(text), longest) || '—'
}
