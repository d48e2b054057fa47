import type {
	Code,
	Definition,
	Heading,
	ImageReference,
	LinkReference,
	List,
	ListItem,
	Nodes,
	Parent,
	Root,
} from 'mdast'
import { parseMarkdown, piecesOfLine, readableFormula, splitMarkdown, tableText } from '../../src/markdown/index.ts'
import { withoutControls } from '../../src/rendering/index.ts'
import {
	addressOf,
	codeText,
	escaped,
	escapedLines,
	escapedPhrase,
	longestPhraseOfCode,
	unparted,
	withoutPings,
} from './escape.ts'

/** What is known around a part of a document. */
type Context = {
	/** Of the links that are told elsewhere. */
	readonly definitions: ReadonlyMap<string, Definition>
	/** Marks that are open: Discord takes a second one for the end of the first. */
	readonly open: readonly string[]
	readonly isQuoted: boolean
}

/** Discord shows no deeper list than about this. */
const deepestList = 8

/**
 * Markdown of a model as Discord shows it: tables aligned, formulas readable, every link with its address, nobody mentioned. What is
 * too long or too odd to be parsed is shown as it was written. Every letter stays.
 */
export function toDiscordMarkdown(markdown: string): string {
	const source = withoutControls(markdown.replaceAll(/\r\n?/g, '\n'))
	try {
		const document = parseMarkdown(source)
		if (document === null) return escaped(source)
		const definitions = usedDefinitions(document)
		return withoutPings(blocksOf(document, { definitions, open: [], isQuoted: false }))
	} catch {
		// Parsers are written by people: what one of them can't bear is shown as it was written.
		return escaped(source)
	}
}

/** Discord Markdown in pieces of at most so many characters, each of them whole in itself. */
export function piecesOf(discordMarkdown: string, limit: number): readonly string[] {
	// Where a piece of code or an escape had to be parted, what was in it must still mention nobody: that takes a little room.
	return splitMarkdown(discordMarkdown, { limit: limit - 40, unit: unparted }).flatMap((piece) => {
		const safe = withoutPings(piece)
		return safe.length <= limit ? [safe] : splitMarkdown(safe, { limit, unit: unparted })
	})
}

/** As much of Discord Markdown as fits; an ellipsis where there is more. */
export function beginningOf(discordMarkdown: string, limit: number): string {
	const [first = '', ...more] = piecesOf(discordMarkdown, limit - 2)
	return more.length === 0 ? first : `${first}\n…`
}

/** The first definition of each name that is referred to. */
function usedDefinitions(document: Root): ReadonlyMap<string, Definition> {
	const found = new Map<string, Definition>()
	const referred = new Set<string>()
	const open: Nodes[] = [document]
	for (let next = open.pop(); next !== undefined; next = open.pop()) {
		if (next.type === 'definition' && !found.has(next.identifier)) found.set(next.identifier, next)
		if (next.type === 'linkReference' || next.type === 'imageReference') referred.add(next.identifier)
		if ('children' in next) open.push(...next.children.toReversed())
	}
	return new Map([...found].filter(([identifier]) => referred.has(identifier)))
}

function blocksOf(parent: Parent, context: Context): string {
	let written = ''
	let isAfterHeading = false
	for (const child of parent.children) {
		const block = blockOf(child, context)
		if (block.trim() === '') continue
		written += (written === '' ? '' : isAfterHeading ? '\n' : '\n\n') + block
		isAfterHeading = child.type === 'heading'
	}
	return written
}

function blockOf(node: Nodes, context: Context): string {
	switch (node.type) {
		case 'paragraph':
			return escapedLines(phrasesOf(node, context))
		case 'heading':
			return headingOf(node, context)
		case 'blockquote':
			return quoteOf(node, context)
		case 'code':
			return codeOf(node)
		case 'math':
			return formulaOf(node.value)
		case 'list':
			return listLines(node, context, 1)
				.map(({ text }) => text)
				.join('\n')
		case 'table':
			return tableText(node, {
				code: (text) => fence(text),
				cell: (cell) => phrasesOf(cell, context).replaceAll('\n', ' '),
				point: '-',
			})
		case 'thematicBreak':
			return '———'
		case 'footnoteDefinition':
			return `\\[^${escapedPhrase(node.label ?? node.identifier)}\\]: ${blocksOf(node, context)}`
		default:
			return escapedLines(phraseOf(node, context))
	}
}

/** Discord has three sizes of headings. */
function headingOf(heading: Heading, context: Context): string {
	const isSized = heading.depth <= 3
	const text = phrasesOf(heading, isSized ? context : { ...context, open: [...context.open, '**'] }).replaceAll(
		'\n',
		' ',
	)
	if (text.trim() === '') return `\\${'#'.repeat(heading.depth)}`
	return isSized ? `${'#'.repeat(heading.depth)} ${text}` : marked('**', text)
}

/** A quote within a quote is part of it: Discord knows no other. */
function quoteOf(quote: Parent, context: Context): string {
	const text = blocksOf(quote, { ...context, isQuoted: true })
	return context.isQuoted || text === '' ? text : text.replaceAll(/^/gm, '> ')
}

/** What is said of a block of code beside its language is told above it, since Discord would take it for code. */
function codeOf({ value, lang, meta }: Code): string {
	const isLanguage = lang === null || lang === undefined || /^[\w+.#-]{1,20}$/.test(lang)
	const said = [isLanguage ? '' : lang, meta ?? ''].filter((part) => part !== '').join(' ')
	const code = fence(value, isLanguage ? (lang ?? '') : '')
	return said === '' ? code : `${escapedLines(escapedPhrase(said))}\n${code}`
}

function fence(code: string, language = ''): string {
	return `\`\`\`${language}\n${code.trim() === '' ? ' ' : codeText(code)}\n\`\`\``
}

function formulaOf(latex: string): string {
	const readable = readableFormula(latex, true)
	return readable === null ? fence(latex, 'tex') : escapedLines(escapedPhrase(readable))
}

/** `isFlush`: begins at the beginning of a line wherever it stands, since Discord would show what is before it. */
type Line = { readonly text: string; readonly isFlush: boolean }

function listLines(list: List, context: Context, depth: number): readonly Line[] {
	const first = list.start ?? 1
	return list.children.flatMap((item, index) =>
		itemLines(item, list.ordered === true ? `${first + index}. ` : '- ', context, depth),
	)
}

function itemLines(item: ListItem, marker: string, context: Context, depth: number): readonly Line[] {
	const box = typeof item.checked === 'boolean' ? (item.checked ? '☑ ' : '☐ ') : ''
	const indent = depth > deepestList ? '' : ' '.repeat(marker.length)
	const lines = item.children.flatMap((child) => linesIn(child, context, depth))
	const [first, ...others] = lines[0]?.isFlush === false ? lines : [{ text: '', isFlush: false }, ...lines]
	return [
		{ text: `${marker}${box}${first?.text ?? ''}`.trimEnd(), isFlush: false },
		...others.map(({ text, isFlush }) => ({ text: isFlush ? text : indent + text, isFlush })),
	]
}

function linesIn(node: Nodes, context: Context, depth: number): readonly Line[] {
	if (node.type === 'list') return listLines(node, context, depth + 1)
	const text = blockOf(node, context)
	const isFlush = /^(?:```|> )/.test(text) || node.type === 'table' || node.type === 'code'
	return text === '' ? [] : text.split('\n').map((line) => ({ text: line, isFlush }))
}

function phrasesOf(parent: Parent, context: Context): string {
	let written = ''
	for (const child of parent.children) {
		const phrase = phraseOf(child, context)
		const meet = /[*~`]$/.test(written) && phrase.startsWith(written.slice(-1))
		written += meet ? `\u200B${phrase}` : phrase
	}
	return written
}

function phraseOf(node: Nodes, context: Context): string {
	switch (node.type) {
		case 'text':
			return escapedPhrase(node.value)
		case 'strong':
			return emphasized('**', node, context)
		case 'emphasis':
			return emphasized('*', node, context)
		case 'delete':
			return emphasized('~~', node, context)
		case 'inlineCode':
			return inlineCode(node.value)
		case 'inlineMath':
			return inlineFormula(node.value)
		case 'break':
			return '\n'
		case 'link':
			return linkOf(node.url, phrasesOf(node, context))
		case 'image':
			return linkOf(node.url, escapedPhrase(node.alt ?? ''))
		case 'linkReference':
		case 'imageReference':
			return referenceOf(node, context)
		case 'footnoteReference':
			return escapedPhrase(`[^${node.label ?? node.identifier}]`)
		case 'definition':
			return context.definitions.get(node.identifier) === node ? '' : escapedPhrase(definitionText(node))
		case 'html':
			return escapedPhrase(node.value)
		default:
			return 'children' in node ? phrasesOf(node, context) : ''
	}
}

function emphasized(mark: string, parent: Parent, context: Context): string {
	if (context.open.includes(mark)) return phrasesOf(parent, context)
	return marked(mark, phrasesOf(parent, { ...context, open: [...context.open, mark] }))
}

function marked(mark: string, text: string): string {
	return text.trim() === '' ? text : `${mark}${text}${mark}`
}

/** A long one stands in several pieces, so that each of them stays whole in whatever message it comes to stand. */
function inlineCode(value: string): string {
	return piecesOfLine(value.replaceAll('\n', ' '), longestPhraseOfCode, (text) => text.length)
		.map((piece) => {
			const code = codeText(piece)
			if (!code.includes('`')) return `\`${code}\``
			return `\`\`${code.startsWith('`') ? ' ' : ''}${code}${code.endsWith('`') ? ' ' : ''}\`\``
		})
		.join(' ')
}

function inlineFormula(latex: string): string {
	const readable = readableFormula(latex, false)
	return readable === null ? inlineCode(latex) : escapedPhrase(readable)
}

/** Nobody has to trust a text about where it leads. */
function linkOf(url: string, text: string): string {
	const address = addressOf(url)
	const isSaid = text === '' || text === address || address.endsWith(`${text}>`) || url === `mailto:${text}`
	if (!isSaid) return `${text} (${address})`
	return url.startsWith('mailto:') && text !== '' ? text : address
}

function referenceOf(node: LinkReference | ImageReference, context: Context): string {
	const definition = context.definitions.get(node.identifier)
	const text = node.type === 'imageReference' ? escapedPhrase(node.alt ?? '') : phrasesOf(node, context)
	return definition === undefined ? text : linkOf(definition.url, text)
}

function definitionText({ label, identifier, url, title }: Definition): string {
	return `[${label ?? identifier}]: ${url}${title ? ` "${title}"` : ''}`
}
