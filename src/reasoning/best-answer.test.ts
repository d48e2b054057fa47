import { describe, expect, test } from 'vitest'
import { delta, recordsOf } from '../../tests/support/builders.ts'
import { openReasoning, order } from '../../tests/support/reasoning.ts'
import type { JournalEntry } from '../core/journal.ts'
import { bestAnswerIn } from './best-answer.ts'

const restart: JournalEntry = { event: { kind: 'answer-delta', restart: true, content: { text: '' } } }

async function completeJournal(): Promise<readonly JournalEntry[]> {
	await using world = await openReasoning()
	return (await world.attempt()).entries
}

describe('the best answer that a journal holds', () => {
	test('before anything was understood there is none', () => {
		expect(bestAnswerIn([])).toEqual({ answer: '', skipped: [] })
	})

	test('grows from what was understood over results to the answer, and what is skipped shrinks', async () => {
		const entries = await completeJournal()
		const upTo = (index: number) => bestAnswerIn(recordsOf(entries.slice(0, index + 1)))
		const understood = entries.findIndex(({ event }) => event.kind === 'stage-end')
		const behind = ['decompose', 'execute', 'alternatives', 'evaluate', 'correct']
		expect(upTo(understood - 1)).toEqual({ answer: '', skipped: ['analyze', ...behind] })
		expect(upTo(understood)).toEqual({ answer: order.analysis.restatement, skipped: behind })
		const solved = entries.findLastIndex(({ event }) => event.kind === 'subtask-end')
		expect(upTo(solved).answer.split('\n')).toHaveLength(3)
		expect(upTo(solved).answer).toContain('- Add both. → $104')
		expect(bestAnswerIn(recordsOf([...entries.slice(0, solved + 1), delta('The order')])).answer).toBe('The order')
		expect(upTo(entries.length - 2)).toEqual({ answer: order.answer, skipped: [] })
	})

	test('leaves nothing out where a stage was not needed, but does where the budget did not cover it', async () => {
		const entries = await completeJournal()
		expect(entries.filter(({ event }) => event.kind === 'stage-skip')).toHaveLength(2)
		const uncovered = entries.map((entry): JournalEntry => {
			const { event } = entry
			return event.kind === 'stage-skip' ? { ...entry, event: { ...event, reason: 'budget' } } : entry
		})
		expect(bestAnswerIn(recordsOf(uncovered)).skipped).toEqual(['alternatives', 'correct'])
	})

	test('has the end of the answer, which is not shown piece by piece, and says where it was cut off', async () => {
		const entries = await completeJournal()
		const end = entries.at(-2)
		if (end?.event.kind !== 'model-call-end') throw new Error('there is no answer')
		const cut: JournalEntry = { ...end, event: { ...end.event, finishReason: 'length', content: { text: 'The or' } } }
		expect(bestAnswerIn(recordsOf([delta('The'), end])).answer).toBe(order.answer)
		expect(bestAnswerIn(recordsOf([delta('The'), cut])).answer).toMatch(/^The or\n\n\(.*cut off/)
	})

	test('is never what a restart has made void', () => {
		expect(bestAnswerIn(recordsOf([delta('Lon'), restart, delta('Par'), delta('is')])).answer).toBe('Paris')
		expect(bestAnswerIn(recordsOf([delta('Lon'), restart])).answer).toBe('')
	})

	test('is never a direct answer that failed its checks', async () => {
		const route = (await completeJournal()).find(({ event }) => event.kind === 'run-route')
		if (route === undefined) throw new Error('there is no route')
		expect(bestAnswerIn(recordsOf([delta('It costs $58.'), route])).answer).toBe('')
		expect(bestAnswerIn(recordsOf([delta('It costs $58.'), route, delta('It costs')])).answer).toBe('It costs')
	})

	test('begins with what was decided: the chosen answer, the better one that was kept back, then an accepted correction', async () => {
		const entries = await completeJournal()
		const evaluated = entries.findIndex(({ event }) => event.kind === 'stage-end' && event.stage === 'evaluate')
		const before = entries.slice(0, evaluated)
		const deciding = (final: string, otherwise: string | null): JournalEntry => {
			const { event, nodeId } = entries[evaluated] ?? {}
			if (event?.kind !== 'stage-end' || event.content === null) throw new Error('nothing was evaluated')
			return { nodeId, event: { ...event, content: { ...event.content, output: { final, otherwise } } } }
		}
		const correcting = (after: string, accepted: boolean): JournalEntry => ({
			event: { kind: 'correction', round: 1, accepted, content: { before: '5.69', after, reason: 'It was wrong.' } },
		})
		const firstLine = (...more: JournalEntry[]) => bestAnswerIn(recordsOf([...before, ...more])).answer.split('\n')[0]
		expect(firstLine(deciding('$104', null))).toBe('$104')
		expect(firstLine(deciding('5.69', '6.20'))).toBe('6.20')
		expect(firstLine(deciding('5.69', '6.20'), correcting('7', false))).toBe('6.20')
		expect(firstLine(deciding('5.69', '6.20'), correcting('6.21', true))).toBe('6.21')
		expect(bestAnswerIn(recordsOf([...before, deciding('$104', null)])).answer).toContain('- Add both. → $104')
	})

	test('leaves out what was erased', async () => {
		const erased = recordsOf(await completeJournal()).map((record) =>
			'content' in record ? { ...record, content: null } : record,
		)
		expect(bestAnswerIn(erased).answer).toBe('')
	})
})
