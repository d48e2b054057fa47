import type { Element, Root } from 'hast'
import rehypeKatex from 'rehype-katex'
import { unified } from 'unified'

/** Macros and sizes have an end; what would lead out of a formula is refused. */
const reader = unified()
	.use(rehypeKatex, { output: 'mathml', strict: 'ignore', maxExpand: 500, maxSize: 20, errorColor: '#unread' })
	.freeze()

/**
 * A formula as text that reads aloud the same, for where there is no typesetting: `\frac{a+1}{2}` is `(a + 1)/2`, `x^2` is `x²`. What
 * stands in rows comes out in lines if it is set apart. Null for what is no formula: then better show what was written.
 */
export function readableFormula(latex: string, isSetApart: boolean): string | null {
	const tree = read(latex)
	const formula = tree === null ? null : find(tree, 'semantics')
	if (tree === null || formula === null || isPartlyUnread(tree)) return null
	const content = rowOf(formula.children.filter((child) => !isElement(child, 'annotation')))
	const only = soleTable(formula)
	const lines = isSetApart && only !== null ? linesOf(only) : [content]
	const text = lines.map((line) => line.replaceAll(/\s+/g, ' ').trim()).join('\n')
	return text.trim() === '' ? null : text
}

function read(latex: string): Root | null {
	const code: Element = {
		type: 'element',
		tagName: 'code',
		properties: { className: ['language-math', 'math-inline'] },
		children: [{ type: 'text', value: latex }],
	}
	const tree: Root = { type: 'root', children: [code] }
	try {
		reader.runSync(tree)
		return tree
	} catch {
		return null
	}
}

type Parent = Root | Element

function find(parent: Parent, tagName: string): Element | null {
	for (const child of parent.children) {
		if (child.type !== 'element') continue
		if (child.tagName === tagName) return child
		const found = find(child, tagName)
		if (found !== null) return found
	}
	return null
}

/** Commands that aren't known, or may not be used, come out by their names in the colour of errors. */
function isPartlyUnread(parent: Parent): boolean {
	return parent.children.some(
		(child) => child.type === 'element' && (child.properties.mathcolor === '#unread' || isPartlyUnread(child)),
	)
}

function isElement(node: Parent['children'][number], tagName: string): node is Element {
	return node.type === 'element' && node.tagName === tagName
}

function soleTable(parent: Element): Element | null {
	const inner = parent.children.filter((child): child is Element => child.type === 'element')
	const [only, ...others] = inner.filter(({ tagName }) => tagName !== 'annotation')
	if (only === undefined || others.length > 0) return null
	return only.tagName === 'mtable' ? only : soleTable(only)
}

function linesOf(table: Element): readonly string[] {
	const rows = table.children.filter((child) => isElement(child, 'mtr'))
	return rows.map((row) =>
		row.children
			.map((cell) => textOf(cell).trim())
			.filter((text) => text !== '')
			.join(' '),
	)
}

function textOf(node: Parent['children'][number] | undefined): string {
	if (node === undefined || (node.type !== 'text' && node.type !== 'element')) return ''
	if (node.type === 'text') return node.value.replaceAll(/[\u2061-\u2064]/g, '').replaceAll('\u00A0', ' ')
	const [first, second, third] = node.children
	switch (node.tagName) {
		case 'mfrac':
			return fractionOf(node)
		case 'msqrt':
			return `√${grouped(rowOf(node.children))}`
		case 'mroot':
			return `${raised(textOf(second))}√${grouped(textOf(first))}`
		case 'msub':
		case 'munder':
			return textOf(first) + lowered(textOf(second))
		case 'msup':
			return textOf(first) + raised(textOf(second))
		case 'mover':
			return overOf(node)
		case 'msubsup':
		case 'munderover':
			return textOf(first) + lowered(textOf(second)) + raised(textOf(third))
		case 'mtable':
			return linesOf(node).join('; ')
		case 'mspace':
			return ' '
		case 'mi':
			return identifierOf(node)
		default:
			return rowOf(node.children)
	}
}

function fractionOf({ properties, children: [over, under] }: Element): string {
	const [top, bottom] = [textOf(over).trim(), textOf(under).trim()]
	return properties.linethickness === '0px' ? `${top} choose ${bottom}` : `${grouped(top)}/${grouped(bottom)}`
}

const accents: Readonly<Record<string, string>> = {
	'^': '\u0302',
	'~': '\u0303',
	'‾': '\u0305',
	ˉ: '\u0304',
	'˙': '\u0307',
	'¨': '\u0308',
	'⃗': '\u20D7',
}

function overOf({ properties, children: [base, over] }: Element): string {
	const [text, mark] = [textOf(base), textOf(over).trim()]
	if (properties.accent !== 'true') return text + raised(mark)
	return [...text].map((letter) => letter + (accents[mark] ?? '')).join('')
}

const doubleStruck: Readonly<Record<string, string>> = { C: 'ℂ', H: 'ℍ', N: 'ℕ', P: 'ℙ', Q: 'ℚ', R: 'ℝ', Z: 'ℤ' }

function identifierOf({ properties, children }: Element): string {
	const name = children.map(textOf).join('')
	return properties.mathvariant === 'double-struck' ? (doubleStruck[name] ?? name) : name
}

const between = /^[=<>≤≥≪≫≠≈≡∼≃≅∝→←⇒⇐⇔↔↦∈∉⊂⊆⊃⊇∪∩∧∨×⋅·÷∗±∓+−∣⟹⟸⟺⟶]$/u
const signs = /^[±∓+−]$/u

/** The parts of a row, with spaces around what stands between two others. */
function rowOf(nodes: Parent['children']): string {
	let row = ''
	let before: Parent['children'][number] | undefined
	for (const node of nodes) {
		const text = textOf(node)
		if (text === '') continue
		row += isElement(node, 'mo') ? operatorAfter(row, text) : (isParted(before, row, node, text) ? ' ' : '') + text
		before = node
	}
	return row
}

/** A sign belongs to what follows. */
function operatorAfter(row: string, operator: string): string {
	if (/^[,;]$/.test(operator)) return `${operator} `
	const isSign = signs.test(operator) && /(?:^|[([{|,;=<>≤≥≠≈⇒→] ?)$/u.test(row)
	return between.test(operator) && !isSign ? ` ${operator} ` : operator
}

function isParted(
	before: Parent['children'][number] | undefined,
	row: string,
	node: Parent['children'][number],
	text: string,
): boolean {
	return isNamed(node) ? /[\p{L}\p{N})]$/u.test(row) : isNamed(before) && /^[\p{L}\p{N}√−]/u.test(text)
}

/** Whether it is applied to what follows, as `sin`, `lim` and `∑` are. */
function isNamed(node: Parent['children'][number] | undefined): boolean {
	if (node?.type !== 'element') return false
	if (node.tagName === 'mi') return /^\p{L}{2,}$/u.test(textOf(node))
	if (node.tagName === 'mo') return /^[∑∏∫∬∮⋃⋂]$/u.test(textOf(node))
	return /^(?:mrow|msub|msup|msubsup|munder|mover|munderover)$/.test(node.tagName) && isNamed(node.children[0])
}

function grouped(text: string): string {
	const bare = text.trim()
	return /^(?:[\p{L}\p{N}\p{M}.′°²³]+|\([^()]*\))$/u.test(bare) ? bare : `(${bare})`
}

const superscripts = toScript('0123456789+−=()abcdefghijklmnoprstuvwxyz', '⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ')
const subscripts = toScript('0123456789+−=()aehijklmnoprstuvx', '₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ')

function toScript(plain: string, script: string): ReadonlyMap<string, string> {
	const letters = [...script]
	return new Map([...plain].map((letter, index) => [letter, letters[index] ?? letter]))
}

function raised(text: string): string {
	const bare = text.replaceAll(/\s+/g, '')
	if (/^[′″‴∘°]*$/u.test(bare)) return bare.replaceAll('∘', '°')
	return inScript(bare, superscripts) ?? `^${grouped(text)}`
}

function lowered(text: string): string {
	const bare = text.replaceAll(/\s+/g, '')
	return inScript(bare, subscripts) ?? `_${grouped(text)}`
}

function inScript(text: string, script: ReadonlyMap<string, string>): string | null {
	const letters = [...text].map((letter) => script.get(letter))
	return letters.every((letter) => letter !== undefined) ? letters.join('') : null
}
