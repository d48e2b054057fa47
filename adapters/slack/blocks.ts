import type { types } from '@slack/bolt'
import { shortened } from '../../src/rendering/index.ts'
import { plainText } from './markdown.ts'

export type Block = types.KnownBlock
export type SectionBlock = types.SectionBlock
export type ContainerBlock = types.ContainerBlock

/** What buttons and windows do, as Slack hands it back. */
export const actionIds = {
	stop: 'stop',
	answerNow: 'answer-now',
	thinkHarder: 'think-harder',
	regenerate: 'regenerate',
	feedback: 'feedback',
	helpful: 'helpful',
	notHelpful: 'not-helpful',
	fullRecord: 'full-record',
	recordBack: 'record-back',
	recordForward: 'record-forward',
	recordLink: 'record-link',
	homeEffort: 'home-effort',
	homeQuiet: 'home-quiet',
	homeDirectMessages: 'home-direct-messages',
	homeChannels: 'home-channels',
	homePeople: 'home-people',
} as const

const longestLabel = 75
/** Slack's limit for the text of a section. */
export const longestSection = 3_000
/** Slack's limit for the title and the buttons of a window. */
export const longestWindowTitle = 24

/** `text` is mrkdwn. */
export function section(text: string): SectionBlock {
	return { type: 'section', text: { type: 'mrkdwn', text }, expand: true }
}

/** A small line; `text` is mrkdwn. */
export function context(text: string): types.ContextBlock {
	return { type: 'context', elements: [{ type: 'mrkdwn', text }] }
}

export function markdown(text: string): types.MarkdownBlock {
	return { type: 'markdown', text }
}

export function plain(text: string, longest = longestLabel): types.PlainTextElement {
	return { type: 'plain_text', text: shortened(plainText(text), longest) || '—' }
}

export function button(actionId: string, label: string, value: string, style?: 'primary' | 'danger'): types.Button {
	return { type: 'button', action_id: actionId, text: plain(label), value, ...(style === undefined ? {} : { style }) }
}

/** The way to the run's own page, where there is one. */
export function recordLinks(url: string | null): readonly types.Button[] {
	return url === null ? [] : [{ type: 'button', action_id: actionIds.recordLink, text: plain('↗'), url }]
}

export function actions(elements: readonly types.ActionsBlockElement[]): types.ActionsBlock {
	return { type: 'actions', elements: [...elements] }
}

/** Text that is shown as it is, whatever stands in it. */
export function richText(text: string): types.RichTextBlock {
	return {
		type: 'rich_text',
		elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: plainText(text) }] }],
	}
}

/** More than Slack counts, whichever way it counts: everything that is sent. */
export function sizeOf(blocks: readonly Block[]): number {
	return JSON.stringify(blocks).length
}
