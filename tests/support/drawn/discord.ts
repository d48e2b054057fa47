import { ButtonStyle, ComponentType } from 'discord.js'
import { html } from 'hono/html'
import { z } from 'zod'
import type { DiscordMessage } from '../discord/messages.ts'
import { type Markup, markdownMarkup, type Names } from './drawings.ts'
import * as icons from './icons.ts'

/** Whenever a picture is taken, it is today, at the same time. */
const shownTime = '10:24'

const buttonSchema = z.object({
	type: z.literal(ComponentType.Button),
	style: z.enum(ButtonStyle),
	label: z.string().optional(),
	emoji: z.object({ name: z.string() }).optional(),
	disabled: z.boolean().optional(),
})
const menuSchema = z.object({
	type: z.literal(ComponentType.StringSelect),
	placeholder: z.string(),
	options: z.array(
		z.object({ label: z.string(), description: z.string().optional(), default: z.boolean().optional() }),
	),
})
/** Whatever Threadwise begins to send has to be drawn as well. */
const componentSchema = z.discriminatedUnion('type', [
	z.object({ type: z.literal(ComponentType.TextDisplay), content: z.string() }),
	z.object({
		type: z.literal(ComponentType.ActionRow),
		components: z.array(z.discriminatedUnion('type', [buttonSchema, menuSchema])),
	}),
])

/** A thread with its name. */
export function drawnThread(title: string, messages: readonly DiscordMessage[], names: Names): Markup {
	return html`<div class="pane"><div class="pane-head"><span>${icons.speech}</span><b>${title}</b></div>
${messages.map((message) => messageMarkup(message, names))}</div>`
}

/** One message by itself, with its menu opened. */
export function drawnMessage(message: DiscordMessage, names: Names): Markup {
	return html`<div class="pane menus-open">${messageMarkup(message, names)}</div>`
}

function messageMarkup({ authorId, applicationId, content, components, visibleTo }: DiscordMessage, names: Names) {
	const name = names(authorId)
	const isApp = applicationId !== null
	return html`<div class="message ${visibleTo === null ? '' : 'private'}"><span class="avatar ${isApp ? 'app' : ''}">${name.charAt(0)}</span><div class="said">
<div class="by"><b>${name}</b>${isApp ? html`<span class="badge">APP</span>` : ''}<span class="at">${shownTime}</span></div>
${content === '' ? '' : html`<p>${typedMarkup(content, names)}</p>`}
${components.map(componentMarkup)}
${visibleTo === null ? '' : html`<div class="dismiss">${icons.eye}Only you can see this · <span class="link">Dismiss message</span></div>`}
</div></div>`
}

/** What a person has typed, with those whom they mention. */
function typedMarkup(content: string, names: Names): Markup {
	return html`${content
		.split(/(<@\d+>)/)
		.map((part) => (/^<@\d+>$/.test(part) ? html`<span class="mention">@${names(part.slice(2, -1))}</span>` : part))}`
}

function componentMarkup(component: unknown): Markup {
	const parsed = componentSchema.parse(component)
	if (parsed.type === ComponentType.TextDisplay) return html`<div class="text">${textMarkup(parsed.content)}</div>`
	return html`<div class="row">${parsed.components.map((each) => (each.type === ComponentType.Button ? buttonMarkup(each) : menuMarkup(each)))}</div>`
}

/** Discord's Markdown is like others', but for its small lines. */
function textMarkup(content: string): Markup {
	const groups: { readonly isSmall: boolean; readonly lines: string[] }[] = []
	for (const line of content.split('\n')) {
		const isSmall = line.startsWith('-# ')
		const last = groups.at(-1)
		if (isSmall || last === undefined || last.isSmall) groups.push({ isSmall, lines: [isSmall ? line.slice(3) : line] })
		else last.lines.push(line)
	}
	return html`${groups.map(({ isSmall, lines }) => html`<div class="${isSmall ? 'small' : 'usual'}">${markdownMarkup(lines.join('\n'))}</div>`)}`
}

function buttonMarkup({ style, label, emoji, disabled }: z.infer<typeof buttonSchema>): Markup {
	const thumbs: Readonly<Record<string, Markup>> = { '👍': icons.thumbUp, '👎': icons.thumbDown }
	const face = emoji === undefined ? label : thumbs[emoji.name]
	if (face === undefined) throw new Error(`nobody has drawn ${emoji?.name} yet`)
	return html`<span class="button ${style === ButtonStyle.Danger ? 'danger' : ''} ${disabled === true ? 'disabled' : ''}">${face}</span>`
}

function menuMarkup({ placeholder, options }: z.infer<typeof menuSchema>): Markup {
	const chosen = options.find((option) => option.default === true)
	return html`<div class="menu"><div class="select"><span>${chosen?.label ?? placeholder}</span>${icons.chevronDown}</div>
<div class="options">${options.map(({ label, description, default: isChosen }) => html`<div class="option ${isChosen === true ? 'chosen' : ''}"><span>${label}</span><small>${description ?? ''}</small></div>`)}</div></div>`
}
