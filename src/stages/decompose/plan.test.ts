import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anAnalysis, order } from '../../../tests/support/reasoning.ts'
import { criticalPath, onePiece, type Plan, planProblem, planSchema } from './plan.ts'

const givens = ['g1', 'g2']
const limit = 8

function planOf(inputs: readonly (readonly string[])[], ids = inputs.map((_, index) => `s${index + 1}`)): Plan {
	return {
		subtasks: inputs.map((own, index) => ({
			id: ids[index] ?? '',
			objective: 'Work.',
			inputs: [...own],
			expectedOutput: 'a number',
			check: 'none',
		})),
	}
}

/** Starts what is ready until nothing is left or nothing can start. */
function canBeCarriedOut({ subtasks }: Plan): boolean {
	const done = new Set(givens)
	for (const _ of subtasks) {
		for (const { id, inputs } of subtasks) if (inputs.every((input) => done.has(input))) done.add(id)
	}
	return subtasks.every(({ id }) => done.has(id))
}

/** A plan in which every subtask but the last is used by a later one. */
const goodPlan = fc
	.integer({ min: 1, max: limit })
	.chain((size) =>
		fc.tuple(
			fc.constant(size),
			...Array.from({ length: size }, (_, index) => fc.integer({ min: index + 1, max: Math.max(index + 1, size - 1) })),
			fc.array(fc.constantFrom(...givens), { maxLength: 2 }),
		),
	)
	.map(([size, ...rest]) => {
		const users = rest.slice(0, -1).map(Number)
		const inputs = Array.from({ length: Number(size) }, (_, index) => [
			...users.flatMap((user, used) => (user === index && used < index ? [`s${used + 1}`] : [])),
			...(index === 0 ? givens : []),
		])
		return planOf(inputs)
	})

const anyId = fc.constantFrom('s1', 's2', 's3', 's4', 'g1', 'g2', 'g9', '', '__proto__', 'constructor')
const anyPlan = fc
	.array(fc.tuple(anyId, fc.array(anyId, { maxLength: 3 })), { minLength: 1, maxLength: 6 })
	.map((subtasks) =>
		planOf(
			subtasks.map(([, inputs]) => inputs),
			subtasks.map(([id]) => id),
		),
	)

describe('a plan', () => {
	test('that is well made has no problem', () => {
		fc.assert(
			fc.property(goodPlan, (plan) => {
				expect(planProblem(plan, givens, limit)).toBeNull()
			}),
		)
	})

	test('without a problem can be carried out, within its limit, towards its last subtask', () => {
		fc.assert(
			fc.property(anyPlan, (plan) => {
				if (planProblem(plan, givens, limit) !== null) return
				expect(canBeCarriedOut(plan)).toBe(true)
				expect(new Set(plan.subtasks.map(({ id }) => id)).size).toBe(plan.subtasks.length)
			}),
			{ numRuns: 2_000 },
		)
	})

	test('with a problem says so in a sentence that names it', () => {
		const sentence = (inputs: readonly (readonly string[])[], ids?: readonly string[]) =>
			planProblem(planOf(inputs, ids === undefined ? undefined : [...ids]), givens, 3)
		expect(sentence([[], [], [], []])).toBe('It has 4 subtasks; 3 are allowed.')
		expect(sentence([[], ['s1']], ['s1', 's1'])).toBe('The id s1 is used more than once.')
		expect(sentence([[]], ['g1'])).toBe('The id g1 is used more than once.')
		expect(sentence([['g7']])).toBe('Subtask s1 needs g7, which does not exist.')
		expect(sentence([['s2'], ['s1']])).toBe('The subtasks s1, s2 wait for each other.')
		expect(sentence([['s1']])).toBe('The subtasks s1 wait for each other.')
		expect(sentence([[], []])).toBe('No other subtask uses the result of s1.')
		expect(sentence([['s2'], []])).toBe('The last subtask, s2, must produce the unknown, but others need it.')
	})

	test('of 500 subtasks is refused at once', () => {
		const chain = planOf(Array.from({ length: 500 }, (_, index) => (index === 0 ? [] : [`s${index}`])))
		expect(planProblem(chain, givens, limit)).toBe('It has 500 subtasks; 8 are allowed.')
	})

	test('for the whole question is always a good one', () => {
		const plan = onePiece(anAnalysis(), order.question)
		expect(planProblem(planSchema.parse(plan), givens, 1)).toBeNull()
		expect(plan.subtasks[0]?.objective).toContain(order.question)
	})
})

describe('the critical path', () => {
	test.each<[string, readonly (readonly string[])[], number]>([
		['one subtask', [['g1']], 1],
		['a chain', [[], ['s1'], ['s2']], 3],
		['two that are added', [[], [], ['s1', 's2']], 2],
		['a long and a short way', [[], ['s1'], ['s2'], [], ['s3', 's4']], 4],
		['a diamond', [[], ['s1'], ['s1'], ['s2', 's3']], 3],
	])('of %s', (_, inputs, length) => {
		expect(criticalPath(planOf(inputs))).toBe(length)
	})

	test('is never longer than the plan, and one subtask longer than the longest way to what its last one needs', () => {
		fc.assert(
			fc.property(goodPlan, (plan) => {
				const length = criticalPath(plan)
				expect(length).toBeGreaterThanOrEqual(1)
				expect(length).toBeLessThanOrEqual(plan.subtasks.length)
				const last = plan.subtasks.at(-1)
				const further = { ...plan.subtasks[0], id: 'next', inputs: [last?.id ?? ''] }
				const longer = planSchema.parse({ subtasks: [...plan.subtasks, further] })
				expect(criticalPath(longer)).toBe(length + 1)
			}),
		)
	})
})
