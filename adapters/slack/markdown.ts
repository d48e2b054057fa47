import type { Image, List, ListItem, Nodes, Parent, Root } from 'mdast'
import remarkGfm from 'remark-gfm'
import remarkParse from 'remark-parse'
import { unified } from 'unified'
import { aroundCode, piecesOfLine, tableText, withReadableFormulas } from '../../src/markdown/index.ts'
import { withoutControls as withoutControlCharacters } from '../../src/rendering/index.ts'

const parser = unified().use(remarkParse).use(remarkGfm).freeze()

/** Whatever is longer isn't parsed: a parser's time may grow with the square of what a model writes. */
const longestParsed = 12_000
const longestLine = 3_000

/**
 * Markdown of a model as a `markdown` block may show it: nobody is mentioned, nothing moves the text around, formulas can be read, and
 * images are links, since what is fetched may tell others what was asked. Every other letter stays.
 */
export function toSafeMarkdown(markdown: string): string {
	return withoutMentions(withoutImages(withFormulasAsText(withoutControls(markdown))))
}

/** Markdown of a model as Slack's own mrkdwn, for sections, with formulas as text. Every other letter stays. */
export function toMrkdwn(markdown: string): string {
	const text = withFormulasAsText(withoutControls(markdown))
	if (!isParsed(text)) return escaped(text)
	try {
		return blocksOf(parser.parse(text), text)
	} catch {
		// Parsers are written by people: what one of them can't bear is shown as it was written.
		return escaped(text)
	}
}

/** Plain text as mrkdwn that says the same. */
export function escaped(text: string): string {
	return withoutBroadcasts(escapedCode(text))
}

/** The same of code, which is copied: nothing is put into it. */
function escapedCode(code: string): string {
	return code.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** Plain text for where there is no mrkdwn, such as a title. */
export function plainText(text: string): string {
	return withoutMentionsInText(withReadableFormulas(withoutControls(text)))
}

/** The beginning of a Markdown text as it is read aloud, without its marks. */
export function spoken(markdown: string): string {
	const text = withReadableFormulas(withoutControls(markdown.slice(0, longestLine)))
	try {
		return spokenOf(parser.parse(text))
	} catch {
		return text
	}
}

/** What is parted by blank lines, or by the lines of a table, must not be spoken as one word. */
const parted: ReadonlySet<Nodes['type']> = new Set([
	...(['root', 'blockquote', 'list', 'listItem', 'table', 'tableRow', 'footnoteDefinition'] as const),
])

function spokenOf(node: Nodes): string {
	if (node.type === 'image') return node.alt ?? ''
	if (node.type === 'break') return '\n'
	if ('value' in node) return node.value
	return 'children' in node ? node.children.map(spokenOf).join(parted.has(node.type) ? '\n' : '') : ''
}

/** mrkdwn of a text in pieces of at most so many characters, as they count after escaping. */
export function mrkdwnPieces(markdown: string, limit: number): readonly string[] {
	const whole = toMrkdwn(markdown)
	return whole.length <= limit ? [whole] : escapedPieces(markdown, limit)
}

/** The same of plain text. */
export function escapedPieces(text: string, limit: number): readonly string[] {
	const lines = withoutControls(text).split('\n')
	const pieces: string[] = []
	for (const line of lines.flatMap((each) => piecesOfLine(each, limit, (part) => escaped(part).length))) {
		const last = pieces.at(-1)
		const next = escaped(line)
		if (last === undefined || last.length + 1 + next.length > limit) pieces.push(next)
		else pieces[pieces.length - 1] = `${last}\n${next}`
	}
	return pieces.filter((piece) => piece.trim() !== '')
}

/** Text from a model must not turn the text around it around, nor carry what no message can show. */
export function withoutControls(text: string): string {
	return withoutControlCharacters(text)
		.replaceAll(/[\u202A-\u202E\u2066-\u2069]/g, '')
		.toWellFormed()
}

/** What stands in a formula is no Markdown. */
function withFormulasAsText(markdown: string): string {
	return withReadableFormulas(markdown, (formula) => formula.replaceAll(/[\\`*_~[\]<|]/g, '\\$&'))
}

/** Has no width: a text looks the same with it, and isn't read as a command. */
const nothing = '\u200B'

/** Whether `<!…>` and the like are obeyed in a `markdown` block isn't documented, so they aren't left to be, nor in code. */
function withoutMentions(text: string): string {
	return aroundCode(text, { code: withoutMentionsInCode, text: withoutMentionsInText })
}

function withoutMentionsInText(text: string): string {
	return withoutBroadcasts(text.replaceAll(/<(?=[@#]|!(?!--|DOCTYPE|\[CDATA))/gi, `<${nothing}`))
}

/** Whoever copies code must see what isn't as it was written. Names alone are nobody's there: Slack isn't asked to look for them. */
function withoutMentionsInCode(code: string): string {
	return code.replaceAll(/<(?=(?:@[A-Z0-9]|#[A-Z0-9]|![a-z])[^<>]*>)/gi, '< ')
}

function withoutBroadcasts(text: string): string {
	return text.replaceAll(/(?<!\w)@(?=(?:channel|here|everyone|group)\b)/gi, `@${nothing}`)
}

function isParsed(text: string): boolean {
	return text.length <= longestParsed && !text.split('\n').some((line) => line.length > longestLine)
}

/** Only what the parser takes for an image: `vec![1]` in code stays as it is. */
function withoutImages(text: string): string {
	if (!text.includes('![')) return text
	if (!isParsed(text)) return text.replaceAll('![', `!${nothing}[`)
	let result = text
	for (const { position } of imagesIn(text).toReversed()) {
		const at = position?.start.offset ?? 0
		if (result.startsWith('![', at)) result = `${result.slice(0, at)}${result.slice(at + 1)}`
	}
	return result
}

function imagesIn(text: string): readonly Nodes[] {
	const found: Nodes[] = []
	const open: Nodes[] = [parser.parse(text)]
	for (let next = open.pop(); next !== undefined; next = open.pop()) {
		if (next.type === 'image' || next.type === 'imageReference') found.push(next)
		if ('children' in next) open.push(...next.children)
	}
	const offset = ({ position }: Nodes) => position?.start.offset ?? 0
	return found.toSorted((left, right) => offset(left) - offset(right))
}

function blocksOf(parent: Parent | Root, source: string): string {
	return parent.children.map((child) => blockOf(child, source)).join('\n\n')
}

function blockOf(node: Nodes, source: string): string {
	switch (node.type) {
		case 'paragraph':
			return phrasesOf(node, source)
		case 'heading':
			return `*${phrasesOf(node, source)}*`
		case 'blockquote':
			return blocksOf(node, source).replaceAll(/^/gm, '>')
		case 'code':
			return fence(node.value)
		case 'list':
			return listOf(node, source)
		case 'table':
			return tableText(node, {
				code: fence,
				cell: (cell) => phrasesOf(cell, source).replaceAll('\n', ' '),
				point: '•',
			})
		case 'thematicBreak':
			return '———'
		default:
			return phraseOf(node, source)
	}
}

function fence(code: string): string {
	return `\`\`\`\n${escapedCode(code)}\n\`\`\``
}

function phrasesOf(parent: Parent, source: string): string {
	return parent.children.map((child) => phraseOf(child, source)).join('')
}

function phraseOf(node: Nodes, source: string): string {
	switch (node.type) {
		case 'text':
			return escaped(node.value)
		case 'strong':
			return marked('*', phrasesOf(node, source))
		case 'emphasis':
			return marked('_', phrasesOf(node, source))
		case 'delete':
			return marked('~', phrasesOf(node, source))
		case 'inlineCode':
			return marked('`', escapedCode(node.value))
		case 'break':
			return '\n'
		case 'link':
			return linkOf(node.url, phrasesOf(node, source))
		case 'image':
			return imageOf(node)
		default:
			return escaped(sourceOf(node, source))
	}
}

function marked(mark: string, text: string): string {
	return text.trim() === '' ? text : `${mark}${text}${mark}`
}

/** A link whose address has characters of Slack's own syntax is shown as text. */
function linkOf(url: string, text: string): string {
	if (!/^(?:https?:\/\/|mailto:)[^\s<>|]+$/i.test(url))
		return text === '' || text === escaped(url) ? escaped(url) : `${text} (${escaped(url)})`
	return text === '' || text === escaped(url) || `mailto:${text}` === url
		? `<${escaped(url)}>`
		: `<${escaped(url)}|${text}>`
}

function imageOf({ url, alt }: Image): string {
	return linkOf(url, escaped(alt ?? ''))
}

/** HTML and whatever else has no place here is shown as it was written. */
function sourceOf({ position }: Nodes, source: string): string {
	return source.slice(position?.start.offset ?? 0, position?.end.offset ?? 0)
}

function listOf(list: List, source: string): string {
	const first = list.start ?? 1
	return list.children
		.map((item, index) => itemOf(item, list.ordered === true ? `${first + index}.` : '•', source))
		.join('\n')
}

function itemOf(item: ListItem, mark: string, source: string): string {
	const box = typeof item.checked === 'boolean' ? (item.checked ? '☑ ' : '☐ ') : ''
	const text = item.children.map((child) => blockOf(child, source)).join('\n')
	return `${mark} ${box}${text.replaceAll('\n', '\n   ')}`
}
