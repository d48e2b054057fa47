import { describe, expect, test } from 'vitest'
import { aRun, recordsOf } from '../../tests/support/builders.ts'
import {
	type Attempted,
	byObjective,
	callsIn,
	eventsOf,
	openReasoning,
	order,
	orderResults,
	outcomeOf,
	promptOf,
	type ReasoningWorld,
	type RoleScript,
	replyJson,
	roleOf,
	sectionOf,
	solution,
} from '../../tests/support/reasoning.ts'
import { hang, reply } from '../../tests/support/scripted-model-server.ts'
import { AbortedError } from '../core/abort.ts'
import type { JournalEntry, JournalRecord } from '../core/journal.ts'
import type { Run } from '../core/run.ts'
import { foldJournal } from '../rendering/index.ts'
import { bestAnswerIn } from './best-answer.ts'

const run = aRun({ text: order.question })
const wanted = AbortSignal.abort(new AbortedError('answer-now'))
const direct = 'It is $104.'

function wish() {
	const controller = new AbortController()
	return { signal: controller.signal, press: () => controller.abort(new AbortedError('answer-now')) }
}

/** The outcome of each stage, and why it was left out. */
function stagesOf(entries: readonly JournalEntry[]): readonly string[] {
	return foldJournal(recordsOf(entries)).stages.map(({ id, status }) => `${id} ${status}`)
}

function leftOut(entries: readonly JournalEntry[]): readonly string[] {
	return eventsOf(entries, 'stage-skip').flatMap(({ stage, reason }) => (reason === 'answer-now' ? [stage] : []))
}

/** An attempt in which the answer is wanted once the server has got the request of this number, from 0. */
async function pressedAt(request: number, world: ReasoningWorld, asked: Run = run) {
	const { signal, press } = wish()
	const attempting = world.attempt({ run: asked, answerNow: signal })
	const last = await world.server.request(request)
	const pressedAt = performance.now()
	press()
	await last.closed
	const closedAfterMs = performance.now() - pressedAt
	return { ...(await attempting), last, closedAfterMs }
}

const lastPrompt = (world: ReasoningWorld) => {
	const request = world.server.requests.at(-1)
	if (request === undefined) throw new Error('nothing was asked')
	return request
}

describe('the answer that is wanted now', () => {
	test('is written from the steps that are done, and what is under way is closed at once', async () => {
		const script = { 'subtask-result': byObjective({ ...orderResults, 'Price the markers.': hang() }) }
		await using world = await openReasoning(script)
		const { signal, press } = wish()
		const { entries, thrown } = await world.attempt({
			run,
			answerNow: signal,
			onEntry: ({ event }) => {
				if (event.kind === 'subtask-end') press()
			},
		})
		expect(outcomeOf({ entries, thrown })).toBe(`answered: ${order.answer}`)
		expect(world.server.requests.filter(({ closedEarly }) => closedEarly)).toHaveLength(1)
		expect(leftOut(entries)).toEqual(['execute', 'alternatives', 'evaluate', 'correct'])
		const answering = lastPrompt(world)
		expect(roleOf(answering)).toBe('answer')
		expect(sectionOf(answering, 'results')).toBe('s1: Price the pens.: $48')
		expect(sectionOf(answering, 'final-result')).toMatch(/^\(not worked out to the end/)
		expect(sectionOf(answering, 'unresolved')).toBe(
			[
				'Not worked out: Price the markers. Add both.',
				'The result was not evaluated, since the answer was wanted at once.',
			].join('\n'),
		)
		const view = foldJournal(recordsOf(entries))
		expect(view).toMatchObject({ status: 'answered', confidence: 'medium', answerNow: true })
		expect(view.stages[2]).toMatchObject({
			status: 'skipped',
			summary: 'Left out, since the answer was wanted now.',
			record: {
				subtasks: [
					{ id: 's1', result: '$48' },
					{ id: 's2', result: null },
				],
			},
		})
	})

	test('has low confidence where a step that is done was not checked', async () => {
		const unchecked = replyJson({ work: 'It is known.', calculations: [], result: '$48' })
		const script = {
			'subtask-result': byObjective({ 'Price the pens.': unchecked, 'Price the markers.': hang() }),
			'claim-check': replyJson({ holds: 'perhaps' }),
		}
		await using world = await openReasoning(script)
		const { signal, press } = wish()
		const { entries } = await world.attempt({
			run,
			answerNow: signal,
			onEntry: ({ event }) => {
				if (event.kind === 'subtask-end') press()
			},
		})
		expect(eventsOf(entries, 'run-end')[0]).toMatchObject({ confidence: 'low', content: { answer: order.answer } })
	})

	test('before anything was understood is a direct one', async () => {
		await using world = await openReasoning({ analysis: hang() })
		const attempted = await pressedAt(0, world)
		expect(attempted.closedAfterMs).toBeLessThan(1_000)
		expect(outcomeOf(attempted)).toBe(`answered: ${direct}`)
		expect(eventsOf(attempted.entries, 'run-end')[0]?.confidence).toBe('low')
		expect(world.roles()).toEqual(['analysis', 'direct'])
		expect(leftOut(attempted.entries)).toHaveLength(6)
		expect(sectionOf(lastPrompt(world), 'question')).toBe(order.question)
	})

	test('before any result is a direct one that knows what was understood and assumed', async () => {
		const ambiguities = [
			{ statement: 'Tax may be included.', assumption: 'It is included.', changesAnswer: false, question: null },
		]
		await using world = await openReasoning({ analysis: replyJson({ ...order.analysis, ambiguities }), plan: hang() })
		const attempted = await pressedAt(2, world)
		expect(outcomeOf(attempted)).toBe(`answered: ${direct}`)
		expect(stagesOf(attempted.entries)).toEqual([
			'analyze done',
			'decompose skipped',
			'execute skipped',
			'alternatives skipped',
			'evaluate skipped',
			'correct skipped',
		])
		expect(promptOf(lastPrompt(world))).toContain(
			`Threadwise (you): I understand the question like this: ${order.analysis.restatement}\nThreadwise (you): I assume: It is included.`,
		)
	})

	test('after the evaluation has what that found, and is not corrected', async () => {
		const wrong = replyJson(solution('8 * 7', '54'))
		const script: RoleScript = {
			'subtask-result': [
				byObjective({ ...orderResults, 'Price the markers.': wrong }),
				byObjective({ ...orderResults, 'Price the markers.': wrong }),
				byObjective({ ...orderResults, 'Price the markers.': wrong }),
				byObjective({ ...orderResults, 'Price the markers.': wrong }),
				hang(),
			],
		}
		await using world = await openReasoning(script)
		const { signal, press } = wish()
		const { entries, thrown } = await world.attempt({
			run,
			answerNow: signal,
			onEntry: ({ event }) => {
				if (event.kind === 'stage-start' && event.stage === 'correct') press()
			},
		})
		expect(outcomeOf({ entries, thrown })).toBe(`answered: ${order.answer}`)
		expect(leftOut(entries)).toEqual(['correct'])
		expect(sectionOf(lastPrompt(world), 'unresolved')).toContain('8 * 7 is 56, not 54')
		expect(eventsOf(entries, 'run-end')[0]?.confidence).toBe('low')
	})

	test('while the final answer is written changes nothing', async () => {
		await using world = await openReasoning()
		const { signal, press } = wish()
		const { entries, thrown } = await world.attempt({
			run,
			answerNow: signal,
			onEntry: ({ nodeId, event }) => {
				if (event.kind === 'model-call-start' && nodeId === 'answer') press()
			},
		})
		expect(outcomeOf({ entries, thrown })).toBe(`answered: ${order.answer}`)
		expect(leftOut(entries)).toEqual([])
		expect(eventsOf(entries, 'run-end')[0]?.confidence).toBe('high')
		expect(eventsOf(entries, 'answer-now')).toHaveLength(1)
	})

	test('wherever it is wanted, comes with one more call at most, and every stage says what became of it', async () => {
		await using world = await openReasoning()
		const whole = await world.attempt({ run })
		const positions = whole.entries.length - 1
		for (let position = 0; position < positions; position++) {
			const { signal, press } = wish()
			const before = world.server.requests.length
			let seen = 0
			let requestsAtPress = 0
			const attempted = await world.attempt({
				run,
				answerNow: signal,
				onEntry: () => {
					if (seen++ !== position) return
					requestsAtPress = world.server.requests.length
					press()
				},
			})
			const place = `after ${position + 1} of ${positions} entries`
			expect(attempted.thrown, place).toBeNull()
			expect(eventsOf(attempted.entries, 'run-end'), place).toHaveLength(1)
			expect(eventsOf(attempted.entries, 'answer-now'), place).toHaveLength(1)
			// What had been announced may still go out, if only to be closed.
			expect(world.server.requests.length - requestsAtPress, place).toBeLessThanOrEqual(2)
			expect(world.server.requests.length - before, place).toBeLessThanOrEqual(callsIn(whole.entries).length)
			const settled = new Set(['done', 'skipped'])
			const view = foldJournal(recordsOf(attempted.entries))
			expect(view.stages.filter(({ status }) => !settled.has(status))).toEqual([])
		}
	})
})

describe('in a direct run', () => {
	const easy = aRun({ text: order.question, preferences: { route: 'direct' } })

	test('changes nothing', async () => {
		await using world = await openReasoning()
		const { signal, press } = wish()
		const attempted = await world.attempt({
			run: easy,
			answerNow: signal,
			onEntry: ({ event }) => {
				if (event.kind === 'model-call-start') press()
			},
		})
		expect(outcomeOf(attempted)).toBe(`answered: ${direct}`)
		expect(callsIn(attempted.entries)).toEqual(['direct/answer'])
	})

	test('no stages begin behind an answer whose check fails: it is given with low confidence', async () => {
		const wrong = '12 * 4 = 58, so it costs $58.'
		await using world = await openReasoning({ direct: reply(wrong) })
		const attempted = await world.attempt({ run: easy, answerNow: wanted })
		expect(outcomeOf(attempted)).toBe(`answered: ${wrong}`)
		expect(eventsOf(attempted.entries, 'run-end')[0]?.confidence).toBe('low')
		expect(eventsOf(attempted.entries, 'run-route')).toHaveLength(1)
	})

	test('is what a run becomes whose route is not yet chosen', async () => {
		await using world = await openReasoning({ complexity: hang() })
		const attempted = await pressedAt(0, world, aRun({ text: 'Is 97 a prime number?' }))
		expect(outcomeOf(attempted)).toBe(`answered: ${direct}`)
		expect(eventsOf(attempted.entries, 'run-route')).toMatchObject([
			{ route: 'direct', source: 'person', content: { reason: 'The answer is wanted now' } },
		])
		const chosen = aRun({ text: order.question, preferences: { route: 'staged' } })
		const before = await world.attempt({ run: chosen, answerNow: wanted })
		expect(eventsOf(before.entries, 'run-route')).toMatchObject([{ route: 'direct' }])
	})

	test('a direct answer that was thrown away is not given after all', async () => {
		await using world = await openReasoning({ direct: [reply('12 * 4 = 58.'), reply(direct)], analysis: hang() })
		const attempted = await pressedAt(1, world, easy)
		expect(outcomeOf(attempted)).toBe(`answered: ${direct}`)
		expect(callsIn(attempted.entries)).toEqual(['direct/answer', 'direct/answer-now'])
		expect(foldJournal(recordsOf(attempted.entries)).answer).toBe(direct)
	})
})

describe('while the run waits for its asker', () => {
	const question = 'Do the prices include tax?'
	const ambiguities = [
		{ statement: 'Tax may be included.', assumption: 'Prices include tax.', changesAnswer: true, question },
	]
	const script: RoleScript = { analysis: replyJson({ ...order.analysis, ambiguities }) }

	test('it goes on under its assumption, and repeats no call', async () => {
		await using world = await openReasoning(script)
		const asked = await world.attempt({ run })
		expect(outcomeOf(asked)).toBe(`asked back: ${question}`)
		const answered = await world.attempt({ run, records: recordsOf(asked.entries), answerNow: wanted })
		expect(outcomeOf(answered)).toBe(`answered: ${direct}`)
		expect(world.roles()).toEqual(['analysis', 'comparison', 'direct'])
		expect(promptOf(lastPrompt(world))).toContain('I assume: Prices include tax.')
		const view = foldJournal(recordsOf([...asked.entries, ...answered.entries]))
		expect(view).toMatchObject({ status: 'answered', answer: direct, answerNow: true })
		expect(view.stages[0]).toMatchObject({
			status: 'done',
			record: {
				assumptions: [{ assumption: 'Prices include tax.' }],
				clarified: [{ question, answer: null }],
			},
		})
	})

	test('what they have said counts, where the analysis was not yet made anew with it', async () => {
		await using world = await openReasoning(script)
		const asked = await world.attempt({ run })
		const said: JournalEntry = {
			event: { kind: 'clarification', personId: 'person', content: { answer: 'No, 10% comes on top.' } },
		}
		const records = recordsOf([...asked.entries, said])
		const answered = await world.attempt({ run, records, answerNow: wanted })
		expect(outcomeOf(answered)).toBe(`answered: ${direct}`)
		const prompt = promptOf(lastPrompt(world))
		expect(prompt).toContain(`I asked back: ${question} The answer was: No, 10% comes on top.`)
		expect(prompt).not.toContain('Prices include tax.')
	})

	test('nobody is asked back any more', async () => {
		await using world = await openReasoning(script)
		const { signal, press } = wish()
		const attempted = await world.attempt({
			run,
			answerNow: signal,
			onEntry: ({ event }) => {
				if (event.kind === 'checkpoint') press()
			},
		})
		expect(outcomeOf(attempted)).toBe(`answered: ${direct}`)
		expect(stagesOf(attempted.entries)[0]).toBe('analyze done')
	})
})

describe('the wish stays', () => {
	const script = { 'subtask-result': byObjective({ ...orderResults, 'Price the markers.': hang() }) }

	async function cutShort(world: ReasoningWorld): Promise<Attempted> {
		const { signal, press } = wish()
		return world.attempt({
			run,
			answerNow: signal,
			onEntry: ({ event }) => {
				if (event.kind === 'subtask-end') press()
			},
		})
	}

	test('through a crash at every later position, with the same answer and no call repeated', async () => {
		await using world = await openReasoning(script)
		const { entries } = await cutShort(world)
		const calls = callsIn(entries)
		const pressed = entries.findIndex(({ event }) => event.kind === 'answer-now')
		for (let length = pressed; length < entries.length; length++) {
			const before = world.server.requests.length
			const records: readonly JournalRecord[] = recordsOf(entries.slice(0, length))
			const resumed = await world.attempt({ run, records, answerNow: wanted })
			const place = `after ${length} of ${entries.length} entries`
			expect(outcomeOf(resumed), place).toBe(`answered: ${order.answer}`)
			const journal = [...entries.slice(0, length), ...resumed.entries]
			expect(callsIn(journal).toSorted(), place).toEqual(calls.toSorted())
			expect(world.server.requests.length - before, place).toBe(callsIn(resumed.entries).length)
			expect(leftOut(journal), place).toEqual(['execute', 'alternatives', 'evaluate', 'correct'])
			expect(eventsOf(journal, 'answer-now'), place).toHaveLength(1)
			expect(eventsOf(resumed.entries, 'run-end')[0]?.confidence, place).toBe('medium')
		}
	})

	test('and a stop behind it still stops, with what was left out', async () => {
		await using world = await openReasoning({ ...script, answer: hang() })
		const stop = new AbortController()
		const { signal, press } = wish()
		const attempted = await world.attempt({
			run,
			signal: stop.signal,
			answerNow: signal,
			onEntry: ({ nodeId, event }) => {
				if (event.kind === 'subtask-end') press()
				if (event.kind === 'model-call-start' && nodeId === 'answer') stop.abort(new AbortedError('user'))
			},
		})
		expect(outcomeOf(attempted)).toBe('user')
		expect(bestAnswerIn(recordsOf(attempted.entries))).toEqual({
			answer: '- Price the pens. → $48',
			skipped: ['execute', 'alternatives', 'evaluate', 'correct'],
		})
	})

	test('behind a stop changes nothing any more', async () => {
		await using world = await openReasoning({ plan: hang() })
		const stop = new AbortController()
		const { signal, press } = wish()
		const attempting = world.attempt({ run, signal: stop.signal, answerNow: signal })
		await world.server.request(2)
		stop.abort(new AbortedError('user'))
		press()
		expect(outcomeOf(await attempting)).toBe('user')
		expect(world.roles()).toEqual(['analysis', 'comparison', 'plan'])
	})
})
