import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { aRun, recordsOf } from '../../tests/support/builders.ts'
import {
	type Attempted,
	attemptIn,
	byObjective,
	callsIn,
	eventsOf,
	openReasoning,
	order,
	orderResults,
	outcomeOf,
	type ReasoningChoices,
	type ReasoningWorld,
	type RoleScript,
	replyJson,
	sectionOf,
	solution,
} from '../../tests/support/reasoning.ts'
import {
	cutAfter,
	emptyAtLength,
	hang,
	hangAfter,
	type RecordedRequest,
	rateLimited,
	refusal,
	reply,
	type ScriptedStep,
	send,
	sendText,
	startStream,
	status,
} from '../../tests/support/scripted-model-server.ts'
import { type AbortCause, AbortedError } from '../core/abort.ts'
import { type JournalEntry, journalEventSchema } from '../core/journal.ts'
import { noUsage } from '../core/usage.ts'
import { foldJournal } from '../rendering/index.ts'
import { bestAnswerIn } from './best-answer.ts'
import { reason } from './reason.ts'
import { createVerdictCache } from './verdict-cache.ts'

// Retries wait for a random part of their limit: here for none of it.
beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0))
afterEach(() => {
	vi.useRealTimers()
	vi.restoreAllMocks()
})

const easyQuestion = 'What is the capital of France?'
const unsureQuestion = 'Is 97 a prime number?'

function routesOf({ entries }: Attempted): readonly string[] {
	return eventsOf(entries, 'run-route').map(({ route, source }) => `${route} by ${source}`)
}

/** What was left out, and why. */
function skipsIn({ entries }: Attempted): readonly string[] {
	return eventsOf(entries, 'stage-skip').map(({ stage, reason, content }) => `${stage} ${reason}: ${content?.reason}`)
}

describe('a whole run', () => {
	test('an easy question takes one call and is answered directly', async () => {
		await using world = await openReasoning({ direct: reply('Paris.') })
		const attempted = await world.attempt({ run: aRun({ text: easyQuestion }) })
		expect(outcomeOf(attempted)).toBe('answered: Paris.')
		expect(routesOf(attempted)).toEqual(['direct by signals'])
		expect(world.roles()).toEqual(['direct'])
		expect(attempted.entries.map(({ event }) => event.kind)).toEqual([
			'run-start',
			'run-route',
			'model-call-start',
			'model-call-end',
			'run-end',
		])
	})

	test('a hard question goes through every stage and is answered from checked results', async () => {
		await using world = await openReasoning()
		const attempted = await world.attempt()
		expect(outcomeOf(attempted)).toBe(`answered: ${order.answer}`)
		expect(routesOf(attempted)).toEqual(['staged by signals'])
		const worked = ['subtask-result', 'subtask-result', 'subtask-result']
		expect(world.roles()).toEqual(['analysis', 'comparison', 'plan', ...worked, 'answer'])
		const view = foldJournal(recordsOf(attempted.entries))
		expect(view.stages.map(({ id, status: state }) => `${id} ${state}`)).toEqual([
			'analyze done',
			'decompose done',
			'execute done',
			'alternatives skipped',
			'evaluate done',
			'correct skipped',
		])
		expect(view).toMatchObject({ status: 'answered', confidence: 'high', checks: { passed: 5, failed: 0 } })
		expect(view.usage).toEqual({ calls: 7, inputTokens: 77, outputTokens: 49, costMicroUsd: 175 })
	})

	test('the person chooses the route and the effort, whatever the question looks like', async () => {
		await using world = await openReasoning()
		const staged = await world.attempt({ run: aRun({ text: '2+2', preferences: { route: 'staged', effort: 'low' } }) })
		expect(routesOf(staged)).toEqual(['staged by person'])
		expect(eventsOf(staged.entries, 'run-route')[0]).toMatchObject({ effort: 'low', callLimit: 14 })
		const direct = await world.attempt({ run: aRun({ text: order.question, preferences: { route: 'direct' } }) })
		expect(routesOf(direct)).toEqual(['direct by person'])
	})

	test('a direct answer with wrong arithmetic is thrown away and the stages answer', async () => {
		await using world = await openReasoning({ direct: reply('12 * 4 = 58, so it costs $58.') })
		const attempted = await world.attempt({ run: aRun({ text: order.question, preferences: { route: 'direct' } }) })
		expect(outcomeOf(attempted)).toBe(`answered: ${order.answer}`)
		expect(routesOf(attempted)).toEqual(['direct by person', 'staged by cascade'])
		expect(eventsOf(attempted.entries, 'run-route')[1]?.content?.reason).toContain('12 * 4 is 48, not 58')
		expect(eventsOf(attempted.entries, 'run-end')).toHaveLength(1)
	})

	test('a direct answer with right arithmetic says that it was checked', async () => {
		await using world = await openReasoning({ direct: reply('12 * 4 = 48.') })
		const attempted = await world.attempt({ run: aRun({ text: 'what is 12 * 4?' }) })
		expect(foldJournal(recordsOf(attempted.entries))).toMatchObject({
			confidence: 'high',
			checks: { passed: 1, failed: 0 },
		})
	})

	test('says who answers where there is something to say', async () => {
		await using world = await openReasoning()
		const dependencies = { ...world.dependencies, disclosure: 'A practice model answers.' }
		const { entries } = await attemptIn(dependencies, { run: aRun({ text: easyQuestion }) })
		expect(entries[0]?.event).toMatchObject({ kind: 'run-start', disclosure: 'A practice model answers.' })
	})

	test('every entry is one that the journal takes back', async () => {
		await using world = await openReasoning({ direct: reply('12 * 4 = 58') })
		const { entries } = await world.attempt({ run: aRun({ text: '12 * 4' }) })
		for (const { event } of entries) expect(journalEventSchema.parse(JSON.parse(JSON.stringify(event)))).toEqual(event)
	})
})

describe('every stage does its work and says so', () => {
	test('a misreading, a slip and wrong alternatives are caught where they can be, and the answer is right', async () => {
		await using world = await openReasoning(mistaken)
		const attempted = await world.attempt()
		const outputs = new Map(
			eventsOf(attempted.entries, 'stage-end').map(({ stage, content }) => [stage, content?.output]),
		)
		expect(outputs.get('analyze')).toMatchObject({ interpretation: { differences: ['dropped: the markers'] } })
		expect(outputs.get('execute')).toMatchObject({ final: '$102', subtasks: [{}, { status: 'low-confidence' }, {}] })
		expect(outputs.get('alternatives')).toMatchObject({ groups: [{ answer: '$102' }] })
		expect(outputs.get('evaluate')).toMatchObject({ passed: false, failures: [{ where: 's2', isProven: true }] })
		expect(outputs.get('correct')).toMatchObject({ passed: true, final: '$104' })
		const answering = world.server.requests.at(-1)
		expect(answering === undefined ? '' : sectionOf(answering, 'final-result')).toBe('$104')
		expect(skipsIn(attempted)).toEqual([])
	})

	test('each stage can be read without the others, and says what it found', async () => {
		await using world = await openReasoning(mistaken)
		const view = foldJournal(recordsOf((await world.attempt()).entries))
		const shown = Object.fromEntries(view.stages.map(({ id, summary, details }) => [id, [summary, ...details]]))
		expect(view.stages.map(({ status: state }) => state)).toEqual(Array.from({ length: 6 }, () => 'done'))
		expect(shown).toEqual({
			analyze: [
				'Misread at first, then put right: The price of both kinds of boxes together is wanted.',
				'**Asked:** the total price in dollars',
				'**Given (g1):** 12 boxes of pens at $4 each',
				'**Given (g2):** 8 boxes of markers at $7 each',
				'**Must hold (c1):** The answer is a number.',
				'**Read again**, since a second reading found: dropped: the markers',
				'**Checked again:** nothing added, dropped or changed.',
			],
			decompose: [
				'3 subtasks, 2 of them one after the other.',
				'**s1:** Price the pens.',
				'**s2:** Price the markers.',
				'**s3:** Add both. (from s1, s2)',
			],
			execute: [
				'3 of 3 steps done, 1 checked, 1 worked out again after a failed check, 2 in doubt.',
				'**s1:** Price the pens. → **$48**',
				'— Recomputed: 12 * 4 = 48.',
				'**s2:** Price the markers. → **$54**',
				'— Recomputed: 8 * 7 is 56, not 54.',
				'— Recomputed: 8 * 7 is 56, not 54.',
				'**s3:** Add both. → **$102**',
				'— Recomputed: 48 + 54 = 102.',
			],
			alternatives: [
				'0 of 3 independent solutions agree.',
				'**Worked out step by step:** $102 (weight 0.5)',
				'**By the method "forwards":** $114 (weight 0; Recomputed: 12 * 4 is 48, not 58.)',
				'**By the method "backwards":** $114 (weight 0; Recomputed: 12 * 4 is 48, not 58.)',
				'**By the method "equation":** $114 (weight 0; Recomputed: 12 * 4 is 48, not 58.)',
				'— "$102": 1 vote, weight 0.5',
			],
			evaluate: [
				'Not everything holds: Recomputed: 8 * 7 is 56, not 54.',
				'✓ The answer is a number. — "$102" has a number.',
				'✗ **s2:** Recomputed: 8 * 7 is 56, not 54.',
			],
			correct: [
				'Corrected: $102 → $104.',
				'**Round 1 (s2):** $102 → $104, kept. Reason: Recomputed: 8 * 7 is 56, not 54.',
			],
		})
	})

	test('what is left out is said with its reason, effort by effort', async () => {
		const skips = async (effort: 'low' | 'medium' | 'high') => {
			await using world = await openReasoning()
			return skipsIn(await world.attempt({ run: aRun({ text: order.question, preferences: { effort } }) }))
		}
		expect(await skips('low')).toEqual([
			'alternatives effort: Low effort works out no alternatives.',
			'correct not-needed: Nothing failed.',
		])
		expect(await skips('medium')).toEqual([
			'alternatives not-needed: Every step was checked.',
			'correct not-needed: Nothing failed.',
		])
		expect(await skips('high')).toEqual(['correct not-needed: Nothing failed.'])
	})

	test('a model that reasons natively plans and weighs by itself, and is still checked from outside', async () => {
		await using world = await openReasoning(
			{},
			{ model: { kind: 'reasoning' }, budget: { usd: 10, tokens: 4_000_000 } },
		)
		const attempted = await world.attempt()
		expect(outcomeOf(attempted)).toBe(`answered: ${order.answer}`)
		expect(skipsIn(attempted)).toEqual([
			'decompose not-needed: The model plans by itself while it thinks.',
			'alternatives not-needed: The model weighs alternatives by itself while it thinks.',
			'correct not-needed: Nothing failed.',
		])
		expect(world.roles()).toEqual(['analysis', 'comparison', 'subtask-result', 'answer'])
		expect(eventsOf(attempted.entries, 'subtask-end')).toMatchObject([{ status: 'checked' }])
	})
})

describe('the classifier', () => {
	const run = () => aRun({ text: unsureQuestion })
	const easy = { level: 'easy', reason: 'one fact', estimatedSteps: 1, ambiguous: false }

	test('decides where the signals are unsure', async () => {
		await using world = await openReasoning({ complexity: replyJson(easy) })
		expect(routesOf(await world.attempt({ run: run() }))).toEqual(['direct by classifier'])
		expect(world.roles()).toEqual(['complexity', 'direct'])
	})

	const failures: Readonly<Record<string, ScriptedStep>> = {
		'refuses its key': status(401, 'wrong key'),
		'answers with words': reply('I would say this is rather easy.'),
		'answers with half an object': reply('{"level": "ea'),
		'answers with wrong types': replyJson({ ...easy, estimatedSteps: 'many' }),
		'answers with an unknown level': replyJson({ ...easy, level: 'medium' }),
		'says nothing': emptyAtLength(),
		declines: refusal('No.'),
	}
	test.each(Object.entries(failures))('that %s is not asked again: the signals decide', async (_, complexity) => {
		await using world = await openReasoning({ complexity, direct: reply('Yes.') })
		const attempted = await world.attempt({ run: run() })
		expect(routesOf(attempted)).toEqual(['direct by signals'])
		expect(outcomeOf(attempted)).toBe('answered: Yes.')
		expect(world.roles()).toEqual(['complexity', 'direct'])
	})

	test('that says nothing for five seconds is closed, and the signals decide', async () => {
		await using world = await openReasoning({ complexity: hang() })
		vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
		const attempt = world.attempt({ run: run() })
		const request = await world.server.request(0)
		await vi.advanceTimersByTimeAsync(4_999)
		expect(request.closedAt).toBeNull()
		await vi.advanceTimersByTimeAsync(1)
		await request.closed
		vi.useRealTimers()
		expect(routesOf(await attempt)).toEqual(['direct by signals'])
	})

	test('on a reasoning model is not asked: the signals decide', async () => {
		await using world = await openReasoning({ direct: reply('Yes.') }, { model: { kind: 'reasoning' } })
		expect(routesOf(await world.attempt({ run: run() }))).toEqual(['direct by signals'])
		expect(world.roles()).toEqual(['direct'])
	})

	test('is asked once for the same question, however it is spaced and capitalised', async () => {
		await using world = await openReasoning({ complexity: replyJson(easy) })
		const dependencies = { ...world.dependencies, verdicts: createVerdictCache() }
		for (const text of [unsureQuestion, ` ${unsureQuestion.toUpperCase()}\n`]) {
			const attempted = await attemptIn(dependencies, { run: aRun({ text }) })
			expect(attempted.thrown).toBeNull()
			expect(routesOf(attempted)).toEqual(['direct by classifier'])
		}
		expect(world.roles()).toEqual(['complexity', 'direct', 'direct'])
	})

	test('does not outlive a stop', async () => {
		await using world = await openReasoning({ complexity: hang() })
		const stop = new AbortController()
		const attempt = world.attempt({ run: run(), signal: stop.signal })
		const request = await world.server.request(0)
		stop.abort(new AbortedError('user'))
		expect(outcomeOf(await attempt)).toBe('user')
		await request.closed
	})
})

/** A reply in two pieces, slow enough for the first to be shown. */
function slowly(first: string, second: string): ScriptedStep {
	return async (request, response) => {
		startStream(response)
		sendText(request, response, first)
		await sleep(270)
		sendText(request, response, ' ')
		await sleep(5)
		sendText(request, response, second)
		send(response, { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })
		response.end('data: [DONE]\n\n')
	}
}

/** The first sample of a subtask is wrong, any further one right. */
const firstWrong: ScriptedStep = (request, response) =>
	(request.body.seed === 0 ? replyJson(solution('8 * 7', '54')) : replyJson(order.results['Price the markers.']))(
		request,
		response,
	)

/** Every kind of detour that a journal can hold. */
const eventful: RoleScript = {
	analysis: replyJson({
		...order.analysis,
		constraints: [...order.analysis.constraints, { id: 'c2', kind: 'other', statement: 'It is plain.', value: null }],
	}),
	judgement: replyJson({ checks: [{ id: 'c2', holds: true, evidence: 'It is.' }] }),
	'subtask-result': byObjective({ ...orderResults, 'Price the markers.': firstWrong }),
}
/** The first plan is unreadable, its repair is cyclic, and the second one is usable. */
const replanned: RoleScript = {
	plan: (request, response) => {
		const messages = request.body.messages
		const repairing = Array.isArray(messages) && messages.length > 2
		const told = JSON.stringify(messages).includes('wait for each other')
		const [first, ...rest] = order.plan.subtasks
		const cyclic = { subtasks: [{ ...first, inputs: ['s2'] }, { ...rest[0], inputs: ['s1'] }, ...rest.slice(1)] }
		if (told) return replyJson(order.plan)(request, response)
		return repairing ? replyJson(cyclic)(request, response) : reply('First I would price the pens.')(request, response)
	},
}

/** Chooses by what the request says. */
function either(
	isFirst: (request: RecordedRequest) => boolean,
	first: ScriptedStep,
	second: ScriptedStep,
): ScriptedStep {
	return (request, response) => (isFirst(request) ? first : second)(request, response)
}

/**
 * Every stage has work: the first reading drops a given, a step is wrong in every sample, the alternatives are wrong too, and the
 * correction is right.
 */
const mistaken: RoleScript = {
	analysis: either(
		(request) => sectionOf(request, 'differences') === 'none',
		replyJson({ ...order.analysis, givens: order.analysis.givens.slice(0, 1) }),
		replyJson(order.analysis),
	),
	comparison: either(
		(request) => sectionOf(request, 'reading-givens').includes('markers'),
		replyJson({ differences: [] }),
		replyJson({ differences: [{ kind: 'dropped', what: 'the markers' }] }),
	),
	'subtask-result': byObjective({
		...orderResults,
		'Price the markers.': either(
			(request) => sectionOf(request, 'evidence') === '',
			replyJson(solution('8 * 7', '54')),
			replyJson(solution('8 * 7', '56')),
		),
		'Add both.': either(
			(request) => sectionOf(request, 'inputs').includes('$54'),
			replyJson(solution('48 + 54', '102')),
			replyJson(solution('48 + 56', '104')),
		),
	}),
	solution: replyJson({ work: '12 * 4 = 58', calculations: [], answer: '$114' }),
}

const offerBy = (request: RecordedRequest) => /Method: (\w+)/.exec(JSON.stringify(request.body.messages))?.[1] ?? ''

/** Nothing can be computed: the verifier, the judge of constraints and, for a close call, the pairwise judge have their say. */
const inWords: RoleScript = {
	analysis: replyJson({
		...order.analysis,
		answerType: 'text',
		constraints: [{ id: 'c1', kind: 'other', statement: 'It is polite.', value: null }],
	}),
	'subtask-result': replyJson({ work: 'By looking at it.', calculations: [], result: 'the second offer' }),
	solution: either(
		(request) => offerBy(request) === 'forwards',
		replyJson({ work: '', calculations: [], answer: 'the second offer' }),
		replyJson({ work: '', calculations: [], answer: 'the first offer' }),
	),
	'claim-check': either(
		(request) => sectionOf(request, 'objective') === 'Add both.',
		replyJson({ holds: false, evidence: 'I get the first.' }),
		replyJson({ holds: true, evidence: 'So do I.' }),
	),
	judgement: replyJson({ checks: [{ id: 'c1', holds: true, evidence: 'It is.' }] }),
	choice: replyJson({ choice: 'first', evidence: 'It is read first.' }),
}

type Journey = {
	readonly script: RoleScript
	readonly run: () => ReturnType<typeof aRun>
	readonly streams?: true
	/** How many tests share its positions, 4 if absent, since each position is a whole attempt. */
	readonly parts?: number
	readonly budget?: NonNullable<ReasoningChoices['budget']>
}

const inOneWord = { work: '', calculations: [], result: '$104' }

const journeys: Readonly<Record<string, Journey>> = {
	'a direct answer': { script: { direct: reply('Paris.') }, run: () => aRun({ text: easyQuestion }) },
	'a classified question': {
		script: { complexity: replyJson({ level: 'easy', reason: 'a fact', estimatedSteps: 1, ambiguous: false }) },
		run: () => aRun({ text: unsureQuestion }),
	},
	'all stages': { script: {}, run: () => aRun({ text: order.question }) },
	'all stages with a failed check and a judge': { script: eventful, run: () => aRun({ text: order.question }) },
	'a plan that took three calls': { script: replanned, run: () => aRun({ text: order.question }) },
	'six stages that all have something to do': {
		script: mistaken,
		run: () => aRun({ text: order.question, preferences: { effort: 'medium' } }),
	},
	'six stages at high effort': {
		script: mistaken,
		run: () => aRun({ text: order.question, preferences: { effort: 'high' } }),
		parts: 8,
	},
	'six stages of which nothing can be computed, at high effort': {
		script: inWords,
		run: () => aRun({ text: order.question, preferences: { effort: 'high' } }),
		parts: 8,
	},
	'two minds that differ': {
		script: {
			'subtask-result': byObjective({
				...orderResults,
				'Add both.': either(
					({ body }) => body.model === 'fast-model',
					replyJson(solution('48 + 50', '98')),
					replyJson(solution('48 + 56', '104')),
				),
			}),
			choice: either(
				(request) => sectionOf(request, 'first-answer') === '$104',
				replyJson({ choice: 'first', evidence: 'I get $104.' }),
				replyJson({ choice: 'second', evidence: 'I get $104.' }),
			),
		},
		run: () => aRun({ text: order.question, preferences: { workflow: 'two-minds' } }),
	},
	'a budget that covers neither the alternatives nor the correction': {
		script: {
			'subtask-result': byObjective({
				...orderResults,
				'Add both.': either(
					(request) => sectionOf(request, 'evidence') === '',
					reply(JSON.stringify(inOneWord), { usage: { prompt_tokens: 194_000, completion_tokens: 50 } }),
					replyJson(inOneWord),
				),
			}),
			'claim-check': replyJson({ holds: false, evidence: 'I get another sum.' }),
		},
		run: () => aRun({ text: order.question }),
		budget: { usd: 10, tokens: 395_000 },
	},
	'a cascade': {
		script: { direct: reply('12 * 4 = 58') },
		run: () => aRun({ text: '12 * 4', preferences: { effort: 'low' } }),
	},
	'an answer that is shown while it is written': {
		script: { answer: slowly('The order', 'costs $104.') },
		run: () => aRun({ text: order.question }),
		streams: true,
	},
}

function viewOf(entries: readonly JournalEntry[]) {
	const { stages, answer, checks, confidence, usage, status: state } = foldJournal(recordsOf(entries))
	const timeless = stages.map(({ elapsedMs: _, startedAt: __, ...stage }) => stage)
	return { stages: timeless, answer, checks, confidence, usage, state }
}

const parts = Object.entries(journeys).flatMap(([name, journey]) => {
	const { parts: of = 4 } = journey
	return Array.from({ length: of }, (_, index) => [name, index + 1, of, journey] as const)
})

describe('resuming from every prefix of a complete journal', () => {
	test.each(parts)(
		'%s: same answer, same view, and no call is repeated (part %d of %d)',
		async (_, part, of, journey) => {
			await using world = await openReasoning(
				journey.script,
				journey.budget === undefined ? {} : { budget: journey.budget },
			)
			const run = journey.run()
			const complete = await world.attempt({ run })
			expect(complete.thrown).toBeNull()
			const calls = callsIn(complete.entries)
			expect(new Set(calls).size).toBe(calls.length)
			expect(world.server.requests.length).toBe(calls.length)

			const first = journey.streams ? complete.entries.findIndex(({ event }) => event.kind === 'answer-delta') : 0
			for (let length = first + part - 1; length < complete.entries.length; length += of) {
				const prefix = complete.entries.slice(0, length)
				const before = world.server.requests.length
				const resumed = await world.attempt({ run, records: recordsOf(prefix) })
				const repeated = callsIn(resumed.entries)
				const made = world.server.requests.length - before
				const place = `after ${length} of ${complete.entries.length} entries`
				expect(outcomeOf(resumed), place).toBe(outcomeOf(complete))
				expect([...callsIn(prefix), ...repeated].toSorted(), place).toEqual(calls.toSorted())
				expect(made, place).toBe(repeated.length)
				expect(viewOf([...prefix, ...resumed.entries]), place).toEqual(viewOf(complete.entries))
			}
		},
	)

	test('a stage that the budget covered in part is not taken up again behind the record that it was left out', async () => {
		const { script, run } = journeys['a budget that covers neither the alternatives nor the correction'] ?? {
			script: {},
			run: aRun,
		}
		// Others wait for what this one gives back, and that isn't enough.
		const solution = reply(JSON.stringify(order.solution), { usage: { prompt_tokens: 900, completion_tokens: 700 } })
		await using world = await openReasoning({ ...script, solution }, { budget: { usd: 10, tokens: 396_500 } })
		const complete = await world.attempt({ run: run() })
		expect(skipsIn(complete)).toContain('alternatives budget: The budget does not cover it.')
		expect(callsIn(complete.entries).filter((call) => call.startsWith('alternatives/'))).toEqual([
			'alternatives/sample-1',
		])
		const skipped = complete.entries.findIndex(({ event }) => event.kind === 'stage-skip')
		const resumed = await world.attempt({ run: run(), records: recordsOf(complete.entries.slice(0, skipped + 1)) })
		expect(outcomeOf(resumed)).toBe(outcomeOf(complete))
		expect(callsIn(resumed.entries).filter((call) => call.startsWith('alternatives/'))).toEqual([])
	})

	test('what was shown of an answer before the crash is void: the new one is not put behind it', async () => {
		const { script, run } = journeys['an answer that is shown while it is written'] ?? { script: {}, run: aRun }
		await using world = await openReasoning(script)
		const { entries } = await world.attempt({ run: run() })
		const shown = entries.findIndex(({ event }) => event.kind === 'answer-delta')
		expect(shown).toBeGreaterThan(0)
		const prefix = entries.slice(0, shown + 1)
		const resumed = await world.attempt({ run: run(), records: recordsOf(prefix) })
		const journal = recordsOf([...prefix, ...resumed.entries])
		const answers = journal.flatMap(({ kind, seq }) =>
			kind === 'answer-delta' ? [foldJournal(journal.slice(0, seq)).answer.trim()] : [],
		)
		expect(answers).toEqual(['The order', '', 'The order'])
	})

	test('the duration of a stage counts what earlier attempts have worked on it', async () => {
		await using world = await openReasoning()
		const { entries } = await world.attempt()
		const begun = entries.findIndex(({ event }) => event.kind === 'stage-end')
		const aMinuteAgo = new Date(Date.now() - 60_000).toISOString()
		const records = recordsOf(entries.slice(0, begun)).map((record) => ({ ...record, at: aMinuteAgo }))
		const [end] = eventsOf((await world.attempt({ records })).entries, 'stage-end')
		expect(end?.elapsedMs).toBeGreaterThanOrEqual(10_000)
		expect(end?.elapsedMs).toBeLessThan(60_000)
	})

	test('a journal that was erased is answered anew from the question, and ends in one outcome', async () => {
		await using world = await openReasoning()
		const run = aRun({ text: order.question })
		const { entries } = await world.attempt({ run })
		const erased = recordsOf(entries.slice(0, -1)).map((record) =>
			'content' in record ? { ...record, content: null } : record,
		)
		expect(outcomeOf(await world.attempt({ run, records: erased }))).toBe(`answered: ${order.answer}`)
	})

	test('a resumed run keeps the workflow that it began with', async () => {
		await using world = await openReasoning()
		const run = aRun({ text: order.question })
		const { entries } = await world.attempt({ run })
		const gone = () => {
			throw new Error('the workflow file is gone')
		}
		const records = recordsOf(entries.slice(0, 5))
		const resumed = await attemptIn({ ...world.dependencies, workflow: gone }, { run, records })
		expect(resumed.entries.at(-1)?.event.kind).toBe('run-end')
	})

	test('calls of earlier attempts count against the limit of the effort, however often the run is resumed', async () => {
		await using world = await openReasoning()
		const run = aRun({ text: order.question })
		const { entries } = await world.attempt({ run })
		const before = entries.slice(0, 3)
		const call = entries.find(({ event }) => event.kind === 'model-call-end')?.event
		if (call?.kind !== 'model-call-end') throw new Error('there is no call to copy')
		const spent = Array.from({ length: 31 }, (_, index) => ({
			nodeId: 'execute',
			event: { ...call, callKey: `lost-${index}` },
		}))
		const resumed = await world.attempt({ run, records: recordsOf([...before, ...spent]) })
		expect(outcomeOf(resumed)).toBe('budget')
	})
})

describe('limits', () => {
	const limited = (budget: NonNullable<ReasoningChoices['budget']>, script: RoleScript = {}) =>
		openReasoning(script, { budget })
	const lastTokens = ({ entries }: Attempted) =>
		eventsOf(entries, 'model-call-end').reduce((sum, { usage }) => sum + usage.inputTokens + usage.outputTokens, 0)

	test('tokens: the run ends before the call that is not covered', async () => {
		const costly = reply(JSON.stringify(order.analysis), { usage: { prompt_tokens: 3_000, completion_tokens: 1_000 } })
		await using world = await limited({ tokens: 10_000 }, { analysis: costly })
		const attempted = await world.attempt()
		expect(outcomeOf(attempted)).toBe('budget')
		expect(lastTokens(attempted)).toBeLessThan(10_000)
	})

	test('tokens: what the run can do without is left out, and the run goes on', async () => {
		const costly = reply(JSON.stringify(order.analysis), { usage: { prompt_tokens: 3_000, completion_tokens: 1_000 } })
		await using world = await limited({ tokens: 11_000 }, { analysis: costly })
		const attempted = await world.attempt()
		expect(outcomeOf(attempted)).toBe(`answered: ${order.answer}`)
		expect(lastTokens(attempted)).toBeLessThan(11_000)
		expect(skipsIn(attempted)).toContain('decompose budget: The budget does not cover it.')
		expect(eventsOf(attempted.entries, 'subtask-end')).toHaveLength(1)
	})

	test('an answer is written from what was executed before the run stops, from the share put aside for it', async () => {
		const untilExecuted = 6
		await using world = await openReasoning(
			{
				...eventful,
				'subtask-result': byObjective({
					...orderResults,
					'Add both.': reply(JSON.stringify(order.results['Add both.']), {
						usage: { prompt_tokens: 10, completion_tokens: 194_500 },
					}),
				}),
			},
			{ budget: { tokens: 200_000, usd: 10 } },
		)
		const attempted = await world.attempt()
		expect(outcomeOf(attempted)).toBe('budget')
		expect(world.roles().slice(untilExecuted)).toEqual(['answer'])
		const journal = recordsOf(attempted.entries)
		expect(bestAnswerIn(journal)).toEqual({ answer: order.answer, skipped: ['evaluate', 'correct'] })
		const again = await world.attempt({ records: journal })
		expect(outcomeOf(again)).toBe('budget')
		expect(world.roles()).toHaveLength(untilExecuted + 1)
	})

	test('a subtask that is not covered does not cost the others their results', async () => {
		await using world = await openReasoning({ 'subtask-result': byObjective(orderResults) })
		const run = aRun({ text: order.question, preferences: { effort: 'low' } })
		const complete = await world.attempt({ run })
		const planned = complete.entries.findLastIndex(
			({ event }) => event.kind === 'stage-end' && event.stage === 'decompose',
		)
		const call = eventsOf(complete.entries, 'model-call-end')[0]
		if (call === undefined) throw new Error('there is no call to copy')
		const lost = Array.from({ length: 14 - 2 - 1 - 1 }, (_, index) => ({
			nodeId: 'execute',
			event: { ...call, callKey: `lost-${index}` },
		}))
		const records = recordsOf([...complete.entries.slice(0, planned + 1), ...lost])
		const resumed = await world.attempt({ run, records })
		expect(outcomeOf(resumed)).toBe('budget')
		expect(eventsOf(resumed.entries, 'subtask-end').map(({ subtaskId }) => subtaskId)).toEqual(['s1'])
	})

	test('no budget at all: no request is made', async () => {
		await using world = await limited({ tokens: 10 })
		expect(outcomeOf(await world.attempt())).toBe('budget')
		expect(world.server.requests).toHaveLength(0)
	})

	test('dollars: the run ends before the call that is not covered', async () => {
		await using world = await limited({ usd: 0.004 })
		const attempted = await world.attempt()
		expect(outcomeOf(attempted)).toBe('budget')
	})

	test('a server that ignores its output limit ends the run after that call', async () => {
		const greedy = reply(JSON.stringify(order.analysis), { usage: { prompt_tokens: 10, completion_tokens: 300_000 } })
		await using world = await limited({}, { analysis: greedy })
		expect(outcomeOf(await world.attempt())).toBe('budget')
		expect(world.server.requests).toHaveLength(1)
	})

	test('a server that ignores its output limit does no more work, although the budget would cover it, and the run says so', async () => {
		const greedy = reply(JSON.stringify(order.analysis), { usage: { prompt_tokens: 10, completion_tokens: 30_000 } })
		await using world = await limited({}, { analysis: greedy })
		const attempted = await world.attempt()
		expect(attempted.thrown).toMatchObject({ abortCause: 'budget', budget: { scope: 'run', overrun: true } })
		expect(world.roles()).toEqual(['analysis'])
		const again = await world.attempt({ records: recordsOf(attempted.entries) })
		expect(again.thrown).toMatchObject({ budget: { overrun: true } })
		expect(world.roles()).toEqual(['analysis'])
	})

	test('a direct answer that is longer than allowed is an answer all the same', async () => {
		const greedy = reply('Paris.', { usage: { prompt_tokens: 10, completion_tokens: 30_000 } })
		await using world = await limited({}, { direct: greedy })
		expect(outcomeOf(await world.attempt({ run: aRun({ text: easyQuestion }) }))).toBe('answered: Paris.')
	})

	test('calls: a model that never passes its check ends within the calls of the effort', async () => {
		const wrongs = replyJson(solution('8 * 7', '54'))
		await using world = await openReasoning({ 'subtask-result': wrongs })
		const attempted = await world.attempt({ run: aRun({ text: order.question, preferences: { effort: 'low' } }) })
		expect(world.server.requests.length).toBeLessThanOrEqual(14)
		expect(outcomeOf(attempted)).toBe(`answered: ${order.answer}`)
		expect(eventsOf(attempted.entries, 'run-end')[0]?.confidence).toBe('low')
	})

	test('time: the request that is open at the deadline is closed', async () => {
		await using world = await limited({ seconds: 0.2 }, { plan: hang() })
		const attempted = await world.attempt()
		expect(outcomeOf(attempted)).toBe('deadline')
		await world.server.request(1).then(({ closed }) => closed)
	})
})

describe('an abort', () => {
	const causes: readonly AbortCause[] = ['user', 'superseded', 'shutdown', 'lease-lost', 'deadline', 'budget']
	test.each(causes)('for %s closes the open request and comes out with its cause', async (cause) => {
		await using world = await openReasoning({ answer: hangAfter('The order ') })
		const abort = new AbortController()
		const attempt = world.attempt({ signal: abort.signal })
		const request = await world.server.request(6)
		abort.abort(new AbortedError(cause))
		const attempted = await attempt
		expect(outcomeOf(attempted)).toBe(cause)
		await request.closed
		expect(request.closedEarly).toBe(true)
	})

	test('in the middle of subtasks closes all of their requests', async () => {
		await using world = await openReasoning({ 'subtask-result': hang() })
		const abort = new AbortController()
		const attempt = world.attempt({ signal: abort.signal })
		const requests = await Promise.all([world.server.request(3), world.server.request(4)])
		abort.abort(new AbortedError('user'))
		expect(outcomeOf(await attempt)).toBe('user')
		for (const request of requests) await request.closed
	})

	test('while it waits for a retry does not wait any longer', async () => {
		await using world = await openReasoning({ analysis: rateLimited({ 'retry-after': '25' }) })
		const abort = new AbortController()
		const attempt = world.attempt({ signal: abort.signal })
		await world.server.request(0).then(({ closed }) => closed)
		abort.abort(new AbortedError('user'))
		expect(outcomeOf(await attempt)).toBe('user')
	})

	test('before the run begins makes no request', async () => {
		await using world = await openReasoning()
		expect(outcomeOf(await world.attempt({ signal: AbortSignal.abort(new AbortedError('user')) }))).toBe('user')
		expect(world.server.requests).toHaveLength(0)
	})
})

test('a journal that takes nothing more in the middle of subtasks ends the attempt, and no request stays open', async () => {
	await using world: ReasoningWorld = await openReasoning({
		'subtask-result': byObjective({ ...orderResults, 'Price the markers.': hang() }),
	})
	const attempt = {
		run: aRun({ text: order.question }),
		records: [],
		signal: new AbortController().signal,
	}
	const full = new Error('the journal takes nothing more')
	const reasoned = reason(attempt, world.dependencies, async ({ event }) => {
		if (event.kind !== 'subtask-end') return
		await world.server.request(4)
		throw full
	})
	await expect(reasoned).rejects.toBe(full)
	await Promise.all(world.server.requests.map(({ closed }) => closed))
	expect(world.server.requests).toHaveLength(5)
})

test('a stream that is cut is asked for again, and what was shown is void', async () => {
	await using world = await openReasoning({ direct: [cutAfter('Lon'), reply('Paris.')] })
	const attempted = await world.attempt({ run: aRun({ text: easyQuestion }) })
	expect(outcomeOf(attempted)).toBe('answered: Paris.')
	expect(eventsOf(attempted.entries, 'answer-delta')[0]).toMatchObject({ restart: true })
	expect(eventsOf(attempted.entries, 'run-end')[0]?.usage).toEqual({
		...noUsage,
		calls: 1,
		inputTokens: 11,
		outputTokens: 7,
		costMicroUsd: 25,
	})
})
