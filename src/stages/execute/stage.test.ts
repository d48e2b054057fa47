import { describe, expect, test } from 'vitest'
import {
	anAnalysis,
	byObjective,
	collect,
	openReasoning,
	order,
	orderResults,
	promptOf,
	type ReasoningWorld,
	type RoleScript,
	replyJson,
	roleOf,
	sectionOf,
	solution,
} from '../../../tests/support/reasoning.ts'
import { hang, reply, type ScriptedStep, status } from '../../../tests/support/scripted-model-server.ts'
import type { Effort } from '../../core/run-preferences.ts'
import { contextOf } from '../../reasoning/run-stages.ts'
import { criticalPath, planSchema } from '../decompose/plan.ts'
import type { Decomposition } from '../decompose/stage.ts'
import { execute } from './stage.ts'

const analysis = anAnalysis()
const plan: Decomposition = { ...planSchema.parse(order.plan), criticalPath: 2, refused: [] }

function solved(world: ReasoningWorld, effort: Effort = 'medium', given: Decomposition | null = plan) {
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

	test('leaves what does not depend on a doubtful subtask alone, and says who is doubtful only because of it', async () => {
		await using world = await openReasoning({
			'subtask-result': byObjective({ ...orderResults, 'Price the markers.': wrong }),
		})
		const { result } = await solved(world)
		expect(result.subtasks.map(({ status: state, isDerived }) => `${state} ${isDerived}`)).toEqual([
			'checked false',
			'low-confidence false',
			'low-confidence true',
		])
		expect(result.subtasks[1]?.checks).toEqual(['Recomputed: 8 * 7 is 56, not 54.', 'Recomputed: 8 * 7 is 56, not 54.'])
	})

	test('of a reply that cannot be read fails, and what stands for its result says so', async () => {
		await using world = await openReasoning({
			'subtask-result': byObjective({ ...orderResults, 'Price the markers.': reply('About fifty.') }),
		})
		const { events, result } = await solved(world)
		expect(result.subtasks[1]).toMatchObject({ result: '(no result)', status: 'low-confidence', samples: 2 })
		expect(
			events.flatMap((event) => (event.kind === 'checkpoint' && event.subtaskId === 's2' ? [event.method] : [])),
		).toEqual(['schema', 'schema'])
	})
})

describe('the blind verifier', () => {
	test('that the budget does not cover leaves the result as it is, unchecked', async () => {
		await using world = await openReasoning({
			'subtask-result': replyJson({ work: 'By looking at it.', calculations: [], result: '$104' }),
		})
		const session = world.session()
		const node = session.workflow.nodes.find(({ id }) => id === 'execute')
		if (node === undefined) throw new Error('there is no such node')
		// One for the step and one for the answer.
		session.budget.allowCalls(2)
		const { result } = await collect(execute.run({ analysis, plan: null }, contextOf(node, session, 'medium')))
		expect(result.subtasks).toMatchObject([
			{ status: 'unchecked', result: '$104', checks: ['The budget did not cover a second model that checks it.'] },
		])
	})

	const said = 'Grzblfx whispered quorvax unto plimsoll; therefore it must be blue.'
	const inWords = replyJson({ work: said, calculations: [], result: 'blue' })
	const flags = replyJson({ holds: false, evidence: 'It is green.' })
	const words: RoleScript = { 'subtask-result': inWords }

	test('is not asked about what was recomputed', async () => {
		await using world = await openReasoning()
		const { result } = await solved(world)
		expect(world.roles()).toEqual(['subtask-result', 'subtask-result', 'subtask-result'])
		expect(result.subtasks.map(({ checkedBy }) => checkedBy)).toEqual(['arithmetic', 'arithmetic', 'arithmetic'])
	})

	test('is another model, asked about what nothing can recompute', async () => {
		await using world = await openReasoning(words)
		const { events, result } = await solved(world)
		const verifying = world.server.requests.filter((request) => roleOf(request) === 'claim-check')
		expect(verifying.map(({ body }) => body.model)).toEqual(['judge-model', 'judge-model', 'judge-model'])
		expect(result.subtasks.map(({ status: state, checkedBy }) => `${state} by ${checkedBy}`)).toEqual([
			'checked by verifier',
			'checked by verifier',
			'checked by verifier',
		])
		expect(events.find(({ kind }) => kind === 'checkpoint')).toMatchObject({
			method: 'verifier',
			passed: true,
			content: { evidence: 'A second model: It follows from the inputs.' },
		})
	})

	test('sees the task, its inputs and the claim, and no word of how the author came to it', async () => {
		const calculations = [{ expression: 'nineteen + 7777', result: 'unknown' }]
		await using world = await openReasoning({
			'subtask-result': replyJson({ work: said, calculations, result: 'blue' }),
		})
		await solved(world)
		const requests = world.server.requests.filter((request) => roleOf(request) === 'claim-check')
		expect(requests).toHaveLength(3)
		for (const request of requests) {
			expect(sectionOf(request, 'claimed-result')).toBe('blue')
			const everything = JSON.stringify(request.body)
			for (const word of ['Grzblfx', 'whispered', 'quorvax', 'plimsoll', 'must be blue', 'nineteen', '7777']) {
				expect(everything).not.toContain(word)
			}
		}
		const first = requests.find((request) => sectionOf(request, 'objective') === 'Price the pens.')
		if (first === undefined) throw new Error('there was no request')
		expect(sectionOf(first, 'inputs')).toBe('g1: 12 boxes of pens at $4 each')
		expect(sectionOf(first, 'expected-output')).toBe('dollars')
	})

	test('who flags a result has it sampled again by the author, with the same words', async () => {
		await using world = await openReasoning({
			...words,
			'claim-check': [flags, replyJson({ holds: true, evidence: '' })],
		})
		const { result } = await solved(world, 'medium', null)
		expect(world.roles()).toEqual(['subtask-result', 'claim-check', 'subtask-result', 'claim-check'])
		const [first, , second] = world.server.requests
		expect(second?.body.messages).toEqual(first?.body.messages)
		expect(JSON.stringify(second?.body.messages)).not.toContain('It is green.')
		expect(result.subtasks[0]).toMatchObject({ status: 'checked', samples: 2 })
	})

	test('who flags every sample leaves the result in doubt', async () => {
		await using world = await openReasoning({ ...words, 'claim-check': flags })
		const { result } = await solved(world, 'high', null)
		expect(result.subtasks[0]).toMatchObject({
			status: 'low-confidence',
			samples: 3,
			checks: ['A second model: It is green.', 'A second model: It is green.', 'A second model: It is green.'],
		})
	})

	test.each<[string, ScriptedStep]>([
		['prose', reply('Looks fine to me!')],
		['nothing', reply('')],
		['wrong types', replyJson({ holds: 'maybe', evidence: 7 })],
	])('who replies with %s has said neither yes nor no', async (_, useless) => {
		await using world = await openReasoning({ ...words, 'claim-check': useless })
		const { events, result } = await solved(world, 'medium', null)
		expect(result.subtasks[0]).toMatchObject({ status: 'unchecked', samples: 1, checkedBy: null })
		expect(events.filter(({ kind }) => kind === 'checkpoint')).toEqual([])
	})

	test('that the workflow does not have is not missed: the result is unchecked', async () => {
		await using world = await openReasoning(words)
		const context = world.context('execute', 'medium', { workflow: 'quick' })
		const { result } = await collect(execute.run({ analysis, plan }, context))
		expect(result.subtasks.map((subtask) => subtask.status)).toEqual(['unchecked', 'unchecked', 'unchecked'])
		expect(world.roles()).toEqual(['subtask-result', 'subtask-result', 'subtask-result'])
	})
})

test('four subtasks are worked on at a time, however many are ready', async () => {
	const independent = Array.from({ length: 7 }, (_, index) => ({
		id: `s${index + 1}`,
		objective: `Price the pens.`,
		inputs: ['g1'],
		expectedOutput: 'dollars',
		check: 'arithmetic' as const,
	}))
	const last = { ...independent[0], id: 's8', objective: 'Add both.', inputs: independent.map(({ id }) => id) }
	const wide = planSchema.parse({ subtasks: [...independent, last] })
	/** No reply before four requests are there. */
	const together: ScriptedStep = async (request, response) => {
		await Promise.all([0, 1, 2, 3].map((index) => world.server.request(index)))
		return byObjective(orderResults)(request, response)
	}
	await using world = await openReasoning({ 'subtask-result': together })
	const { events } = await solved(world, 'high', { ...wide, criticalPath: criticalPath(wide), refused: [] })
	let open = 0
	let most = 0
	for (const { kind } of events) {
		if (kind === 'stage-delta') open += 1
		if (kind === 'subtask-end') open -= 1
		most = Math.max(most, open)
	}
	expect(most).toBe(4)
	expect(events.filter(({ kind }) => kind === 'subtask-end')).toHaveLength(8)
})

test('without a plan, the whole question is one subtask with all that is given', async () => {
	await using world = await openReasoning({ 'subtask-result': replyJson(solution('12 * 4 + 8 * 7', '104')) })
	const { result } = await solved(world, 'medium', null)
	expect(result).toMatchObject({ final: '$104', subtasks: [{ inputs: ['g1', 'g2'], status: 'checked' }] })
	expect(execute.describe(result)).toEqual([
		`**s1:** Answer the whole question: ${order.question} → **$104**`,
		'— Recomputed: 12 * 4 + 8 * 7 = 104.',
	])
})
