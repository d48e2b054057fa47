/** Text of one look. `looks` are the words of the sequence that turned them on, such as `bold`. */
export type Span = { readonly text: string; readonly looks: readonly string[] }

type Cell = { readonly character: string; readonly looks: readonly string[] }

const looksOf: Readonly<Record<number, string>> = {
	1: 'bold',
	2: 'dim',
	3: 'italic',
	4: 'underlined',
	7: 'inverse',
	8: 'hidden',
	9: 'struck',
	30: 'black',
	31: 'red',
	32: 'green',
	33: 'yellow',
	34: 'blue',
	35: 'magenta',
	36: 'cyan',
	37: 'white',
	90: 'gray',
}
/** What each of these turns off. */
const endsOf: Readonly<Record<number, readonly string[]>> = {
	22: ['bold', 'dim'],
	23: ['italic'],
	24: ['underlined'],
	27: ['inverse'],
	28: ['hidden'],
	29: ['struck'],
	39: ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white', 'gray'],
	49: [],
}
const escapeCode = '\\u001B'
const sequence = new RegExp(
	`${escapeCode}\\[(?<parameters>[?\\d;]*)(?<command>[A-Za-z])|(?<control>[\\r\\n])|(?<text>[^${escapeCode}\\r\\n]+)`,
	'gu',
)

type Place = { readonly row: number; readonly column: number }

/** Where each of these takes the cursor. */
const moves: Readonly<Record<string, (place: Place, count: number) => Place>> = {
	A: ({ row, column }, count) => ({ row: Math.max(0, row - count), column }),
	B: ({ row, column }, count) => ({ row: row + count, column }),
	C: ({ row, column }, count) => ({ row, column: column + count }),
	D: ({ row, column }, count) => ({ row, column: Math.max(0, column - count) }),
	E: ({ row }, count) => ({ row: row + count, column: 0 }),
	F: ({ row }, count) => ({ row: Math.max(0, row - count), column: 0 }),
	G: ({ row }, count) => ({ row, column: count - 1 }),
}

/** The lines that stand on a screen once all of this was written to it. Lines aren't broken. */
export function screenOf(written: string): readonly (readonly Span[])[] {
	const lines: Cell[][] = []
	let place: Place = { row: 0, column: 0 }
	let looks: readonly string[] = []
	for (const { groups = {} } of written.matchAll(sequence)) {
		const { parameters = '', command = '', control, text } = groups
		const move = moves[command]
		if (text !== undefined) place = write(lines, place, text, looks)
		else if (control !== undefined) place = { row: place.row + (control === '\n' ? 1 : 0), column: 0 }
		else if (command === 'm') looks = changed(looks, parameters)
		else if (move !== undefined) place = move(place, Number(parameters || 1))
		else if (!'hl'.includes(command)) erase(lines, place, `${parameters}${command}`)
	}
	return Array.from(lines, (cells) => spansOf(cells ?? []))
}

function write(lines: Cell[][], { row, column }: Place, text: string, looks: readonly string[]): Place {
	const characters = [...text]
	const before = lines[row] ?? []
	const gap = Array.from({ length: Math.max(0, column - before.length) }, () => ({ character: ' ', looks: [] }))
	const written = characters.map((character) => ({ character, looks }))
	const end = column + characters.length
	lines[row] = [...before.slice(0, column), ...gap, ...written, ...before.slice(end)]
	return { row, column: end }
}

function erase(lines: Cell[][], { row, column }: Place, what: string): void {
	if (!['J', 'K', '0K', '0J', '2K'].includes(what)) throw new Error(`this screen doesn't know ${what}`)
	lines[row] = what === '2K' ? [] : (lines[row] ?? []).slice(0, column)
	if (what.endsWith('J')) lines.splice(row + 1)
}

function changed(before: readonly string[], parameters: string): readonly string[] {
	let looks = before
	for (const parameter of parameters.split(';')) {
		const code = Number(parameter)
		const [begun, ended] = [looksOf[code], endsOf[code]]
		if (begun !== undefined) looks = [...looks, begun]
		else if (code === 0) looks = []
		else if (ended !== undefined) looks = looks.filter((look) => !ended.includes(look))
		else throw new Error(`this screen doesn't know the look ${parameter}`)
	}
	return looks
}

function spansOf(cells: readonly Cell[]): readonly Span[] {
	const spans: { text: string; readonly looks: readonly string[] }[] = []
	for (const { character, looks } of cells) {
		const last = spans.at(-1)
		if (last !== undefined && last.looks.join() === looks.join()) last.text += character
		else spans.push({ text: character, looks })
	}
	return spans
}
