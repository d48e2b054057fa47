import { readableFormula } from './readable-formula.ts'

/**
 * Models write formulas as `\( … \)`, `\[ … \]`, `$ … $` and `$$ … $$`; the Markdown parser knows `$$` only, takes a price for the
 * beginning of a formula where it is told to know `$` as well, and the rest of the text for a formula where a `$$` isn't closed.
 * So what surely is a formula gets the marks that the parser knows, and every other `$$` is escaped. Code stays as it is.
 * Takes time in proportion to the text, whatever the text is.
 */
export function withFormulas(markdown: string): string {
	return rewritten(markdown, (part) => {
		if (part.kind === 'mark' && part.text === '$$') return '\\$\\$'
		if (part.kind !== 'formula') return part.text
		const { latex, indent } = part
		if (indent === null) return `$$${latex.replaceAll(/\s*\n\s*/g, ' ')}$$`
		const lines = latex.split('\n').map((line) => indent + line.trim())
		return `$$\n${lines.join('\n')}\n${indent}$$`
	})
}

/** Reading a formula takes about as long as a page of text. */
const mostRead = 300

/**
 * Markdown with formulas as text, for where there is no typesetting; what can't be read stays as it was written, and so does code.
 * `write` has the text stand for itself wherever it comes to stand.
 */
export function withReadableFormulas(markdown: string, write = (text: string): string => text): string {
	let left = mostRead
	return rewritten(markdown, (part) => {
		if (part.kind !== 'formula' || left === 0) return part.text
		left -= 1
		const { latex, indent } = part
		const readable = readableFormula(latex, indent !== null)
		if (readable === null) return part.text
		if (indent === null) return write(readable)
		// Else it would flow into the paragraphs around it.
		return `\n${readable
			.split('\n')
			.map((line) => indent + write(line))
			.join('\n')}\n`
	})
}

/** Markdown with its code and the rest of it each written in their own way. */
export function aroundCode(
	markdown: string,
	{ code, text }: { readonly code: (code: string) => string; readonly text: (text: string) => string },
): string {
	const written: string[] = []
	let from = 0
	for (const part of partsOf(markdown)) {
		if (part.kind !== 'code') continue
		written.push(text(markdown.slice(from, part.start)), code(part.text))
		from = part.end
	}
	return written.join('') + text(markdown.slice(from))
}

/** As much of a text that is still being written as is before a formula whose end may yet come. */
export function beforeOpenFormula(markdown: string): string {
	for (const { kind, start, text } of partsOf(markdown)) {
		const rest = markdown.slice(start + text.length)
		if (kind === 'mark' && rest.length <= longestFormula && !emptyLine.test(rest) && !rest.includes(closerOf(text)))
			return markdown.slice(0, start)
	}
	return markdown
}

function rewritten(markdown: string, write: (part: Part) => string): string {
	const written: string[] = []
	let from = 0
	for (const part of partsOf(markdown)) {
		written.push(markdown.slice(from, part.start), write(part))
		from = part.end
	}
	return written.join('') + markdown.slice(from)
}

/** A part of a text that isn't just text. `mark`: one of a formula, though there is none. */
type Part = { readonly start: number; readonly end: number; readonly text: string } & PartKind
type PartKind =
	| { readonly kind: 'code' | 'mark' }
	/** `indent` is what stands before it in its line, if it stands alone; null if it doesn't. */
	| { readonly kind: 'formula'; readonly latex: string; readonly indent: string | null }

function* partsOf(markdown: string): Generator<Part> {
	const marks = closingMarks(markdown)
	const token = /(?<=^|\n)(?:[ \t>]|[-*+] |\d+[.)] )*(?:`{3,}|~{3,})|`+|\\[\s\S]|\${1,2}/g
	for (let match = token.exec(markdown); match !== null; match = token.exec(markdown)) {
		const { index: start } = match
		const found = partAt(markdown, start, match[0], marks)
		if (found === null) continue
		token.lastIndex = found.end
		yield { ...found, start, text: markdown.slice(start, found.end) }
	}
}

type Found = { readonly end: number } & PartKind

function partAt(markdown: string, start: number, token: string, marks: ClosingMarks): Found | null {
	const fence = /(?:`{3,}|~{3,})$/.exec(token)?.[0]
	if (fence !== undefined && (token.length > fence.length || startsLine(markdown, start)))
		return { kind: 'code', end: endOfFence(markdown, start + token.length, fence) }
	if (token.startsWith('`')) {
		const from = start + token.length
		const end = marks.afterCode(token.length, from)
		return end === from ? null : { kind: 'code', end }
	}
	if (closers.has(token)) return delimited(markdown, start, token, marks) ?? { kind: 'mark', end: start + 2 }
	return token === '$' ? dollar(markdown, start) : null
}

function startsLine(text: string, index: number): boolean {
	return index === 0 || text[index - 1] === '\n'
}

function endOfFence(text: string, from: number, fence: string): number {
	const closing = new RegExp(`\\n[ \\t>]*${fence[0] === '~' ? '~' : '`'}{${fence.length},}[ \\t]*(?=\\n|$)`, 'g')
	closing.lastIndex = from
	return closing.exec(text) === null ? text.length : closing.lastIndex
}

const closers: ReadonlyMap<string, string> = new Map([
	['\\(', '\\)'],
	['\\[', '\\]'],
	['$$', '$$'],
])
const longestFormula = 4_000
const emptyLine = /\n[ \t]*\n/

function closerOf(opening: string): string {
	return closers.get(opening) ?? opening
}

/** A formula between two marks of its own, which no empty line parts. */
function delimited(text: string, start: number, opening: string, marks: ClosingMarks): Found | null {
	const from = start + 2
	const close = marks.next(closerOf(opening), from)
	if (close === null || close - from > longestFormula) return null
	const latex = text.slice(from, close).trim()
	if (latex === '' || latex.includes('$') || emptyLine.test(latex)) return null
	const end = close + 2
	const lineStart = text.lastIndexOf('\n', start - 1) + 1
	const indent = start - lineStart > 200 ? null : (/^[ \t]*$/.exec(text.slice(lineStart, start))?.[0] ?? null)
	const endsLine = /^[ \t]*(?:\n|$)/.test(text.slice(end, end + 200))
	return { kind: 'formula', latex, indent: opening !== '\\(' && endsLine ? indent : null, end }
}

/** As pandoc has it: no space within the marks, no digit behind them; and something in it that no price has. */
const inlineFormula =
	/\$(?=[^\s$])(?=[^$\n]{0,300}?[\\^_=<>{}+*/]|[A-Za-z]\$)([^$\n`]{0,300}?[^\s$\\`])\$(?![\d$\p{L}])/uy

function dollar(text: string, start: number): Found | null {
	inlineFormula.lastIndex = start
	const latex = inlineFormula.exec(text)?.[1]
	if (latex === undefined || /^\d[\d.,]*\s+\p{L}/u.test(latex)) return null
	return { kind: 'formula', latex, indent: null, end: inlineFormula.lastIndex }
}

type ClosingMarks = {
	/** Where the mark stands next. */
	next(mark: string, from: number): number | null
	/** Behind the code that a run of so many backticks opens: behind that run where nothing closes it. */
	afterCode(length: number, from: number): number
}

/** Found in one pass, so that a text of many marks that nothing closes isn't searched to its end for each. */
function closingMarks(text: string): ClosingMarks {
	const places = new Map<string, number[]>()
	for (const { 0: mark, index } of text.matchAll(/`+|\\[)\]]|\$\$/g)) {
		const known = places.get(mark)
		if (known === undefined) places.set(mark, [index])
		else known.push(index)
	}
	for (const known of places.values()) known.reverse()
	const next = (mark: string, from: number): number | null => {
		const known = places.get(mark) ?? []
		// Asked for from left to right only: whatever lies behind is done with.
		while ((known.at(-1) ?? from) < from) known.pop()
		return known.at(-1) ?? null
	}
	return {
		next,
		afterCode: (length, from) => {
			const close = next('`'.repeat(length), from)
			return close === null ? from : close + length
		},
	}
}
