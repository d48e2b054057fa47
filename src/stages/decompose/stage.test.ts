import { describe, expect, test } from 'vitest'
import { anAnalysis, collect, openReasoning, order, replyJson, sectionOf } from '../../../tests/support/reasoning.ts'
import { reply } from '../../../tests/support/scripted-model-server.ts'
import { limitsFor } from '../../core/effort.ts'
import type { Effort } from '../../core/run-preferences.ts'
import { decompose } from './stage.ts'

const analysis = anAnalysis()
const [first, second, third] = order.plan.subtasks
const circle = { subtasks: [{ ...first, inputs: ['s2'] }, { ...second, inputs: ['s1'] }, third] }

/** Each subtask uses the one before. */
function chainOf(length: number) {
	return {
		subtasks: Array.from({ length }, (_, index) => ({
			...first,
			id: `s${index + 1}`,
			inputs: index === 0 ? ['g1'] : [`s${index}`],
		})),
	}
}

test('a usable plan is taken as it is, with the length of its critical path', async () => {
	await using world = await openReasoning()
	const { result } = await collect(decompose.run({ analysis }, world.context('decompose')))
	expect(result).toEqual({ ...order.plan, criticalPath: 2, refused: [] })
	expect(decompose.summarize(result)).toBe('3 subtasks, 2 of them one after the other.')
	expect(decompose.describe(result)).toEqual([
		'**s1:** Price the pens.',
		'**s2:** Price the markers.',
		'**s3:** Add both. (from s1, s2)',
	])
})

describe('the limit', () => {
	test.each<[Effort, number]>([
		['low', 3],
		['medium', 5],
		['high', 8],
	])('at %s effort is %d subtasks: the model is told, and one more is one too many', async (effort, limit) => {
		await using world = await openReasoning({ plan: [replyJson(chainOf(limit + 1)), replyJson(chainOf(limit))] })
		const { result } = await collect(decompose.run({ analysis }, world.context('decompose', effort)))
		expect(result.subtasks).toHaveLength(limit)
		expect(result.criticalPath).toBe(limit)
		const [before, after] = world.server.requests
		expect(JSON.stringify(before?.body.messages)).toContain(`At most ${limit} subtasks`)
		expect(after === undefined ? '' : sectionOf(after, 'problem-with-the-last-plan')).toBe(
			`It has ${limit + 1} subtasks; ${limit} are allowed.`,
		)
	})
})

describe('an unusable plan', () => {
	test('is asked for once more, with what is wrong with it', async () => {
		await using world = await openReasoning({ plan: [replyJson(circle), replyJson(order.plan)] })
		const { events, result } = await collect(decompose.run({ analysis }, world.context('decompose')))
		expect(result.subtasks).toEqual(order.plan.subtasks)
		const [before, after] = world.server.requests.map((request) => sectionOf(request, 'problem-with-the-last-plan'))
		expect(before).toBe('none')
		expect(after).toBe('The subtasks s1, s2, s3 wait for each other.')
		expect(events.filter(({ kind }) => kind === 'stage-delta')).toHaveLength(1)
		expect(result.refused).toEqual(['The subtasks s1, s2, s3 wait for each other.'])
		expect(decompose.summarize(result)).toBe('3 subtasks, 2 of them one after the other; 1 plan refused before.')
		expect(decompose.describe(result)[0]).toBe('**Plan 1 refused:** The subtasks s1, s2, s3 wait for each other.')
	})

	test.each([
		['that is cyclic', circle],
		['of 500 subtasks', chainOf(500)],
		['that needs what does not exist', { subtasks: [{ ...first, inputs: ['g9'] }, second] }],
		['with a dead end', { subtasks: [first, second] }],
		['whose last subtask is needed by others', { subtasks: [{ ...first, inputs: ['s2'] }, second] }],
		['whose ids are doubled', { subtasks: [first, first] }],
	])('%s, twice, makes way for one piece', async (_, plan) => {
		await using world = await openReasoning({ plan: replyJson(plan) })
		const { result } = await collect(decompose.run({ analysis }, world.context('decompose')))
		expect(result.subtasks).toHaveLength(1)
		expect(result.criticalPath).toBe(1)
		expect(world.server.requests).toHaveLength(2)
		expect(decompose.summarize(result)).toBe('Solved in one piece; 2 plans refused before.')
	})

	test('that is no plan at all is not asked for again after its repair', async () => {
		await using world = await openReasoning({ plan: reply('First the pens.') })
		const { events, result } = await collect(decompose.run({ analysis }, world.context('decompose')))
		expect(result).toMatchObject({ subtasks: [{ id: 's1' }], refused: ['It could not be read.'] })
		expect(world.server.requests).toHaveLength(2)
		expect(events.find(({ kind }) => kind === 'stage-delta')).toMatchObject({
			content: { text: expect.stringContaining('There was no plan to be had') },
		})
	})
})

test('a plan of one subtask is the whole question, with all that is given', async () => {
	await using world = await openReasoning({ plan: replyJson({ subtasks: [{ ...first, inputs: [] }] }) })
	const { result } = await collect(decompose.run({ analysis }, world.context('decompose')))
	expect(result.subtasks[0]).toMatchObject({ inputs: ['g1', 'g2'], check: 'arithmetic' })
	expect(result.subtasks[0]?.objective).toContain(order.question)
})

describe('a model that reasons natively', () => {
	const circumstances = (effort: Effort, modelKind: 'plain' | 'reasoning') => ({
		question: order.question,
		effort,
		limits: limitsFor('staged', effort),
		modelKind,
	})

	test.each<[Effort, 'plain' | 'reasoning', boolean]>([
		['low', 'reasoning', true],
		['medium', 'reasoning', true],
		['high', 'reasoning', false],
		['low', 'plain', false],
		['medium', 'plain', false],
	])('at %s effort, %s: planning is skipped: %s', (effort, modelKind, skipped) => {
		const skip = decompose.skip?.({ analysis }, circumstances(effort, modelKind)) ?? null
		expect(skip !== null).toBe(skipped)
		if (skip === null) return
		expect(skip).toMatchObject({ reason: 'not-needed', because: 'The model plans by itself while it thinks.' })
		expect(decompose.output.parse(skip.output).subtasks).toHaveLength(1)
	})

	test('without a budget for planning, the question is one piece', () => {
		const output = decompose.withoutBudget?.({ analysis }, circumstances('medium', 'plain'))
		expect(decompose.output.parse(output)).toMatchObject({ criticalPath: 1, subtasks: [{ inputs: ['g1', 'g2'] }] })
	})
})
