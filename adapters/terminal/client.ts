import type { Writable } from 'node:stream'
import { createLogUpdate } from 'log-update'
import { type ReplyView, rests } from '../../src/core/reply-view.ts'
import { emptyReplyView } from '../../src/rendering/index.ts'
import { createFormatter } from './colors.ts'
import { type NamedRun, showChange, showOutcome, showProgress } from './show.ts'
import { showJson } from './show-json.ts'

/** How a run is shown: redrawn in place, as lines of a log, or as one JSON object at the end. */
export type TerminalFormat = 'live' | 'lines' | 'json'

/** Shows the views of one run as they come. */
export type TerminalDisplay = { show(run: NamedRun, view: ReplyView): void; close(): void }

const spinnerFrames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const frameMs = 80

export function createDisplay(format: TerminalFormat, output: Writable, colored: boolean): TerminalDisplay {
	return withoutRepetition(displayOf(format, output, colored))
}

/** An edit may be repeated, but what stands on a terminal or in a pipe can't be taken back. */
function withoutRepetition(display: TerminalDisplay): TerminalDisplay {
	let last: ReplyView | null = null
	return {
		show: (run, view) => {
			if (last !== null && rests(last) && last.lastSeq === view.lastSeq) return
			last = view
			display.show(run, view)
		},
		close: display.close,
	}
}

function displayOf(format: TerminalFormat, output: Writable, colored: boolean): TerminalDisplay {
	switch (format) {
		case 'live':
			return liveDisplay(output, colored)
		case 'lines':
			return lineDisplay(output, colored)
		case 'json':
			return jsonDisplay(output)
	}
}

function liveDisplay(output: Writable, colored: boolean): TerminalDisplay {
	const colors = createFormatter(colored)
	const draw = createLogUpdate(output)
	let view = emptyReplyView
	let frame = 0
	const redraw = () => {
		frame += 1
		draw(showProgress(view, new Date(), spinnerFrames[frame % spinnerFrames.length] ?? '', colors))
	}
	const timer = setInterval(redraw, frameMs)
	const close = () => {
		clearInterval(timer)
		draw.clear()
		draw.done()
	}
	return {
		show: (run, next) => {
			view = next
			if (!rests(view)) return redraw()
			close()
			output.write(`${showOutcome(run, view, colors)}\n`)
		},
		close,
	}
}

function lineDisplay(output: Writable, colored: boolean): TerminalDisplay {
	const colors = createFormatter(colored)
	let shown = emptyReplyView
	return {
		show: (run, view) => {
			for (const line of showChange(shown, view, colors)) output.write(`${line}\n`)
			if (rests(view)) output.write(`\n${showOutcome(run, view, colors)}\n`)
			shown = view
		},
		close: () => {},
	}
}

function jsonDisplay(output: Writable): TerminalDisplay {
	return {
		show: (run, view) => {
			if (rests(view)) output.write(`${showJson(run.runId, view)}\n`)
		},
		close: () => {},
	}
}
