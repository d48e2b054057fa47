import { type ComponentChild, type ComponentChildren, h } from 'preact'
import { useMemo, useState } from 'preact/hooks'
import type { Tree } from '../page-view.ts'
import { allowedAttributes, allowedTags } from './allowed.ts'
import { icon } from './icons.ts'
import { strings } from './strings.ts'

type TreeNode = Tree['children'][number]
type TreeElement = Extract<TreeNode, { type: 'element' }>

/** A text as elements. It is looked at again, whatever the server says: only what `allowed.ts` lists becomes an element. */
export function Prose({ tree, class: name = '' }: { tree: Tree; class?: string }): ComponentChild {
	return useMemo(() => h('div', { class: `prose ${name}`, dir: 'auto' }, vnodes(tree.children)), [tree, name])
}

type PhraseProps = {
	readonly tree: Tree
	/** Whether it stands on something that can be pressed, so that nothing in it can be. */
	readonly isOnButton?: boolean
}

/** The same for a text of one line, without the paragraph around it. */
export function Phrase({ tree, isOnButton = false }: PhraseProps): ComponentChild {
	return useMemo(() => {
		const nodes = onlyParagraph(tree)
		return h('span', { class: 'phrase', dir: 'auto' }, vnodes(isOnButton ? withoutControls(nodes) : nodes))
	}, [tree, isOnButton])
}

/** What becomes something that can be pressed or scrolled. */
const controls: ReadonlySet<string> = new Set(['a', 'pre', 'table'])

function withoutControls(nodes: readonly TreeNode[]): readonly TreeNode[] {
	return nodes.map((node) => {
		if (node.type !== 'element') return node
		if (controls.has(node.tagName)) return { type: 'text', value: textOf(node) }
		return { ...node, children: [...withoutControls(node.children)] as typeof node.children }
	})
}

function onlyParagraph({ children }: Tree): readonly TreeNode[] {
	const blocks = children.filter((node) => !(node.type === 'text' && node.value.trim() === ''))
	const [only] = blocks
	return blocks.length === 1 && only?.type === 'element' && only.tagName === 'p' ? only.children : children
}

export function textOf(node: { readonly children: readonly TreeNode[] }): string {
	return node.children
		.map((child) => (child.type === 'text' ? child.value : child.type === 'element' ? textOf(child) : ''))
		.join('')
}

/** A sentence of ours, in which commands stand between backticks. */
export function Sentence({ text }: { text: string }): ComponentChild {
	const parts = text.split('`')
	const isPaired = parts.length % 2 === 1
	return h(
		'p',
		{ dir: 'auto', class: 'sentence' },
		isPaired ? parts.map((part, index) => (index % 2 === 1 ? h('code', null, part) : part)) : text,
	)
}

export function isEmpty(tree: Tree): boolean {
	return tree.children.length === 0
}

function vnodes(nodes: readonly TreeNode[]): ComponentChildren[] {
	return nodes.map((node) => {
		if (node.type === 'text') return node.value
		return node.type === 'element' ? vnode(node) : null
	})
}

function vnode(element: TreeElement): ComponentChildren {
	if (element.tagName === 'pre') return h(CodeBlock, { element })
	if (element.tagName === 'table') return h(Table, { element })
	if (!allowedTags.has(element.tagName)) return vnodes(element.children)
	return plainElement(element)
}

function plainElement({ tagName, properties, children }: TreeElement): ComponentChild {
	return h(tagName, allowedAttributes(tagName, properties), vnodes(children))
}

/** A table scrolls within itself, also by the keyboard. */
function Table({ element }: { element: TreeElement }): ComponentChild {
	return h(
		'div',
		{ class: 'table-scroll', role: 'region', 'aria-label': strings.table, tabIndex: 0 },
		plainElement(element),
	)
}

function CodeBlock({ element }: { element: TreeElement }): ComponentChild {
	const code = textOf(element)
	const language = languageOf(element)
	return h('figure', { class: 'code-block' }, [
		h('figcaption', { class: 'code-head' }, [
			h('span', { class: 'code-language' }, language ?? strings.code),
			h(CopyButton, { text: code, label: strings.copyCode }),
		]),
		h('pre', { tabIndex: 0, 'aria-label': language ?? strings.code }, vnodes(element.children)),
	])
}

function languageOf({ children }: TreeElement): string | null {
	const code = children.find((child): child is TreeElement => child.type === 'element')
	const names = code?.properties.className
	const found = Array.isArray(names) ? names.find((name) => String(name).startsWith('language-')) : undefined
	return found === undefined ? null : String(found).slice('language-'.length)
}

/** Copies a text, and says so for a moment. */
export function CopyButton({ text, label, shown }: { text: string; label: string; shown?: string }): ComponentChild {
	const [copied, setCopied] = useState(false)
	const copy = async () => {
		if (!(await copyText(text))) return
		setCopied(true)
		window.setTimeout(() => setCopied(false), 2_000)
	}
	return h('button', { type: 'button', class: 'quiet-button', onClick: copy, 'aria-label': label, title: label }, [
		icon(copied ? 'check' : 'copy'),
		copied ? h('span', { role: 'status' }, strings.copied) : (shown ?? null),
	])
}

async function copyText(text: string): Promise<boolean> {
	try {
		await navigator.clipboard.writeText(text)
		return true
	} catch {
		// Without HTTPS and off loopback there is no clipboard to write to; the old way still works there.
		return copyBySelection(text)
	}
}

function copyBySelection(text: string): boolean {
	const field = document.createElement('textarea')
	field.value = text
	field.className = 'offscreen'
	document.body.append(field)
	field.select()
	const done = document.execCommand('copy')
	field.remove()
	return done
}
