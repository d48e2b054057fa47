import { describe, expect, test } from 'vitest'
import { aRun, recordsOf } from '../../tests/support/builders.ts'
import {
	callsIn,
	eventsOf,
	openReasoning,
	order,
	outcomeOf,
	promptOf,
	type RoleScript,
	replyJson,
	roleOf,
	sectionOf,
} from '../../tests/support/reasoning.ts'
import type { ScriptedStep } from '../../tests/support/scripted-model-server.ts'
import type { JournalEntry } from '../core/journal.ts'
import { foldJournal } from '../rendering/index.ts'

const question = 'Do the prices include tax?'
const ambiguous = {
	...order.analysis,
	ambiguities: [
		{ statement: 'Tax may be included.', assumption: 'Prices include tax.', changesAnswer: true, question },
	],
}

/** The question is ambiguous until the asker has said something. */
const untilClarified: ScriptedStep = (request, response) =>
	replyJson(sectionOf(request, 'clarifications') === 'none' ? ambiguous : order.analysis)(request, response)
const script: RoleScript = { analysis: untilClarified }

const run = aRun({ text: order.question })
const said = (answer: string): JournalEntry => ({
	event: { kind: 'clarification', personId: 'person', content: { answer } },
})

describe('a question back', () => {
	test('ends the attempt: the journal waits, and no stage behind the analysis has begun', async () => {
		await using world = await openReasoning(script)
		const { entries, thrown } = await world.attempt({ run })
		expect(outcomeOf({ entries, thrown })).toBe(`asked back: ${question}`)
		expect(entries.at(-1)?.event).toEqual({ kind: 'run-wait', reason: 'clarification', content: { question } })
		expect(eventsOf(entries, 'stage-start').map(({ stage }) => stage)).toEqual(['analyze'])
		expect(eventsOf(entries, 'stage-end')).toEqual([])
		expect(world.roles()).toEqual(['analysis', 'comparison'])
		expect(foldJournal(recordsOf(entries))).toMatchObject({ status: 'waiting', answer: question })
	})

	test('is not asked where an assumption will do: that is stated in the answer', async () => {
		const assumed = { ...ambiguous, ambiguities: ambiguous.ambiguities.map((one) => ({ ...one, question: null })) }
		await using world = await openReasoning({ analysis: replyJson(assumed) })
		expect(outcomeOf(await world.attempt({ run }))).toBe(`answered: ${order.answer}`)
		const answering = world.server.requests.at(-1)
		expect(answering === undefined ? '' : promptOf(answering)).toContain('Prices include tax.')
	})

	test('that is answered goes on: the analysis is made anew with it, and no call is repeated', async () => {
		await using world = await openReasoning(script)
		const first = await world.attempt({ run })
		const before = [...first.entries, said('No, 10% comes on top.')]
		const second = await world.attempt({ run, records: recordsOf(before) })
		expect(outcomeOf(second)).toBe(`answered: ${order.answer}`)
		expect(second.entries[0]?.event.kind).toBe('run-resume')
		const calls = [...callsIn(first.entries), ...callsIn(second.entries)]
		expect(calls.slice(0, 4)).toEqual([
			'analyze/analysis',
			'analyze/comparison',
			'analyze/analysis-clarified-1',
			'analyze/comparison-clarified-1',
		])
		expect(new Set(calls).size).toBe(calls.length)
		expect(world.server.requests).toHaveLength(calls.length)
		const read = world.server.requests.filter((request) => roleOf(request) === 'analysis')
		expect(read.map((request) => sectionOf(request, 'clarifications'))).toEqual([
			'none',
			`Asked back: ${question}\nAnswered: No, 10% comes on top.`,
		])
		const view = foldJournal(recordsOf([...before, ...second.entries]))
		expect(view).toMatchObject({ status: 'answered', answer: order.answer })
		expect(view.stages[0]?.details).toContain(`**Asked back:** ${question} — No, 10% comes on top.`)
	})

	test('that nobody answers goes on under the assumption', async () => {
		await using world = await openReasoning({ analysis: replyJson(ambiguous) })
		const first = await world.attempt({ run })
		const second = await world.attempt({ run, records: recordsOf(first.entries) })
		expect(outcomeOf(second)).toBe(`answered: ${order.answer}`)
		const answering = world.server.requests.at(-1)
		expect(answering === undefined ? '' : promptOf(answering)).toContain('Prices include tax.')
		const view = foldJournal(recordsOf([...first.entries, ...second.entries]))
		expect(view.stages[0]?.details).toContain(`**Asked back:** ${question} — no answer came`)
	})

	test.each(['I do not know.', 'Whatever.'])(
		'that is answered by "%s" settles nothing: the assumption is stated',
		async (answer) => {
			await using world = await openReasoning({ analysis: replyJson(ambiguous) })
			const first = await world.attempt({ run })
			await world.attempt({ run, records: recordsOf([...first.entries, said(answer)]) })
			const answering = world.server.requests.at(-1)
			expect(answering === undefined ? '' : sectionOf(answering, 'assumptions')).toBe('Prices include tax.')
		},
	)

	test('that is settled by its answer leaves nothing assumed: the second analysis decides', async () => {
		await using world = await openReasoning(script)
		const first = await world.attempt({ run })
		await world.attempt({ run, records: recordsOf([...first.entries, said('No.')]) })
		const answering = world.server.requests.at(-1)
		expect(answering === undefined ? '' : sectionOf(answering, 'assumptions')).toBe('none')
	})

	test('is asked once, however ambiguous the question stays', async () => {
		await using world = await openReasoning({ analysis: replyJson(ambiguous) })
		const first = await world.attempt({ run })
		const second = await world.attempt({ run, records: recordsOf([...first.entries, said('I do not know.')]) })
		expect(outcomeOf(second)).toBe(`answered: ${order.answer}`)
		expect(eventsOf([...first.entries, ...second.entries], 'run-wait')).toHaveLength(1)
	})

	test('survives a crash at every position before and behind it', async () => {
		await using world = await openReasoning(script)
		const asked = await world.attempt({ run })
		const answered = [...asked.entries, said('No.')]
		const rest = await world.attempt({ run, records: recordsOf(answered) })
		const journal = [...answered, ...rest.entries]
		for (let length = 0; length < journal.length; length++) {
			// A run that waits is claimed again only when something was said, or when the time is over.
			if (length === asked.entries.length) continue
			const prefix = journal.slice(0, length)
			const before = world.server.requests.length
			const resumed = await world.attempt({ run, records: recordsOf(prefix) })
			const place = `after ${length} of ${journal.length} entries`
			const isBefore = length < asked.entries.length
			expect(outcomeOf(resumed), place).toBe(isBefore ? `asked back: ${question}` : `answered: ${order.answer}`)
			const calls = [...callsIn(prefix), ...callsIn(resumed.entries)]
			expect(calls.toSorted(), place).toEqual(callsIn(isBefore ? asked.entries : journal).toSorted())
			expect(world.server.requests.length - before, place).toBe(callsIn(resumed.entries).length)
		}
	})
})
