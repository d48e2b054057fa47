import { expect, test } from 'vitest'
import { collect, openReasoning, order, replyJson, sectionOf } from '../../../tests/support/reasoning.ts'
import { analysisSchema } from '../analyze/stage.ts'
import { decompose } from './stage.ts'

const analysis = analysisSchema.parse(order.analysis)
const [first, second, third] = order.plan.subtasks
const circle = { subtasks: [{ ...first, inputs: ['s2'] }, { ...second, inputs: ['s1'] }, third] }

test('a usable plan is taken as it is, and is told how many subtasks the effort allows', async () => {
	await using world = await openReasoning()
	const { result } = await collect(decompose.run({ analysis }, world.context('decompose', 'high')))
	expect(result).toEqual(order.plan)
	expect(JSON.stringify(world.server.requests[0]?.body.messages)).toContain('At most 8 subtasks')
	expect(decompose.summarize(result)).toBe('3 subtasks.')
	expect(decompose.describe(result)).toContain('**s3:** Add both. (from s1, s2)')
})

test('an unusable plan is asked for once more, with what is wrong with it', async () => {
	await using world = await openReasoning({ plan: [replyJson(circle), replyJson(order.plan)] })
	const { events, result } = await collect(decompose.run({ analysis }, world.context('decompose')))
	expect(result).toEqual(order.plan)
	const [before, after] = world.server.requests.map((request) => sectionOf(request, 'problem-with-the-last-plan'))
	expect(before).toBe('none')
	expect(after).toBe('The subtasks s1, s2, s3 wait for each other.')
	expect(events.filter(({ kind }) => kind === 'stage-delta')).toHaveLength(1)
})

test('after two unusable plans the question is solved in one piece', async () => {
	await using world = await openReasoning({ plan: replyJson(circle) })
	const { result } = await collect(decompose.run({ analysis }, world.context('decompose')))
	expect(result.subtasks).toHaveLength(1)
	expect(world.server.requests).toHaveLength(2)
	expect(decompose.summarize(result)).toBe('Solved in one piece.')
})

test('a plan with more subtasks than the effort allows is unusable', async () => {
	const long = {
		subtasks: [
			first,
			{ ...second, inputs: ['s1'] },
			{ ...third, inputs: ['s2'] },
			{ ...third, id: 's4', inputs: ['s3'] },
		],
	}
	await using world = await openReasoning({ plan: replyJson(long) })
	expect((await collect(decompose.run({ analysis }, world.context('decompose', 'low')))).result.subtasks).toHaveLength(
		1,
	)
	expect(
		(await collect(decompose.run({ analysis }, world.context('decompose', 'medium')))).result.subtasks,
	).toHaveLength(4)
})

test('a plan of one subtask is the whole question, with all that is given', async () => {
	await using world = await openReasoning({ plan: replyJson({ subtasks: [{ ...first, inputs: [] }] }) })
	const { result } = await collect(decompose.run({ analysis }, world.context('decompose')))
	expect(result.subtasks[0]).toMatchObject({ inputs: ['g1', 'g2'], check: 'arithmetic' })
	expect(result.subtasks[0]?.objective).toContain(order.question)
})
