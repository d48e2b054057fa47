import picocolors from 'picocolors'
import type { CheckRow } from '../../core/check.ts'
import { counted } from '../../core/counted.ts'
import { toPlainText } from '../../rendering/index.ts'

type Status = CheckRow['status']

const words: Readonly<Record<Status, string>> = {
	ok: 'ok',
	warning: 'warning',
	problem: 'problem',
	'not-checked': '–',
	'not-configured': '–',
}

const indent = '  '
const statusWidth = Math.max(...Object.values(words).map((word) => word.length))

/** Rows as aligned lines, the fix of each on a line of its own. The names say how wide their column is. */
export function createRowLines(names: readonly string[], colored: boolean): (row: CheckRow) => string {
	const colors = picocolors.createColors(colored)
	const nameWidth = Math.max(0, ...names.map((name) => name.length))
	const paint: Readonly<Record<Status, (text: string) => string>> = {
		ok: colors.green,
		warning: colors.yellow,
		problem: colors.red,
		'not-checked': colors.dim,
		'not-configured': colors.dim,
	}
	const gap = `${indent}${' '.repeat(statusWidth)}  ${' '.repeat(nameWidth)}  `
	return ({ name, status, message, fix }) => {
		const start = `${indent}${paint[status](words[status].padEnd(statusWidth))}  ${colors.bold(name.padEnd(nameWidth))}`
		const quiet = status === 'not-checked' || status === 'not-configured'
		const said = toPlainText(message).replaceAll('\n', `\n${gap}`)
		const lines = [`${start}  ${quiet ? colors.dim(said) : said}`]
		if (fix !== null) lines.push(`${gap}${colors.cyan('→')} ${toPlainText(fix)}`)
		return `${lines.join('\n')}\n`
	}
}

/** What all rows come to, in a sentence. */
export function summaryOf(rows: readonly Pick<CheckRow, 'status'>[]): string {
	const count = (wanted: Status) => rows.filter(({ status }) => status === wanted).length
	const [problems, warnings] = [count('problem'), count('warning')]
	if (problems === 0 && warnings === 0) return 'All is well.'
	const parts = [
		...(problems > 0 ? [counted(problems, 'problem')] : []),
		...(warnings > 0 ? [counted(warnings, 'warning')] : []),
	]
	return problems === 0 ? `Nothing is broken; ${parts.join(', ')}.` : `${parts.join(', ')}.`
}

export function hasProblem(rows: readonly Pick<CheckRow, 'status'>[]): boolean {
	return rows.some(({ status }) => status === 'problem')
}
