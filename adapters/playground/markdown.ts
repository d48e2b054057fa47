import type { Element, ElementContent, Root, RootContent } from 'hast'
import type { Definition, ListItem, Root as MarkdownRoot, Node, Nodes, Paragraph, Parent, Text } from 'mdast'
import rehypeHighlight from 'rehype-highlight'
import rehypeKatex from 'rehype-katex'
import remarkRehype from 'remark-rehype'
import { unified } from 'unified'
import { parseMarkdown } from '../../src/markdown/index.ts'
import { spelledOut } from '../../src/rendering/index.ts'
import { allowedTags, isAllowedAddress } from './page/allowed.ts'

const toElements = unified()
	.use(remarkRehype, { footnoteLabel: 'Footnotes', footnoteLabelTagName: 'p' })
	// Macros and sizes have an end. Of what isn't trusted KaTeX leaves out the text as well; addresses are taken away by `cleaned`.
	.use(rehypeKatex, { output: 'mathml', strict: 'ignore', maxExpand: 500, maxSize: 20, trust: hasText })
	.use(rehypeHighlight)
	.freeze()

/** A formula shows no picture, and of one there would be nothing to read. */
function hasText({ command }: { readonly command: string }): boolean {
	return command !== '\\includegraphics'
}

const longestHighlighted = 20_000

/**
 * The Markdown of a model or a person as a tree of elements that are safe to show: only tags and attributes of `allowed.ts`, HTML
 * as the text that it is, characters that turn the reading direction as their names. No letter is left out, however long it is.
 */
export function toTree(markdown: string): Root {
	const text = markdown.replaceAll('\r\n', '\n')
	try {
		const document = parseMarkdown(text)
		return document === null ? plainText(text) : cleaned(toElements.runSync(asWritten(document)))
	} catch {
		// Parsers are written by people: what one of them can't bear is shown as it was written.
		return plainText(text)
	}
}

/** Paragraphs as they were written; what is aligned by its spaces stays so. */
function plainText(text: string): Root {
	const blocks = text.split(/\n(?:[ \t]*\n)+/).filter((block) => block.trim() !== '')
	const aligned = (block: string) => /^(?: {2,}|\t|[|`~+])/m.test(block)
	const lines = (block: string) =>
		block.split('\n').flatMap((line, index) => [...(index === 0 ? [] : [element('br', [])]), ...spoken(line)])
	return {
		type: 'root',
		children: blocks.map((block) =>
			aligned(block) ? element('pre', [element('code', spoken(block))]) : element('p', lines(block)),
		),
	}
}

function element(tagName: string, children: ElementContent[], properties: Element['properties'] = {}): Element {
	return { type: 'element', tagName, properties, children }
}

/** The document with nothing in it that would be left out or obeyed: HTML and what nobody refers to become text, images become links. */
function asWritten(document: MarkdownRoot): MarkdownRoot {
	const definitions = usedDefinitions(document)
	walk(document, (node) => {
		if (node.type === 'code' && node.value.length > longestHighlighted)
			node.data = { ...node.data, hProperties: { className: ['no-highlight'] } }
		if (node.type === 'listItem') showTask(node)
		if ('children' in node) {
			const parent: Parent = node
			parent.children = parent.children.map((child) => plain(child as Nodes, parent, definitions) as RootContentOf)
		}
	})
	return document
}

type RootContentOf = Parent['children'][number]
type Definitions = ReadonlySet<Node>

function walk(document: Nodes, visit: (node: Nodes) => void): void {
	const open: Nodes[] = [document]
	for (let next = open.pop(); next !== undefined; next = open.pop()) {
		visit(next)
		if ('children' in next) for (const child of next.children) open.push(child)
	}
}

/** The first definition of each name that is referred to; all others would be left out. */
function usedDefinitions(document: MarkdownRoot): Definitions {
	const referred = new Set<string>()
	const used = new Map<string, Node>()
	const nameOf = (kind: 'link' | 'footnote', identifier: string) => `${kind} ${identifier}`
	walk(document, (node) => {
		if (node.type === 'linkReference' || node.type === 'imageReference') referred.add(nameOf('link', node.identifier))
	})
	for (const identifier of footnotesReferredTo(document)) referred.add(nameOf('footnote', identifier))
	walkInOrder(document, (node) => {
		if (node.type !== 'definition' && node.type !== 'footnoteDefinition') return
		const name = nameOf(node.type === 'definition' ? 'link' : 'footnote', node.identifier)
		if (referred.has(name) && !used.has(name)) used.set(name, node)
	})
	return new Set(used.values())
}

/** Those that the text refers to; a footnote that only footnotes refer to may never be reached. */
function footnotesReferredTo(document: MarkdownRoot): readonly string[] {
	const found: string[] = []
	const open: Nodes[] = [document]
	for (let next = open.pop(); next !== undefined; next = open.pop()) {
		if (next.type === 'footnoteReference') found.push(next.identifier)
		if ('children' in next && next.type !== 'footnoteDefinition') for (const child of next.children) open.push(child)
	}
	return found
}

function walkInOrder(document: Nodes, visit: (node: Nodes) => void): void {
	const open: Nodes[] = [document]
	for (let next = open.pop(); next !== undefined; next = open.pop()) {
		visit(next)
		if ('children' in next) for (const child of next.children.toReversed()) open.push(child)
	}
}

const holdsPhrases: ReadonlySet<string> = new Set([
	...['paragraph', 'heading', 'emphasis', 'strong', 'delete', 'link', 'linkReference', 'tableCell'],
])

function plain(node: Nodes, parent: Parent, definitions: Definitions): Node {
	switch (node.type) {
		case 'html':
			return htmlAsText(node.value, holdsPhrases.has(parent.type))
		case 'image':
			return { type: 'link', url: node.url, children: [textOf(node.alt || node.url)] } as Node
		case 'imageReference':
			return { ...node, type: 'linkReference', children: [textOf(node.alt || node.identifier)] } as Node
		case 'definition':
			return definitions.has(node) ? node : paragraphOf(definitionText(node))
		case 'footnoteDefinition':
			if (definitions.has(node)) return node
			return {
				type: 'blockquote',
				children: [paragraphOf(`[^${node.label ?? node.identifier}]:`), ...node.children],
			} as Node
		case 'paragraph':
			return displayedFormula(node) ?? node
		default:
			return node
	}
}

function htmlAsText(html: string, within: boolean): Node {
	if (within) return textOf(html)
	return html.includes('\n') ? ({ type: 'code', lang: 'html', value: html } as Node) : paragraphOf(html)
}

function textOf(value: string): Text {
	return { type: 'text', value }
}

function paragraphOf(value: string): Paragraph {
	return { type: 'paragraph', children: [textOf(value)] }
}

function definitionText({ label, identifier, url, title }: Definition): string {
	return `[${label ?? identifier}]: ${url}${title ? ` "${title}"` : ''}`
}

/** A formula that stands alone is set apart, also where it is written on one line. */
function displayedFormula({ children: [only, more] }: Paragraph): Node | null {
	if (only?.type !== 'inlineMath' || more !== undefined) return null
	const properties = { className: ['language-math', 'math-display'] }
	return { type: 'paragraph', children: [{ ...only, data: { ...only.data, hProperties: properties } }] } as Node
}

/** A box in letters: a form element that does nothing would only confuse. */
function showTask(item: ListItem): void {
	if (typeof item.checked !== 'boolean') return
	const box = textOf(item.checked ? '☑ ' : '☐ ')
	const [first] = item.children
	if (first?.type === 'paragraph') first.children.unshift(box)
	else item.children.unshift({ type: 'paragraph', children: [box] })
	item.checked = null
	item.data = { ...item.data, hProperties: { className: ['task'] } }
}

/** A tree of the same text in which nothing is left that isn't allowed. */
function cleaned(tree: Root): Root {
	const headings = headingLevels()
	const children = (nodes: readonly RootContent[], inLink: boolean): ElementContent[] =>
		nodes.flatMap((node) => {
			if (node.type === 'element') return ofElement(node, inLink)
			return 'value' in node ? spoken(node.value) : []
		})
	const ofElement = (node: Element, inLink: boolean): ElementContent[] => {
		if (node.properties.dataFootnoteBackref !== undefined) return []
		const refused = formulaRefused(node)
		if (refused !== null) return [element('span', spoken(refused), { className: ['formula-error'] })]
		const link = node.tagName === 'a'
		const inner = children(node.children, inLink || link)
		if (link && (inLink || !isAllowedAddress(node.properties.href))) return [...inner, ...addressOf(node)]
		const tagName = /^h[1-6]$/.test(node.tagName) ? headings(node.tagName) : node.tagName
		if (!allowedTags.has(tagName)) return inner
		return [element(tagName, inner, keptProperties(node))]
	}
	return { type: 'root', children: children(tree.children, false) }
}

const refusable = /^\\(?:includegraphics|href|url|html(?:Class|Id|Style|Data))$/

/** A formula as it was written where KaTeX has left out something of it: pictures, and links to what it takes for no address. */
function formulaRefused(node: Element): string | null {
	const names = node.properties.className
	if (!Array.isArray(names) || !names.includes('katex')) return null
	const inner = descendants(node)
	const isRefused = inner.some((one) => one.tagName === 'mtext' && refusable.test(textIn(one)))
	const source = inner.find(({ tagName }) => tagName === 'annotation')
	return isRefused && source !== undefined ? textIn(source) : null
}

function descendants({ children }: Element): readonly Element[] {
	return children.flatMap((child) => (child.type === 'element' ? [child, ...descendants(child)] : []))
}

function textIn({ children }: Element): string {
	return children.map((child) => (child.type === 'text' ? child.value : '')).join('')
}

/** An address to which the page doesn't lead is told. Those of footnotes are our own. */
function addressOf({ properties: { href } }: Element): ElementContent[] {
	return typeof href !== 'string' || href === '' || href.startsWith('#user-content-fn') ? [] : spoken(` (${href})`)
}

function keptProperties({ tagName, properties }: Element): Element['properties'] {
	const { id: _id, style: _style, title: _title, href, ...others } = properties
	// A formula can't link.
	const kept = tagName === 'a' && href !== undefined ? { ...others, href } : others
	const names = Array.isArray(kept.className) ? kept.className : []
	if (names.includes('katex-error')) return { className: ['formula-error'] }
	return kept
}

/** Under the headings of the page, without a step left out. */
function headingLevels(): (tagName: string) => string {
	let last = 2
	return (tagName) => {
		last = Math.min(Number(tagName.slice(1)) + 2, last + 1, 6)
		return `h${last}`
	}
}

/** The text, with the names of characters in their place that turn the reading direction. */
function spoken(text: string): ElementContent[] {
	return spelledOut(text).map((part) => {
		const shown = { type: 'text', value: part.text } as const
		return part.isName ? element('span', [shown], { className: ['bidi'] }) : shown
	})
}
