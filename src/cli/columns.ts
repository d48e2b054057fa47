import { toPlainText } from '../rendering/index.ts'

/** Lines of columns: each as wide as its widest cell, but for the last one, which ends where its text does. */
export function createColumns(widest: readonly (readonly string[])[]): (cells: readonly string[]) => string {
	const widths = (widest[0] ?? []).map((_, index) =>
		Math.max(...widest.map((cells) => toPlainText(cells[index] ?? '').length)),
	)
	return (cells) =>
		cells.map((cell, index) => toPlainText(cell).padEnd(index < cells.length - 1 ? (widths[index] ?? 0) : 0)).join('  ')
}
