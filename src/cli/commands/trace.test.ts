import fc from 'fast-check'
import { expect, test } from 'vitest'
import { delta, recordsOf } from '../../../tests/support/builders.ts'
import { openReasoning } from '../../../tests/support/reasoning.ts'
import { traceLine } from './trace.ts'

test('every event of a run is one line: number, time, attempt, node, kind, facts', async () => {
	await using world = await openReasoning()
	const records = recordsOf((await world.attempt()).entries, 2)
	const lines = records.map(traceLine)
	expect(lines[0]).toMatch(/^ {2}1 12:00:00\.000 #2 run-start workflow=\{/)
	expect(lines[1]).toMatch(/^ {2}2 12:00:01\.000 #2 run-route route=staged level=hard source=signals .*effort=medium/)
	expect(lines[2]).toBe('  3 12:00:02.000 #2 analyze stage-start stage=analyze')
	expect(lines.at(-1)).toMatch(/run-end .*confidence=high answer=The order costs \$104\.$/)
	expect(lines.join('')).not.toContain('\n')
})

test('what was erased is said to be', () => {
	const [record] = recordsOf([{ event: { kind: 'answer-delta', restart: false, content: null } }])
	expect(record === undefined ? '' : traceLine(record)).toBe(
		'  1 12:00:00.000 #1 answer-delta restart=false content=erased',
	)
})

test('whatever a model writes stays one line of bearable length and controls nothing', () => {
	const text = fc.oneof(
		fc.string({ unit: 'binary' }),
		fc.constant('\u{1B}[2J\r\n\u{9B}31m'),
		fc.constant('x'.repeat(5_000)),
	)
	fc.assert(
		fc.property(text, (written) => {
			for (const record of recordsOf([delta(written)])) {
				expect(traceLine(record)).not.toMatch(/\p{Cc}/u)
				expect(traceLine(record).length).toBeLessThan(300)
			}
		}),
	)
})
