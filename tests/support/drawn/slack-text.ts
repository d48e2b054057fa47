import { html } from 'hono/html'
import type { Markup, Names } from './drawings.ts'

/** Whenever a picture is taken, it is today, at the same time. */
export const shownTime = '10:24 AM'

const tokens =
	/```(?<block>[\s\S]+?)```|`(?<code>[^`\n]+)`|(?<![\w*])\*(?<bold>[^\s*](?:[^*\n]*[^\s*])?)\*(?![\w*])|<(?<reference>[^<>|]+)(?:\|(?<label>[^<>]*))?>/g

/** Slack's own mrkdwn, as far as Threadwise writes it: bold, code, links, mentions and dates. */
export function mrkdwnMarkup(text: string, names: Names): Markup {
	const parts: Markup[] = []
	let from = 0
	for (const { 0: found, index, groups } of text.matchAll(tokens)) {
		parts.push(html`${unescaped(text.slice(from, index))}`, tokenMarkup(groups ?? {}, names))
		from = index + found.length
	}
	return html`${parts}${unescaped(text.slice(from))}`
}

function tokenMarkup({ block, code, bold, reference = '', label }: Record<string, string | undefined>, names: Names) {
	if (block !== undefined) return html`<pre>${unescaped(block)}</pre>`
	if (code !== undefined) return html`<code>${unescaped(code)}</code>`
	if (bold !== undefined) return html`<b>${mrkdwnMarkup(bold, names)}</b>`
	if (/^[@#]/.test(reference))
		return html`<span class="mention">${reference.charAt(0)}${names(reference.slice(1))}</span>`
	if (reference.startsWith('!date^')) return html`${dateText(reference)}`
	return html`<span class="link">${unescaped(label ?? reference)}</span>`
}

function dateText(reference: string): string {
	const [, , format = ''] = reference.split('^')
	return format.replace('{date_short_pretty}', 'Today').replace('{time}', `at ${shownTime}`)
}

function unescaped(text: string): string {
	return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}
