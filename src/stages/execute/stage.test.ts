import { describe, expect, test } from 'vitest'
import {
	byObjective,
	collect,
	openReasoning,
	order,
	orderResults,
	promptOf,
	type ReasoningWorld,
	replyJson,
	sectionOf,
	solution,
} from '../../../tests/support/reasoning.ts'
import { hang, type ScriptedStep, status } from '../../../tests/support/scripted-model-server.ts'
import type { Effort } from '../../core/run-preferences.ts'
import { analysisSchema } from '../analyze/stage.ts'
import { type Plan, planSchema } from '../decompose/plan.ts'
import { execute } from './stage.ts'

const analysis = analysisSchema.parse(order.analysis)
const plan = planSchema.parse(order.plan)

function solved(world: ReasoningWorld, effort: Effort = 'medium', given: Plan = plan) {
	return collect(execute.run({ analysis, plan: given }, world.context('execute', effort)))
}

const objectives = (world: ReasoningWorld) => world.server.requests.map((request) => sectionOf(request, 'objective'))

describe('carrying out a plan', () => {
	test('gives every result, and the last one as the final one', async () => {
		await using world = await openReasoning()
		const { result } = await solved(world)
		expect(result.final).toBe('$104')
		expect(result.subtasks.map(({ id, result: own, status: state }) => `${id} ${own} ${state}`)).toEqual([
			's1 $48 checked',
			's2 $56 checked',
			's3 $104 checked',
		])
		expect(execute.summarize(result)).toBe('3 of 3 steps done, 3 checked.')
	})

	test('works on independent subtasks at the same time', async () => {
		/** Answers only when both requests are open: one after the other would never end. */
		const whenBothAreOpen: ScriptedStep = async (request, response) => {
			await Promise.all([world.server.request(0), world.server.request(1)])
			expect(world.server.requests.slice(0, 2).every(({ closedAt }) => closedAt === null)).toBe(true)
			return byObjective(orderResults)(request, response)
		}
		await using world = await openReasoning({
			'subtask-result': [whenBothAreOpen, whenBothAreOpen, byObjective(orderResults)],
		})
		expect((await solved(world)).result.final).toBe('$104')
	})

	test('works on a dependent subtask only when its inputs are there', async () => {
		const release = Promise.withResolvers<void>()
		const held: ScriptedStep = async (request, response) => {
			await release.promise
			return replyJson(order.results['Price the markers.'])(request, response)
		}
		await using world = await openReasoning({
			'subtask-result': byObjective({ ...orderResults, 'Price the markers.': held }),
		})
		const events = execute.run({ analysis, plan }, world.context('execute'))
		for (;;) {
			const { value } = await events.next()
			if (value !== undefined && 'kind' in value && value.kind === 'subtask-end') break
		}
		await world.server.request(1)
		expect(objectives(world).toSorted()).toEqual(['Price the markers.', 'Price the pens.'])
		release.resolve()
		await collect(events)
		expect(objectives(world)[2]).toBe('Add both.')
	})

	test('a prompt carries the objective and the named inputs, and nothing else of the question or of other work', async () => {
		await using world = await openReasoning()
		await solved(world)
		const prompts = new Map(world.server.requests.map((request) => [sectionOf(request, 'objective'), request]))
		const inputs = (objective: string) => {
			const request = prompts.get(objective)
			return request === undefined ? '' : sectionOf(request, 'inputs')
		}
		expect(inputs('Price the pens.')).toBe('g1: 12 boxes of pens at $4 each')
		expect(inputs('Price the markers.')).toBe('g2: 8 boxes of markers at $7 each')
		expect(inputs('Add both.')).toBe('s1: dollars: $48\ns2: dollars: $56')
		for (const request of world.server.requests) {
			expect(promptOf(request)).not.toContain(order.question)
			expect(promptOf(request)).not.toContain('12 * 4')
		}
	})

	test('the failure of one subtask closes the others, also those that wait for it', async () => {
		await using world = await openReasoning({
			'subtask-result': byObjective({ 'Price the pens.': hang(), 'Price the markers.': status(401, 'wrong key') }),
		})
		await expect(solved(world)).rejects.toMatchObject({ code: 'model-auth' })
		await Promise.all(world.server.requests.map(({ closed }) => closed))
		expect(world.server.requests.length).toBeLessThanOrEqual(2)
	})
})

describe('a checkpoint', () => {
	const wrong = replyJson(solution('8 * 7', '54'))
	const wrongThenRight: ScriptedStep = (request, response) =>
		(request.body.seed === 0 ? wrong : replyJson(order.results['Price the markers.']))(request, response)

	test('that fails has the subtask sampled again, not revised', async () => {
		await using world = await openReasoning({
			'subtask-result': byObjective({ ...orderResults, 'Price the markers.': wrongThenRight }),
		})
		const { events, result } = await solved(world)
		expect(result.final).toBe('$104')
		expect(result.subtasks.map(({ samples }) => samples)).toEqual([1, 2, 1])
		const [first, second] = world.server.requests.filter(
			(request) => sectionOf(request, 'objective') === 'Price the markers.',
		)
		expect(second?.body.messages).toEqual(first?.body.messages)
		const passed = events.flatMap((event) =>
			event.kind === 'checkpoint' && event.subtaskId === 's2' ? [event.passed] : [],
		)
		expect(passed).toEqual([false, true])
		expect(execute.summarize(result)).toContain('1 worked out again after a failed check')
	})

	test.each<[Effort, number]>([
		['low', 2],
		['medium', 2],
		['high', 3],
	])(
		'that keeps failing at %s effort is tried %d times, then only what depends on it is in doubt',
		async (effort, times) => {
			await using world = await openReasoning({
				'subtask-result': byObjective({ ...orderResults, 'Price the markers.': wrong }),
			})
			const { result } = await solved(world, effort)
			expect(result.subtasks.map(({ status: state, samples }) => `${state} ${samples}`)).toEqual([
				'checked 1',
				`low-confidence ${times}`,
				'low-confidence 1',
			])
		},
	)

	test('that has nothing to recompute says neither yes nor no', async () => {
		await using world = await openReasoning({
			'subtask-result': replyJson({ work: 'It is blue.', calculations: [], result: 'blue' }),
		})
		const { events, result } = await solved(world)
		expect(result.subtasks.map((subtask) => subtask.status)).toEqual(['unchecked', 'unchecked', 'unchecked'])
		expect(events.filter(({ kind }) => kind === 'checkpoint')).toEqual([])
	})
})
