/**
 * Models write formulas as `\( … \)`, `\[ … \]`, `$ … $` and `$$ … $$`; the Markdown parser knows `$$` only, takes a price for the
 * beginning of a formula where it is told to know `$` as well, and the rest of the text for a formula where a `$$` isn't closed.
 * So what surely is a formula gets the marks that the parser knows, and every other `$$` is escaped. Code stays as it is.
 * Takes time in proportion to the text, whatever the text is.
 */
export function withFormulas(markdown: string): string {
	const marks = closingMarks(markdown)
	const written: string[] = []
	let copiedTo = 0
	const token = /(?<=^|\n)(?:[ \t>]|[-*+] |\d+[.)] )*(?:`{3,}|~{3,})|`+|\\[\s\S]|\${1,2}/g
	for (let match = token.exec(markdown); match !== null; match = token.exec(markdown)) {
		const piece = pieceAt(markdown, match.index, match[0], marks)
		if (piece === null) continue
		written.push(markdown.slice(copiedTo, match.index), piece.text)
		copiedTo = piece.end
		token.lastIndex = piece.end
	}
	return written.join('') + markdown.slice(copiedTo)
}

/** What stands instead of the text up to `end`. */
type Piece = { readonly text: string; readonly end: number }

function pieceAt(markdown: string, start: number, token: string, marks: ClosingMarks): Piece | null {
	const kept = (end: number) => ({ text: markdown.slice(start, end), end })
	const fence = /(?:`{3,}|~{3,})$/.exec(token)?.[0]
	if (fence !== undefined && (token.length > fence.length || startsLine(markdown, start)))
		return kept(endOfFence(markdown, start + token.length, fence))
	if (token.startsWith('`')) return kept(marks.afterCode(token.length, start + token.length))
	if (token === '\\(' || token === '\\[') return delimited(markdown, start, token, marks) ?? kept(start + 2)
	if (token === '$$') return delimited(markdown, start, token, marks) ?? { text: '\\$\\$', end: start + 2 }
	if (token === '$') return dollar(markdown, start)
	return kept(start + token.length)
}

function startsLine(text: string, index: number): boolean {
	return index === 0 || text[index - 1] === '\n'
}

function endOfFence(text: string, from: number, fence: string): number {
	const closing = new RegExp(`\\n[ \\t>]*${fence[0] === '~' ? '~' : '`'}{${fence.length},}[ \\t]*(?=\\n|$)`, 'g')
	closing.lastIndex = from
	return closing.exec(text) === null ? text.length : closing.lastIndex
}

const closers: Readonly<Record<string, string>> = { '\\(': '\\)', '\\[': '\\]', $$: '$$' }
const longestFormula = 4_000

/** A formula between two marks of its own, which no empty line parts. */
function delimited(text: string, start: number, opening: string, marks: ClosingMarks): Piece | null {
	const from = start + 2
	const close = marks.next(closers[opening] ?? opening, from)
	if (close === null || close - from > longestFormula) return null
	const formula = text.slice(from, close).trim()
	if (formula === '' || formula.includes('$') || /\n[ \t]*\n/.test(formula)) return null
	const end = close + 2
	const lineStart = text.lastIndexOf('\n', start - 1) + 1
	const indent = start - lineStart > 200 ? null : /^[ \t]*$/.exec(text.slice(lineStart, start))?.[0]
	const endsLine = /^[ \t]*(?:\n|$)/.test(text.slice(end, end + 200))
	if (opening !== '\\(' && indent !== null && indent !== undefined && endsLine) {
		const lines = formula.split('\n').map((line) => indent + line.trim())
		return { text: `$$\n${lines.join('\n')}\n${indent}$$`, end }
	}
	return { text: `$$${formula.replaceAll(/\s*\n\s*/g, ' ')}$$`, end }
}

/** As pandoc has it: no space within the marks, no digit behind them; and something in it that no price has. */
const inlineFormula =
	/\$(?=[^\s$])(?=[^$\n]{0,300}?[\\^_=<>{}+*/]|[A-Za-z]\$)([^$\n`]{0,300}?[^\s$\\`])\$(?![\d$\p{L}])/uy

function dollar(text: string, start: number): Piece | null {
	inlineFormula.lastIndex = start
	const formula = inlineFormula.exec(text)?.[1]
	if (formula === undefined || /^\d[\d.,]*\s+\p{L}/u.test(formula)) return null
	return { text: `$$${formula}$$`, end: inlineFormula.lastIndex }
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
