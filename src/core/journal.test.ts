import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { eventExamples } from '../../tests/support/journal-examples.ts'
import { journalEventSchema, journalVersion, parseJournalRecord } from './journal.ts'

const envelope = { v: journalVersion, seq: 1, at: '2026-01-01T12:00:00.000Z', attempt: 1 }
const kinds = Object.values(eventExamples)

describe('a stored record', () => {
	test.each(kinds.map((event) => [event.kind, event] as const))('of kind %s is read as it was written', (_, event) => {
		const stored: unknown = JSON.parse(JSON.stringify({ ...envelope, ...event }))
		expect(parseJournalRecord(stored)).toEqual({ ...envelope, ...event })
	})

	test.each(kinds.filter((event) => 'content' in event).map((event) => [event.kind, event] as const))(
		'of kind %s whose content was erased is still read',
		(_, event) => {
			expect(parseJournalRecord({ ...envelope, ...event, content: null })).toEqual({
				...envelope,
				...event,
				content: null,
			})
		},
	)

	test('keeps the node it belongs to', () => {
		const stored = { ...envelope, ...eventExamples['stage-start'], nodeId: 'execute' }
		expect(parseJournalRecord(stored)).toMatchObject({ nodeId: 'execute' })
	})

	test('loses what this version does not know', () => {
		const stored = { ...envelope, ...eventExamples['run-resume'], colour: 'red' }
		expect(parseJournalRecord(stored)).not.toHaveProperty('colour')
	})

	test.each([
		['of an unknown kind', { ...envelope, kind: 'run-explode' }],
		['of a later version', { ...envelope, ...eventExamples['run-resume'], v: journalVersion + 1 }],
		['without a version', { ...eventExamples['run-resume'], seq: 1, at: envelope.at, attempt: 1 }],
		['numbered zero', { ...envelope, ...eventExamples['run-resume'], seq: 0 }],
		['without its facts', { ...envelope, kind: 'run-resume' }],
		['without its content', { ...envelope, kind: 'answer-delta', restart: false }],
		['that is no object', 'run-resume'],
		['that is null', null],
	])('%s is refused', (_, stored) => {
		expect(() => parseJournalRecord(stored)).toThrow(z.ZodError)
	})

	test('of version 0 is brought up to date: its kind was called type and it had no attempts', () => {
		const stored = { v: 0, seq: 3, at: envelope.at, type: 'answer-delta', restart: false, content: { text: 'Eight' } }
		expect(parseJournalRecord(stored)).toEqual({
			v: 1,
			seq: 3,
			at: envelope.at,
			attempt: 1,
			kind: 'answer-delta',
			restart: false,
			content: { text: 'Eight' },
		})
	})

	test('of version 0 keeps an attempt that it has', () => {
		const stored = { v: 0, seq: 3, at: envelope.at, attempt: 2, type: 'run-resume', previousAttempt: 1 }
		expect(parseJournalRecord(stored)).toMatchObject({ v: 1, attempt: 2, kind: 'run-resume' })
	})
})

test('there is an example of every kind of event', () => {
	const known = journalEventSchema.options.flatMap((option) => [...option.shape.kind.values])
	expect(Object.keys(eventExamples).toSorted()).toEqual(known.toSorted())
})
