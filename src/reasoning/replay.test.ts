import { describe, expect, test } from 'vitest'
import { delta, outcomes, recordsOf } from '../../tests/support/builders.ts'
import { eventsOf, openReasoning, order } from '../../tests/support/reasoning.ts'
import type { JournalEntry, JournalEvent } from '../core/journal.ts'
import { replayOf } from './replay.ts'

async function completeJournal() {
	await using world = await openReasoning()
	return (await world.attempt()).entries
}

test('an empty journal has nothing to replay', () => {
	const replay = replayOf([])
	expect(replay).toMatchObject({ lastAttempt: 0, runStart: null, runRoute: null })
	expect(replay.reply('analyze', 'analysis')).toBeNull()
	expect(replay.stageOutput('analyze')).toBeNull()
	expect(replay.hasStarted('analyze')).toBe(false)
	expect(replay.usage.calls).toBe(0)
})

test('finds outputs, replies and what they have cost, by node', async () => {
	const entries = await completeJournal()
	const replay = replayOf(recordsOf(entries, 3))
	expect(replay).toMatchObject({ lastAttempt: 3, runRoute: { route: 'staged' } })
	expect(replay.stageOutput('decompose')).toEqual({ ...order.plan, criticalPath: 2, refused: [] })
	expect(replay.reply('analyze', 'analysis')).toEqual({ text: JSON.stringify(order.analysis), finishReason: 'stop' })
	expect(replay.reply('decompose', 'analysis')).toBeNull()
	expect(replay.usageOf('execute').calls).toBe(3)
	expect(replay.usage).toEqual(eventsOf(entries, 'run-end')[0]?.usage)
})

test('a reply of which the text was erased has to be asked for again, but its cost stays', async () => {
	const erased = recordsOf(await completeJournal()).map((record) =>
		record.kind === 'model-call-end' ? { ...record, content: null } : record,
	)
	expect(replayOf(erased).reply('analyze', 'analysis')).toBeNull()
	expect(replayOf(erased).usage.calls).toBe(7)
})

test('knows which nodes have shown a part of an answer', () => {
	const replay = replayOf(recordsOf([{ ...delta('Par'), nodeId: 'direct' }]))
	expect(replay.hasShown('direct')).toBe(true)
	expect(replay.hasShown('answer')).toBe(false)
})

test('an event counts as a repetition as often as the journal holds it, whatever its duration and the order of its keys', () => {
	const written: JournalEvent = {
		kind: 'subtask-end',
		subtaskId: 's1',
		status: 'checked',
		samples: 1,
		elapsedMs: 40,
		content: { objective: 'Add.', result: '5' },
	}
	const again: JournalEvent = {
		content: { result: '5', objective: 'Add.' },
		elapsedMs: 0,
		samples: 1,
		status: 'checked',
		subtaskId: 's1',
		kind: 'subtask-end',
	}
	const replay = replayOf(recordsOf([{ nodeId: 'execute', event: written }]))
	expect(replay.isRepetition('evaluate', again)).toBe(false)
	expect(replay.isRepetition('execute', { ...again, status: 'unchecked' })).toBe(false)
	expect(replay.isRepetition('execute', again)).toBe(true)
	expect(replay.isRepetition('execute', again)).toBe(false)
})

test('only the time in which attempts worked on a run counts against its deadline', () => {
	const at = (attempt: number, time: string) => ({ attempt, at: `2026-01-01T${time}.000Z` })
	const times = [at(1, '10:00:00'), at(1, '10:00:20'), at(2, '12:00:00'), at(2, '12:00:05'), at(0, '13:00:00')]
	const deltas = recordsOf(times.map(() => delta('…')))
	const records = deltas.map((record, index) => ({ ...record, ...times[index] }))
	const nowMs = Date.parse('2026-01-01T12:00:07.000Z')
	expect(replayOf(records, nowMs).activeMs).toBe(20_000 + 10_000 + 5_000 + 2_000)
	expect(replayOf(records, Date.parse('2026-01-01T14:00:00.000Z')).activeMs).toBe(20_000 + 10_000 + 5_000 + 10_000)
})

test('an attempt counts until the next one begins, also in the node in which it broke off', () => {
	const at = (attempt: number, time: string, nodeId: string) => ({ attempt, at: `2026-01-01T${time}.000Z`, nodeId })
	const times = [
		at(1, '10:00:00', 'analyze'),
		at(1, '10:00:20', 'execute'),
		at(1, '10:00:25', 'execute'),
		at(2, '10:00:28', 'execute'),
	]
	const records = recordsOf(times.map(() => delta('…'))).map((record, index) => ({ ...record, ...times[index] }))
	const replay = replayOf(records, Date.parse('2026-01-01T10:00:29.000Z'))
	expect(replay.activeMs).toBe(29_000)
	expect(replay.activeMsOf('execute')).toBe(5_000 + 3_000 + 1_000)
	expect(replay.activeMsOf('evaluate')).toBe(0)
})

describe('questions back', () => {
	const wait = { nodeId: undefined, event: outcomes.wait('Which shop?') }
	const said = (answer: string | null): JournalEntry => ({
		event: { kind: 'clarification', personId: 'person', content: answer === null ? null : { answer } },
	})

	test('have no answer until somebody says something, and then all that was said', () => {
		const clarifications = (...entries: readonly JournalEntry[]) => replayOf(recordsOf(entries)).clarifications
		expect(clarifications()).toEqual([])
		expect(clarifications(wait)).toEqual([{ question: 'Which shop?', answer: null }])
		expect(clarifications(wait, said('The small one.'))).toEqual([
			{ question: 'Which shop?', answer: 'The small one.' },
		])
		expect(clarifications(wait, said('The small one.'), said('In Ulm.'))).toEqual([
			{ question: 'Which shop?', answer: 'The small one.\nIn Ulm.' },
		])
		expect(clarifications(said('Hello.'))).toEqual([])
	})

	test('whose answer was erased have none', () => {
		expect(replayOf(recordsOf([wait, said(null)])).clarifications).toEqual([{ question: 'Which shop?', answer: null }])
	})
})

test('knows what was begun and what was left out', () => {
	const skip: JournalEvent = {
		kind: 'stage-skip',
		stage: 'correct',
		reason: 'not-needed',
		content: { reason: 'Nothing failed.' },
	}
	const replay = replayOf(
		recordsOf([
			{ nodeId: 'analyze', event: { kind: 'stage-start', stage: 'analyze' } },
			{ nodeId: 'correct', event: skip },
		]),
	)
	expect([replay.hasStarted('analyze'), replay.hasSkipped('analyze')]).toEqual([true, false])
	expect([replay.hasStarted('correct'), replay.hasSkipped('correct')]).toEqual([false, true])
})
