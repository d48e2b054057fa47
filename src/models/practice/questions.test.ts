import { describe, expect, test } from 'vitest'
import { ask } from './testing/ask.ts'
import { followsFromCalculations, grade, readCases, wrongCalculations } from './testing/grading.ts'
import { stageRequest } from './testing/prompts.ts'
import { stagedRun } from './testing/staged-run.ts'

const cases = readCases('questions.jsonl')
const limits = [20, 5, 3, 1]

describe.each(limits)('the 200 questions in at most %i subtasks', (limit) => {
	const runs = cases.map((each) => ({ ...each, run: stagedRun(each.question, limit) }))
	const graded = runs.map(({ id, question, answer, run }) => ({
		id,
		question,
		answer,
		final: run.final,
		grade: grade(answer, run.final),
	}))

	test('no answer is wrong', () => {
		expect(graded.filter((each) => each.grade === 'wrong')).toEqual([])
	})

	test('at least 160 of 200 are right', () => {
		expect(cases).toHaveLength(200)
		expect(graded.filter((each) => each.grade === 'right').length).toBeGreaterThanOrEqual(160)
	})

	test('every step, every alternative and the judge come to the same, and nobody finds a difference', () => {
		const differing = runs.filter(({ answer, run }) => {
			const answers = [run.results.at(-1)?.result ?? '', ...run.solutions.map((each) => each.answer)]
			return run.differences.length > 0 || new Set(answers.map((each) => grade(answer, each))).size > 1
		})
		expect(differing.map(({ id }) => id)).toEqual([])
	})

	test('no plan is longer than allowed', () => {
		expect(runs.filter(({ run }) => run.subtasks.length > limit)).toEqual([])
	})

	test('every calculation can be repeated, and every result comes from one', () => {
		const results = runs.flatMap(({ id, run }) =>
			run.results.filter(({ calculations }) => calculations.length > 0).map((result) => ({ id, result })),
		)
		expect(
			results.flatMap(({ id, result }) => wrongCalculations(result).map((problem) => `${id}: ${problem}`)),
		).toEqual([])
		expect(results.filter(({ result }) => !followsFromCalculations(result))).toEqual([])
	})

	test('every answer states the final result', () => {
		const silent = runs.filter(
			({ run }) =>
				!run.answer.toLowerCase().includes(run.final.toLowerCase()) && !run.answer.includes('OPENAI_API_KEY'),
		)
		expect(silent.map(({ id, run }) => [id, run.final, run.answer])).toEqual([])
	})
})

describe('questions that were written after the solver, with other wordings and with traps', () => {
	const graded = readCases('held-out-questions.jsonl').map(({ question, answer }) => {
		const { final } = stagedRun(question)
		return { question, answer, final, grade: grade(answer, final) }
	})

	test('are never answered wrong', () => {
		expect(graded.filter((each) => each.grade === 'wrong')).toEqual([])
	})

	test('are right in at least two of three cases', () => {
		expect(graded.filter((each) => each.grade === 'right').length / graded.length).toBeGreaterThan(2 / 3)
	})
})

describe('the same questions answered directly', () => {
	test('come out the same way', () => {
		const graded = cases.map(({ id, question, answer }) => ({
			id,
			answer,
			reply: ask(stageRequest({ conversation: '', question })),
		}))
		expect(graded.filter(({ answer, reply }) => grade(answer, reply) === 'wrong')).toEqual([])
		expect(graded.filter(({ answer, reply }) => grade(answer, reply) === 'right').length).toBeGreaterThanOrEqual(160)
	})
})

const question =
	'A school orders 12 boxes of pencils at $4.50 a box and 8 boxes of markers at $7.25 a box. The shop takes 10% off the whole order and then adds $6 for delivery. How much does the school pay?'

describe.each([6, 5, 4])('the demo question in at most %i subtasks', (limit) => {
	const run = stagedRun(question, limit)

	test('comes to $106.80', () => {
		expect(run.final).toBe('$106.80')
	})

	test(`has ${limit} subtasks, of which two or more wait for nothing`, () => {
		expect(run.subtasks).toHaveLength(limit)
		const independent = run.subtasks.filter(({ inputs }) => inputs.every((id) => id.startsWith('g')))
		expect(independent.length).toBeGreaterThanOrEqual(2)
	})

	test('is answered with the amount first', () => {
		expect(run.answer).toMatch(/^The amount to pay is \$106\.80\./)
		expect(run.answer).toContain('the cost of the boxes of markers is $58.00')
	})
})

test('an earlier result that is wrong stays wrong: the subtasks use the inputs as they stand', () => {
	const right = stagedRun(question, 6)
	expect(right.results.map(({ result }) => result)).toEqual([
		'$54.00',
		'$58.00',
		'$112.00',
		'$11.20',
		'$100.80',
		'$106.80',
	])
})
