import { z } from 'zod'

const mention = /<(@[UW][A-Z0-9]+|!channel|!here|!everyone|!subteam\^[A-Z0-9]+)(?:\|[^>]*)?>/g
const barePing = /(?:^|[^\w<])@(channel|here|everyone)\b/g
const fields = z.record(z.string(), z.unknown())

/** Whom a text notifies: `U…`, `!channel`, `!here`, `!everyone`, `!subteam^S…`. */
export function pingsOfText(text: string): readonly string[] {
	return [...text.matchAll(mention)].flatMap(([, target = '']) => [target.startsWith('@') ? target.slice(1) : target])
}

/** Whom a text notifies besides where Slack is asked to find names by itself (`parse: full`, `link_names`). */
export function pingsOfNames(text: string): readonly string[] {
	return [...text.matchAll(barePing)].map(([, name]) => `!${name}`)
}

/**
 * Whom blocks notify, at any depth. Stricter than Slack is known to be: what looks like a mention in a `markdown` block counts
 * too; only plain text never notifies anybody.
 */
export function pingsOfBlocks(value: unknown): readonly string[] {
	if (typeof value === 'string') return pingsOfText(value)
	if (Array.isArray(value)) return value.flatMap(pingsOfBlocks)
	const parsed = fields.safeParse(value)
	if (!parsed.success || parsed.data.type === 'plain_text') return []
	return [...pingsOfRichText(parsed.data), ...Object.values(parsed.data).flatMap(pingsOfBlocks)]
}

function pingsOfRichText(element: Readonly<Record<string, unknown>>): readonly string[] {
	switch (element.type) {
		case 'user':
			return [String(element.user_id)]
		case 'usergroup':
			return [`!subteam^${element.usergroup_id}`]
		case 'broadcast':
			return [`!${element.range}`]
		default:
			return []
	}
}
