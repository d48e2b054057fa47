import { describe, expect, test } from 'vitest'
import { aRun, recordsOf } from '../../tests/support/builders.ts'
import {
	type Attempted,
	attemptIn,
	byObjective,
	eventsOf,
	openReasoning,
	order,
	orderResults,
	outcomeOf,
	type ReasoningWorld,
	type RoleScript,
	replyJson,
	sectionOf,
	solution,
} from '../../tests/support/reasoning.ts'
import { reply, type ScriptedStep } from '../../tests/support/scripted-model-server.ts'
import type { RunPreferences } from '../core/run-preferences.ts'
import { foldJournal } from '../rendering/index.ts'

const ask = (workflow: string, preferences: Partial<RunPreferences> = {}) =>
	aRun({ text: order.question, preferences: { workflow, ...preferences } })

const statuses = ({ entries }: Attempted) =>
	foldJournal(recordsOf(entries)).stages.map(({ id, status }) => `${id} ${status}`)

/** Which model was asked for what, in order. */
const callsOf = (world: ReasoningWorld) =>
	world.server.requests.map(({ body }, index) => `${world.roles()[index]} by ${String(body.model)}`)

describe('quick', () => {
	const whole = replyJson(solution('12 * 4 + 8 * 7', '104'))

	test('understands, solves in one piece with a check, evaluates and answers, in three calls', async () => {
		await using world = await openReasoning({ 'subtask-result': whole })
		const attempted = await world.attempt({ run: ask('quick') })
		expect(outcomeOf(attempted)).toBe(`answered: ${order.answer}`)
		expect(callsOf(world)).toEqual(['analysis by fast-model', 'subtask-result by strong-model', 'answer by fast-model'])
		expect(statuses(attempted)).toEqual(['analyze done', 'execute done', 'evaluate done'])
		expect(eventsOf(attempted.entries, 'run-end')[0]?.confidence).toBe('high')
	})

	test('has no second reading, verifier or alternatives at any effort: what it does not name is not asked', async () => {
		await using world = await openReasoning({
			'subtask-result': replyJson({ work: '', calculations: [], result: '$104' }),
		})
		const attempted = await world.attempt({ run: ask('quick', { effort: 'high' }) })
		expect(outcomeOf(attempted)).toBe(`answered: ${order.answer}`)
		expect(new Set(world.roles())).toEqual(new Set(['analysis', 'subtask-result', 'answer']))
		expect(eventsOf(attempted.entries, 'run-end')[0]?.confidence).toBe('medium')
	})

	test('answers what failed all the same, and says that it did', async () => {
		await using world = await openReasoning({ 'subtask-result': replyJson(solution('12 * 4 + 8 * 7', '103')) })
		const attempted = await world.attempt({ run: ask('quick') })
		expect(outcomeOf(attempted)).toBe(`answered: ${order.answer}`)
		expect(eventsOf(attempted.entries, 'run-end')[0]?.confidence).toBe('low')
		const answering = world.server.requests.at(-1)
		expect(answering === undefined ? '' : JSON.stringify(answering.body)).toContain('is 104, not 103')
	})
})

/** The second mind, which is the fast one, adds up wrongly, and both chains pass their checks. */
const differing: RoleScript = {
	'subtask-result': byObjective({
		...orderResults,
		'Add both.': (request, response) =>
			replyJson(request.body.model === 'fast-model' ? solution('48 + 50', '98') : solution('48 + 56', '104'))(
				request,
				response,
			),
	}),
}
const choosing =
	(answer: string): ScriptedStep =>
	(request, response) =>
		replyJson({
			choice: sectionOf(request, 'first-answer') === answer ? 'first' : 'second',
			evidence: `I get ${answer}.`,
		})(request, response)

describe('two minds', () => {
	test('that agree need no judge', async () => {
		await using world = await openReasoning()
		const attempted = await world.attempt({ run: ask('two-minds') })
		expect(outcomeOf(attempted)).toBe(`answered: ${order.answer}`)
		expect(world.roles()).not.toContain('choice')
		const solving = callsOf(world).filter((call) => call.startsWith('subtask-result'))
		expect(solving.filter((call) => call.endsWith('strong-model'))).toHaveLength(3)
		expect(solving.filter((call) => call.endsWith('fast-model'))).toHaveLength(3)
		expect(statuses(attempted)).toEqual([
			'analyze done',
			'decompose done',
			'first-mind done',
			'second-mind done',
			'evaluate done',
			'correct skipped',
		])
	})

	test.each([
		['$104', 'chain'],
		['$98', 'rival'],
	])('that differ are judged by a third in both orders: it says %s', async (chosen, source) => {
		await using world = await openReasoning({ ...differing, choice: choosing(chosen) })
		const attempted = await world.attempt({ run: ask('two-minds') })
		const evaluation = eventsOf(attempted.entries, 'stage-end').find(({ stage }) => stage === 'evaluate')
		expect(evaluation?.content?.output).toMatchObject({ final: chosen, source })
		expect(callsOf(world).filter((call) => call.startsWith('choice'))).toEqual([
			'choice by judge-model',
			'choice by judge-model',
		])
		const answering = world.server.requests.at(-1)
		expect(answering === undefined ? '' : sectionOf(answering, 'final-result')).toBe(chosen)
	})

	test('of which one has no result are one', async () => {
		const failing: RoleScript = {
			'subtask-result': (request, response) =>
				(request.body.model === 'strong-model' ? reply('Hm.') : byObjective(orderResults))(request, response),
		}
		await using world = await openReasoning(failing)
		const attempted = await world.attempt({ run: ask('two-minds') })
		const answering = world.server.requests.at(-1)
		expect(answering === undefined ? '' : sectionOf(answering, 'final-result')).toBe('$104')
		expect(outcomeOf(attempted)).toBe(`answered: ${order.answer}`)
	})
})

describe('several endpoints in one run', () => {
	/** A whole attempt in which each alias is asked in a world of its own. */
	async function entriesOf(workflow: string, worldOf: (alias: string) => ReasoningWorld) {
		const models = (alias: string) => worldOf(alias).dependencies.models(alias)
		const { entries, thrown } = await attemptIn({ ...worldOf('strong').dependencies, models }, { run: ask(workflow) })
		if (thrown !== null) throw thrown
		return entries
	}

	test('each alias is asked at its own server, and nothing of one goes to another', async () => {
		await using fast = await openReasoning(differing)
		await using strong = await openReasoning(differing)
		await using judge = await openReasoning({ choice: choosing('$98') })
		const worlds: Readonly<Record<string, ReasoningWorld>> = { fast, strong, judge }
		const entries = await entriesOf('two-minds', (alias) => worlds[alias] ?? strong)
		expect(outcomeOf({ entries, thrown: null })).toBe(`answered: ${order.answer}`)
		for (const [alias, world] of Object.entries(worlds)) {
			expect(new Set(world.server.requests.map(({ body }) => body.model))).toEqual(new Set([`${alias}-model`]))
		}
		expect(fast.roles()).toEqual(['subtask-result', 'subtask-result', 'subtask-result'])
		expect(judge.roles()).toEqual(['comparison', 'choice', 'choice'])
		expect(new Set(strong.roles())).toEqual(new Set(['analysis', 'plan', 'subtask-result', 'answer']))
		const called = eventsOf(entries, 'model-call-end').map(({ alias, model }) => `${alias} ${model}`)
		expect(new Set(called)).toEqual(new Set(['fast fast-model', 'strong strong-model', 'judge judge-model']))
	})

	test('a server that is gone costs the run only where it cannot do without', async () => {
		await using strong = await openReasoning()
		await using judge = await openReasoning()
		await judge.server.close()
		const entries = await entriesOf('quick', (alias) => (alias === 'judge' ? judge : strong))
		expect(outcomeOf({ entries, thrown: null })).toBe(`answered: ${order.answer}`)
	})
})
