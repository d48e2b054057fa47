import { Writable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { emptyReplyView } from '../../src/rendering/index.ts'
import { aStageView, aView } from '../../tests/support/builders.ts'
import { createDisplay, type TerminalFormat } from './client.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function displayed(format: TerminalFormat) {
	let written = ''
	const output = new Writable({
		write: (chunk, _encoding, done) => {
			written += String(chunk)
			done()
		},
	})
	return { display: createDisplay(format, output, false), written: () => written, screen: () => onScreen(written) }
}

/** What stands on a terminal after the lines that were taken back: only what log-update sends is understood. */
function onScreen(written: string): string {
	const lines = ['']
	// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what moves the cursor.
	for (const [piece] of written.matchAll(/\u001B\[[\d;?]*[A-Za-z]|\n|[^\u001B\n]+/g)) {
		const last = lines.length - 1
		if (piece === '\n') lines.push('')
		else if (piece === '\u{1B}[2K') lines[last] = ''
		else if (piece === '\u{1B}[1A') lines.pop()
		else if (!piece.startsWith('\u{1B}')) lines[last] += piece
	}
	return lines.join('\n').trim()
}

const run = { runId: 'run', url: null }
const working = aView({ lastSeq: 2 })
const answered = aView({ status: 'answered', answer: 'It is 104.', stages: [], route: 'direct', lastSeq: 3 })
const waiting = aView({ status: 'waiting', answer: 'Which one?', lastSeq: 3 })

describe('the live display', () => {
	test('redraws in place while it works, then leaves nothing but the outcome', () => {
		const { display, screen } = displayed('live')
		display.show(run, emptyReplyView)
		expect(screen()).toContain('Waiting for a worker')
		display.show(run, working)
		expect(screen()).toContain('Systematic execution')
		expect(screen()).not.toContain('Waiting for a worker')
		display.show(run, answered)
		expect(screen()).toMatch(/^It is 104\./)
		expect(screen()).not.toContain('Systematic execution')
		expect(vi.getTimerCount()).toBe(0)
	})

	test('moves while nothing happens', () => {
		const { display, written } = displayed('live')
		display.show(run, working)
		const before = written()
		vi.advanceTimersByTime(500)
		expect(written().length).toBeGreaterThan(before.length)
		display.close()
		expect(vi.getTimerCount()).toBe(0)
	})

	test('a question back stays on the screen when the display is closed', () => {
		const { display, screen } = displayed('live')
		display.show(run, working)
		display.show(run, waiting)
		display.close()
		expect(screen()).toContain('Which one?')
	})

	test('an outcome stays on the screen when the display is closed', () => {
		const { display, screen } = displayed('live')
		display.show(run, answered)
		display.close()
		expect(screen()).toContain('It is 104.')
	})
})

describe('the lines of a log', () => {
	test('never take anything back', () => {
		const { display, written } = displayed('lines')
		display.show(run, emptyReplyView)
		display.show(run, working)
		display.show(run, aView({ stages: [aStageView({ status: 'done', summary: 'Done.' })], lastSeq: 3 }))
		display.show(run, { ...answered, lastSeq: 4 })
		expect(written()).not.toContain('\u{1B}')
		expect(written()).toContain('◐ Systematic execution\n')
		expect(written()).toContain('It is 104.')
	})
})

describe('JSON', () => {
	test('is one line at the end and nothing before it', () => {
		for (const last of [answered, waiting]) {
			const { display, written } = displayed('json')
			display.show(run, emptyReplyView)
			display.show(run, working)
			expect(written()).toBe('')
			display.show(run, last)
			display.show(run, last)
			display.close()
			expect(written().trimEnd().split('\n')).toHaveLength(1)
			expect(JSON.parse(written())).toMatchObject({ runId: 'run', status: last.status })
		}
	})
})
