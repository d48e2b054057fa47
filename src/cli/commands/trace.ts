import type { JournalRecord } from '../../core/journal.ts'
import { toPlainText } from '../../rendering/index.ts'
import { createLog } from '../log.ts'
import { createTextPrinter } from '../printer.ts'
import { openService } from '../service.ts'
import { readSettings } from '../settings.ts'

/** Prints a run's journal, a line an event. Returns the exit status. */
export async function trace(runId: string): Promise<number> {
	const { log, adopt } = createLog('warn')
	try {
		const config = readSettings()
		adopt(config)
		await using service = await openService({ config, command: 'trace', works: 'when-asked', log })
		for (const record of await service.read(runId)) process.stdout.write(`${traceLine(record)}\n`)
		return 0
	} catch (error) {
		createTextPrinter().fail(error)
		return 1
	}
}

const longestValue = 160

/** One event as a line: number, time, attempt, node, kind, then its facts and what it says. */
export function traceLine(record: JournalRecord): string {
	const { v: _version, seq, at, attempt, nodeId, kind, ...rest } = record
	const { content, ...facts } = { content: undefined, ...rest }
	const place = nodeId === undefined ? '' : ` ${nodeId}`
	return `${String(seq).padStart(3)} ${at.slice(11, 23)} #${attempt}${place} ${kind} ${valuesLine({ ...facts, ...contentOf(content) })}`.trimEnd()
}

function contentOf(content: unknown): Readonly<Record<string, unknown>> {
	if (content === null) return { content: 'erased' }
	return typeof content === 'object' ? { ...content } : {}
}

function valuesLine(values: Readonly<Record<string, unknown>>): string {
	return Object.entries(values)
		.map(([name, value]) => `${name}=${shortened(typeof value === 'string' ? value : JSON.stringify(value))}`)
		.join(' ')
}

function shortened(text: string | undefined): string {
	const line = toPlainText(text ?? '').replaceAll(/\s+/g, ' ')
	return line.length > longestValue ? `${line.slice(0, longestValue - 1)}…` : line
}
