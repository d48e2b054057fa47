import { html } from 'hono/html'
import type { SlackMessage } from '../slack/messages.ts'
import type { SlackBlock } from '../slack/schemas/blocks.ts'
import type { ViewContent } from '../slack/schemas/views.ts'
import { type Markup, markdownMarkup, type Names } from './drawings.ts'
import * as icons from './icons.ts'
import { mrkdwnMarkup, shownTime } from './slack-text.ts'

export type SlackDrawing = {
	/** How people and channels are called. */
	readonly names: Names
	/** What is unfolded, by its title; everything else is folded. */
	readonly unfolded?: readonly string[]
}

type Block<Type extends SlackBlock['type']> = Extract<SlackBlock, { type: Type }>
type Task = NonNullable<Block<'plan'>['tasks']>[number]

/** A thread, as it stands beside a channel. */
export function drawnThread(messages: readonly SlackMessage[], drawing: SlackDrawing): Markup {
	return html`<div class="pane"><div class="pane-head"><b>Thread</b></div>${messages.map((message) => messageMarkup(message, drawing))}</div>`
}

/** A window over what is behind it. */
export function drawnModal(view: ViewContent, drawing: SlackDrawing): Markup {
	if (view.type !== 'modal') throw new Error('this is no window')
	return html`<div class="behind"><div class="modal">
<div class="modal-head"><b>${view.title.text}</b>${icons.cross}</div>
<div class="modal-body">${blocksMarkup(view.blocks, drawing)}</div>
<div class="modal-foot"><span class="button">${view.close?.text}</span></div>
</div></div>`
}

/** The home tab of the app. */
export function drawnHome(view: ViewContent, drawing: SlackDrawing): Markup {
	return html`<div class="pane"><div class="pane-head home-head">${avatar('Threadwise')}<b>Threadwise</b></div>
<div class="tabs"><span class="open">Home</span><span>Messages</span><span>About</span></div>
<div class="home">${blocksMarkup(view.blocks, drawing)}</div></div>`
}

function messageMarkup({ userId, isFromBot, text, blocks }: SlackMessage, drawing: SlackDrawing): Markup {
	const name = isFromBot ? 'Threadwise' : drawing.names(userId)
	return html`<div class="message">${avatar(name)}<div class="said">
<div class="by"><b>${name}</b>${isFromBot ? html`<span class="badge">APP</span>` : ''}<span class="at">${shownTime}</span></div>
${isFromBot ? blocksMarkup(blocks, drawing) : html`<div class="section"><div>${mrkdwnMarkup(text, drawing.names)}</div></div>`}
</div></div>`
}

function avatar(name: string): Markup {
	return html`<span class="avatar ${name === 'Threadwise' ? 'app' : ''}">${name.charAt(0)}</span>`
}

function blocksMarkup(blocks: readonly SlackBlock[], drawing: SlackDrawing): Markup {
	return html`${blocks.map((block) => blockMarkup(block, drawing))}`
}

/** Whatever Threadwise begins to send has to be drawn as well. */
function blockMarkup(block: SlackBlock, drawing: SlackDrawing): Markup {
	switch (block.type) {
		case 'markdown':
			return html`<div class="markdown">${markdownMarkup(block.text)}</div>`
		case 'header':
			return html`<h2>${block.text.text}</h2>`
		case 'section':
			return html`<div class="section"><div>${block.text === undefined ? '' : mrkdwnMarkup(block.text.text, drawing.names)}</div>${elementMarkup(block.accessory)}</div>`
		case 'context':
			return html`<div class="context">${block.elements.map((element) => (element.type === 'image' ? '' : mrkdwnMarkup(element.text, drawing.names)))}</div>`
		case 'actions':
			return html`<div class="actions">${block.elements.map(elementMarkup)}</div>`
		case 'context_actions':
			return html`<div class="feedback">${block.elements.map(feedbackMarkup)}</div>`
		case 'container':
			return containerMarkup(block, drawing)
		case 'plan':
			return html`<div class="plan"><div class="plan-title">${icons.chevronDown}<b>${block.title}</b></div>${block.tasks?.map((task) => taskMarkup(task, drawing))}</div>`
		default:
			throw new Error(`nobody has drawn a block of the kind ${block.type} yet`)
	}
}

function containerMarkup(
	{ title, default_collapsed, child_blocks }: Block<'container'>,
	drawing: SlackDrawing,
): Markup {
	const name = title?.text ?? ''
	const isOpen = default_collapsed !== true || drawing.unfolded?.includes(name) === true
	return html`<div class="container"><div class="container-title">${isOpen ? icons.chevronDown : icons.chevronRight}<b>${name}</b></div>
${isOpen ? html`<div class="container-body">${blocksMarkup(child_blocks, drawing)}</div>` : ''}</div>`
}

const taskIcons = { pending: icons.circle, in_progress: icons.spinner, complete: icons.tick, error: icons.warning }

function taskMarkup({ title, status, details, output }: Task, drawing: SlackDrawing): Markup {
	const texts = [details, output].filter((text) => text !== undefined).map(richText)
	const isOpen = drawing.unfolded?.includes(title) === true
	const chevron = isOpen ? icons.chevronDown : icons.chevronRight
	return html`<div class="task ${status}">${taskIcons[status]}<div><div class="task-title">${title}${texts.length === 0 ? '' : chevron}</div>
${isOpen ? html`<div class="task-body">${texts.map(markdownMarkup)}</div>` : ''}</div></div>`
}

/** What tasks hold is a text of its own within three layers. */
function richText(value: unknown): string {
	if (Array.isArray(value)) return value.map(richText).join('')
	if (typeof value !== 'object' || value === null) return ''
	return 'text' in value && typeof value.text === 'string' ? value.text : Object.values(value).map(richText).join('')
}

function feedbackMarkup(element: Block<'context_actions'>['elements'][number]): Markup {
	if (element.type !== 'feedback_buttons') throw new Error(`nobody has drawn a ${element.type} yet`)
	const { positive_button, negative_button } = element
	return html`<span>${icons.thumbUp}${positive_button.text.text}</span><span>${icons.thumbDown}${negative_button.text.text}</span>`
}

type Element = NonNullable<Block<'section'>['accessory']>

function elementMarkup(element: Element | undefined): Markup {
	switch (element?.type) {
		case undefined:
			return html``
		case 'button':
			return html`<span class="button ${'style' in element ? element.style : ''}">${element.text.text}</span>`
		case 'static_select':
			return selectMarkup(element.initial_option?.text.text ?? element.placeholder?.text ?? '')
		case 'multi_conversations_select':
		case 'multi_users_select':
			return selectMarkup(element.placeholder?.text ?? '')
		default:
			throw new Error(`nobody has drawn a ${element?.type} yet`)
	}
}

function selectMarkup(text: string): Markup {
	return html`<span class="select"><span>${text}</span>${icons.chevronDown}</span>`
}
