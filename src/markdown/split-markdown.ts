/** How much fits into one piece, and how that is measured. */
export type PieceSize = {
	readonly limit: number
	/** Of a part of a text; that of a text is the sum over its parts. Characters unless said otherwise. */
	readonly measure?: (text: string) => number
	/** Matches everywhere, with the flag `g`, what is never parted. A character unless said otherwise. */
	readonly unit?: RegExp
}

const anyCharacter = /[\s\S]/gu

/** What a line stands in: what has to be written again after a split, and before it. */
type Open = { readonly reopen: readonly string[]; readonly close: readonly string[] }

const nothingOpen: Open = { reopen: [], close: [] }
/** A fence or table head that takes more of a piece than this is no good to be repeated. */
const repeatedPart = 1 / 4
const linePart = 1 / 2

/**
 * Markdown in pieces that fit, whole and in order: divided between paragraphs where that leaves no piece half empty, else between
 * lines, else between words, never within a character. A code fence is closed and opened again, the head of a table repeated. Takes
 * time in proportion to the text, whatever it is.
 */
export function splitMarkdown(
	text: string,
	{ limit, measure = (part) => part.length, unit = anyCharacter }: PieceSize,
): readonly string[] {
	const cost = (lines: readonly string[]) => lines.reduce((sum, line) => sum + measure(line) + measure('\n'), 0)
	const lines = text.split('\n').flatMap((line) => piecesOfLine(line, limit * linePart, measure, unit))
	const openBefore = openings(lines, (repeated) => cost(repeated) <= limit * repeatedPart)
	const openAt = (index: number) => openBefore[index] ?? nothingOpen
	/** Where the piece ends that begins at this line. */
	const endOf = (start: number): number => {
		let size = cost(openAt(start).reopen)
		let border = 0
		for (let end = start; end < lines.length; end += 1) {
			const grown = size + cost([lines[end] ?? ''])
			if (end > start && grown + cost(openAt(end + 1).close) > limit) return border > 0 ? border : end
			size = grown
			if (size > limit / 2 && isBorder(lines, end + 1, openAt(end + 1))) border = end + 1
		}
		return lines.length
	}
	const pieces: string[] = []
	for (let start = 0, end = 0; start < lines.length; start = end) {
		end = endOf(start)
		const close = end < lines.length ? openAt(end).close : []
		pieces.push([...openAt(start).reopen, ...lines.slice(start, end), ...close].join('\n'))
	}
	return pieces.map(withoutBlankEnds).filter((piece) => piece !== '')
}

function withoutBlankEnds(piece: string): string {
	return piece.replace(/^(?:[ \t]*\n)+/, '').trimEnd()
}

function isBorder(lines: readonly string[], index: number, open: Open): boolean {
	return open === nothingOpen && (lines[index - 1]?.trim() === '' || /^#{1,6} /.test(lines[index] ?? ''))
}

type State = { readonly fence: { readonly mark: string; readonly open: Open } | null; readonly table: Open | null }

/** What is open before each line, and after the last one. */
function openings(lines: readonly string[], isShort: (repeated: readonly string[]) => boolean): readonly Open[] {
	const all: Open[] = [nothingOpen]
	let state: State = { fence: null, table: null }
	for (const [index, line] of lines.entries()) {
		state = stateAfter(state, lines[index - 1] ?? '', line, isShort)
		all.push(state.fence?.open ?? state.table ?? nothingOpen)
	}
	return all
}

function stateAfter(
	{ fence, table }: State,
	before: string,
	line: string,
	isShort: (repeated: readonly string[]) => boolean,
): State {
	if (fence !== null) return { fence: closes(line, fence.mark) ? null : fence, table: null }
	const opened = fenceOf(line, isShort)
	if (opened !== null || !line.includes('|')) return { fence: opened, table: null }
	const begins = isTableRule(line) && before.includes('|') && isShort([before, line])
	return { fence: null, table: table ?? (begins ? { reopen: [before, line], close: [] } : null) }
}

function fenceOf(line: string, isShort: (repeated: readonly string[]) => boolean) {
	const [, prefix = '', mark = '', info = ''] = /^([ \t>]*)(`{3,}|~{3,})(.*)$/.exec(line) ?? []
	if (mark === '' || (mark.startsWith('`') && info.includes('`')) || !isShort([line])) return null
	return { mark, open: { reopen: [line], close: [prefix + mark] } }
}

function closes(line: string, mark: string): boolean {
	const bare = line.replace(/^[ \t>]*/, '').trimEnd()
	return bare.length >= mark.length && bare === (mark[0] ?? '').repeat(bare.length)
}

function isTableRule(line: string): boolean {
	return line.includes('-') && /^[ \t|:-]+$/.test(line)
}

/** A line in pieces that fit. */
export function piecesOfLine(
	line: string,
	limit: number,
	measure: (text: string) => number,
	unit: RegExp = anyCharacter,
): readonly string[] {
	if (measure(line) <= limit) return [line]
	const pieces: string[] = []
	let piece: string[] = []
	let size = 0
	let lastSpace = 0
	for (const character of line.match(unit) ?? []) {
		const width = measure(character)
		if (size + width > limit && piece.length > 0) {
			const cut = lastSpace > 0 ? lastSpace : piece.length
			pieces.push(piece.slice(0, cut).join(''))
			piece = piece.slice(cut)
			size = measure(piece.join(''))
			lastSpace = 0
		}
		piece.push(character)
		size += width
		if (character === ' ' && size > limit / 2) lastSpace = piece.length
	}
	return [...pieces, piece.join('')]
}
