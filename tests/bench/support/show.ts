import { Presets, SingleBar } from 'cli-progress'
import CliTable from 'cli-table3'
import pc from 'picocolors'
import type { Benchmark, Measurement, Progress, Table } from './benchmark.ts'

/** The object that `--json` prints. */
export function toJson(name: string, { claim }: Benchmark, measured: Omit<Measurement, 'tables'>): string {
	const { parameters, figures, holds } = measured
	return JSON.stringify({ name, parameters, figures, holds, claim })
}

/** What a person is shown. */
export function toText({ claim }: Benchmark, { parameters, tables, holds }: Measurement): string {
	const settings: Table = {
		title: 'Parameters',
		columns: ['parameter', 'value'],
		rows: Object.entries(parameters).map(([name, value]) => [
			name,
			typeof value === 'string' ? value : JSON.stringify(value),
		]),
	}
	const verdict = holds ? pc.green('holds') : pc.red('does not hold')
	return [...[settings, ...tables].map(tableText), `The claim ${verdict}: ${claim}`].join('\n\n')
}

function tableText({ title, columns, rows }: Table): string {
	const table = new CliTable({ head: [...columns], style: { head: [], border: [] } })
	table.push(...rows.map((row) => [...row]))
	return `${pc.bold(title)}\n${table.toString()}`
}

/** A bar on standard error where that is a terminal; else nothing. */
export function showProgress(): Progress & Disposable {
	const bar = new SingleBar(
		{ format: '{bar} {percentage} % · {duration_formatted} · {step}', hideCursor: true, clearOnComplete: true },
		Presets.shades_classic,
	)
	let begun = 0
	return {
		expect: (steps) => bar.start(steps, 0, { step: 'starting' }),
		begin: (step) => {
			bar.update(begun, { step })
			begun++
		},
		[Symbol.dispose]: () => bar.stop(),
	}
}

/** For where nobody looks. */
export const silentProgress: Progress = { expect: () => {}, begin: () => {} }
