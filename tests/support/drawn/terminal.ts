import { html } from 'hono/html'
import { createRowLines, summaryOf } from '../../../src/cli/doctor/show-rows.ts'
import type { CheckRow } from '../../../src/core/check.ts'
import type { Markup } from './drawings.ts'
import { type Span, screenOf } from './terminal-screen.ts'

export type TerminalDrawing = {
	/** What was typed. */
	readonly command: string
	/** All that was written, with its colours. */
	readonly written: string
	/** What the first and the last line of the picture have in them; the lines before and after are left out. */
	readonly from?: string
	readonly to?: string
}

/** What is longer would make the letters too small to be read. */
const columns = 92

/** A terminal in which a command was run. What is too long for a line ends in an ellipsis. */
export function drawnTerminal({ command, written, from, to }: TerminalDrawing): Markup {
	const lines = screenOf(written)
	const has = (text: string) => (spans: readonly Span[]) => plain(spans).includes(text)
	const start = from === undefined ? 0 : lines.findIndex(has(from))
	const end = to === undefined ? lines.length : lines.findLastIndex(has(to)) + 1
	if (start === -1 || end === 0) throw new Error(`the terminal doesn't show ${from} and ${to}`)
	const shown = lines.slice(start, end)
	return html`<div class="terminal"><div class="bar"><i></i><i></i><i></i></div>
<div class="screen"><div class="line"><span class="prompt">$</span> ${command}</div>
${start > 0 ? html`<div class="line dim">…</div>` : ''}${shown.map(lineMarkup)}</div></div>`
}

/** What the doctor prints of these rows, from the first one whose name begins like that. */
export function drawnDoctor(rows: readonly CheckRow[], from: string): Markup {
	const line = createRowLines(
		rows.map(({ name }) => name),
		true,
	)
	const written = `${rows.map(line).join('')}\n${summaryOf(rows)}`
	return drawnTerminal({ command: 'npm run -s threadwise -- doctor', written, from })
}

function plain(spans: readonly Span[]): string {
	return spans.map(({ text }) => text).join('')
}

function lineMarkup(spans: readonly Span[]): Markup {
	const isLong = plain(spans).length > columns
	let room = columns - 1
	const fitting = isLong
		? spans.map(({ text, looks }) => {
				const part = text.slice(0, Math.max(0, room))
				room -= text.length
				return { text: part, looks }
			})
		: spans
	return html`<div class="line">${fitting.map(({ text, looks }) => html`<span class="${looks.join(' ')}">${text}</span>`)}${isLong ? '…' : ''}${spans.length === 0 ? ' ' : ''}</div>`
}
