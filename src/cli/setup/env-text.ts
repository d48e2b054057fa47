import { parseEnv } from 'node:util'
import { ThreadwiseError } from '../../core/errors.ts'

/** New values of variables; null takes a variable out. */
export type EnvChanges = Readonly<Record<string, string | null>>

/** A setting as `.env` or the environment has it; an empty one counts as absent. */
export function settingOf(values: Readonly<Record<string, string | undefined>>, name: string): string | null {
	const value = values[name]?.trim() ?? ''
	return value === '' ? null : value
}

type Assignment = {
	readonly name: string
	readonly start: number
	/** Without the end of the line. */
	readonly end: number
	/** What stands before the name, such as `export`. */
	readonly prefix: string
	/** What stands behind the value, from the `#` on. */
	readonly comment: string
}

/**
 * The text of a `.env` with changes. Every other line and every comment stays as it is; what is taken out becomes a comment, so that
 * nothing is lost.
 * @throws ThreadwiseError `config` if the text is so strange that it wouldn't read back as it should.
 */
export function changeEnvText(text: string, changes: EnvChanges): string {
	const changed = Object.entries(changes).reduce((rest, [name, value]) => changeOne(rest, name, value), text)
	const expected = { ...parseEnv(text), ...changes }
	const read = parseEnv(changed)
	if (Object.entries(expected).every(([name, value]) => (read[name] ?? null) === value)) return changed
	throw new ThreadwiseError('config', 'The file .env has lines that setup does not understand; nothing was changed.', {
		fix: 'Look for quotes that are not closed, or set the variables by hand: docs/configuration.md lists them.',
	})
}

function changeOne(text: string, name: string, value: string | null): string {
	const found = assignmentsIn(text).filter((assignment) => assignment.name === name)
	if (value === null) return found.toReversed().reduce(commentOut, text)
	// The last one counts.
	const last = found.at(-1)
	if (last === undefined) return appended(text, `${name}=${quoted(value)}`)
	const comment = last.comment === '' ? '' : ` ${last.comment}`
	return `${text.slice(0, last.start)}${last.prefix}${name}=${quoted(value)}${comment}${text.slice(last.end)}`
}

function commentOut(text: string, { start, end }: Assignment): string {
	return `${text.slice(0, start)}# ${text.slice(start, end).replaceAll('\n', '\n# ')}${text.slice(end)}`
}

function appended(text: string, line: string): string {
	const newline = text.includes('\r\n') ? '\r\n' : '\n'
	const before = text === '' || text.endsWith('\n') ? text : `${text}${newline}`
	return `${before}${line}${newline}`
}

/** As Node reads it: plain where nothing in the value means anything else, else in the quotes that it doesn't have. */
function quoted(value: string): string {
	if (/^[\w./:@+,=-]*$/.test(value)) return value
	const quote = ["'", '`', '"'].find((each) => !value.includes(each))
	return quote === undefined ? value : `${quote}${value}${quote}`
}

const beginning = /^([ \t]*(?:export[ \t]+)?)([\w.-]+)[ \t]*=[ \t]*/

function assignmentsIn(text: string): readonly Assignment[] {
	const found: Assignment[] = []
	for (let start = 0; start < text.length; ) {
		const [head, prefix = '', name = ''] = beginning.exec(text.slice(start)) ?? ['']
		const valueStart = start + head.length
		const valueEnd = name === '' ? start : endOfQuotes(text, valueStart)
		const lineEnd = endOfLine(text, valueEnd)
		if (name !== '') {
			const hash = text.slice(valueEnd, lineEnd).indexOf('#')
			const comment = hash === -1 ? '' : text.slice(valueEnd + hash, lineEnd)
			found.push({ name, start, end: lineEnd, prefix, comment })
		}
		const next = text.indexOf('\n', lineEnd)
		start = next === -1 ? text.length : next + 1
	}
	return found
}

/** Behind the closing quote of a quoted value, which may be lines away; where it began if it isn't quoted. */
function endOfQuotes(text: string, start: number): number {
	const quote = text[start]
	if (quote !== '"' && quote !== "'" && quote !== '`') return start
	const end = text.indexOf(quote, start + 1)
	return end === -1 ? start : end + 1
}

function endOfLine(text: string, from: number): number {
	const newline = text.indexOf('\n', from)
	const end = newline === -1 ? text.length : newline
	return text[end - 1] === '\r' && end > from ? end - 1 : end
}
