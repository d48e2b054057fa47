import type { Nodes, Table, TableCell } from 'mdast'
import stringWidth from 'string-width'
import { readableFormula } from './readable-formula.ts'

/** What is wider is broken into lines by a chat, and then no column stands under its name. */
const widestTable = 76
/** A longer table stands in several blocks of code, each under its own head, so that no part of an answer has rows without names. */
const largestBlock = 1_400

/** How the parts of a table are written where it is no code. */
export type TableWriting = {
	readonly code: (text: string) => string
	readonly cell: (cell: TableCell) => string
	/** What a point of a list begins with. */
	readonly point: string
}

/** A table as aligned text in blocks of code; one that is too wide as a list with a point for each row. Every cell is there. */
export function tableText(table: Table, writing: TableWriting): string {
	const cells = table.children.map((row) => row.children.map(plainOf))
	const widths = (cells[0] ?? []).map((_, column) => Math.max(1, ...cells.map((row) => stringWidth(row[column] ?? ''))))
	const width = widths.reduce((sum, each) => sum + each + 3, -3)
	if (cells.length < 2 || width > widestTable) return listOf(table, writing)
	const [head = '', ...rows] = cells.map((row) => alignedRow(row, widths, table.align ?? []))
	const rule = widths.map((each) => '-'.repeat(each)).join('-|-')
	return blocksOf(rows, `${head}\n${rule}`).map(writing.code).join('\n\n')
}

function alignedRow(row: readonly string[], widths: readonly number[], align: NonNullable<Table['align']>): string {
	const aligned = widths.map((width, column) => {
		const cell = row[column] ?? ''
		const room = width - stringWidth(cell)
		const before = align[column] === 'right' ? room : align[column] === 'center' ? Math.floor(room / 2) : 0
		return ' '.repeat(before) + cell + ' '.repeat(room - before)
	})
	return aligned.join(' | ').trimEnd()
}

function blocksOf(rows: readonly string[], head: string): readonly string[] {
	const blocks: string[] = []
	for (const row of rows) {
		const last = blocks.at(-1)
		if (last === undefined || last.length + row.length > largestBlock) blocks.push(`${head}\n${row}`)
		else blocks[blocks.length - 1] = `${last}\n${row}`
	}
	return blocks
}

function listOf({ children: [head, ...rows] }: Table, { cell: write, point }: TableWriting): string {
	const names = head?.children.map(write) ?? []
	if (rows.length === 0) return points(names, point)
	const values = rows.map(({ children }) => children.map(write))
	const [first = [], ...others] = values.map((cells) => cells.map((cell, column) => named(names[column] ?? '', cell)))
	const unfilled = names.filter((_, column) => values.every((cells) => (cells[column] ?? '') === ''))
	const nothing = unfilled.filter((name) => name !== '').map((name) => named(name, '—'))
	return [[...first, ...nothing], ...others].map((cells) => points(cells, point)).join('\n')
}

function points(cells: readonly string[], point: string): string {
	const [first = '—', ...others] = cells.filter((cell) => cell !== '')
	return [`${point} ${first}`, ...others.map((cell) => `  ${point} ${cell}`)].join('\n')
}

function named(name: string, cell: string): string {
	if (cell === '') return ''
	return name === '' ? cell : `${name}: ${cell}`
}

/** A cell as it reads, in one line. */
function plainOf(node: Nodes): string {
	switch (node.type) {
		case 'inlineMath':
			return readableFormula(node.value, false) ?? node.value
		case 'break':
			return ' '
		case 'link':
			return linkOf(node.url, node.children.map(plainOf).join(''))
		case 'image':
			return linkOf(node.url, node.alt ?? '')
		default:
			if ('value' in node) return node.value.replaceAll('\n', ' ')
			return 'children' in node ? node.children.map(plainOf).join('') : ''
	}
}

function linkOf(url: string, text: string): string {
	return text === '' || url.endsWith(text) ? url : `${text} (${url})`
}
