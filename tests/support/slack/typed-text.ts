import type { Shown } from './messages.ts'

const reference = /<([@#!]|https?:\/\/)([^>\s|]+)(?:\|([^>]*))?>/g

type Segment = { readonly source: string; readonly reference: RegExpExecArray | null }

/** What Slack makes of a text that somebody types: all but mentions and links is escaped, and the whole is rich text as well. */
export function typed(text: string): Shown {
	const segments = segmentsOf(text)
	const escapedText = segments
		.map(({ source, reference: found }) => (found === null ? escaped(source) : source))
		.join('')
	const section = { type: 'rich_text_section', elements: segments.map(elementOf) }
	return { text: escapedText, blocks: [{ type: 'rich_text', elements: [section] }], findsNames: false }
}

function segmentsOf(text: string): readonly Segment[] {
	const segments: Segment[] = []
	let end = 0
	for (const match of text.matchAll(reference)) {
		segments.push({ source: text.slice(end, match.index), reference: null }, { source: match[0], reference: match })
		end = match.index + match[0].length
	}
	return [...segments, { source: text.slice(end), reference: null }].filter(({ source }) => source !== '')
}

function elementOf({ source, reference: found }: Segment): Readonly<Record<string, unknown>> {
	if (found === null) return { type: 'text', text: source }
	const [, sign = '', target = '', label] = found
	switch (sign) {
		case '@':
			return { type: 'user', user_id: target }
		case '#':
			return { type: 'channel', channel_id: target }
		case '!':
			return target.startsWith('subteam^')
				? { type: 'usergroup', usergroup_id: target.slice('subteam^'.length) }
				: { type: 'broadcast', range: target }
		default:
			return { type: 'link', url: `${sign}${target}`, ...(label !== undefined && { text: label }) }
	}
}

function escaped(text: string): string {
	return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
