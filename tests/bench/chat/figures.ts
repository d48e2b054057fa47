import type { Table } from '../support/benchmark.ts'
import { rounded } from '../support/rounds.ts'

/** How long people waited for a sign that they were heard. */
export function acknowledgeFigures(tookMs: readonly number[]) {
	const sorted = tookMs.toSorted((left, right) => left - right)
	return {
		acknowledgeP95Ms: rounded(sorted[Math.ceil(sorted.length * 0.95) - 1] ?? Number.NaN, 1),
		acknowledgeMaxMs: rounded(sorted.at(-1) ?? Number.NaN, 1),
	}
}

export function tableOf(title: string, figures: Readonly<Record<string, number>>): Table {
	return {
		title,
		columns: ['figure', 'value'],
		rows: Object.entries(figures).map(([name, value]) => [name, String(value)]),
	}
}
