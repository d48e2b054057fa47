import { describe, expect, test, vi } from 'vitest'
import { askFor } from './testing/ask.ts'
import { grade, readCases, wrongCalculations } from './testing/grading.ts'
import { planProblem, stagedRun } from './testing/staged-run.ts'

// Hundreds of questions go through all stages in one test.
vi.setConfig({ testTimeout: 30_000 })

const question =
	'A school takes 6 classes of 27 juniors and 4 classes of 24 seniors, with 15 teachers, on a trip. A bus has 48 seats. How many buses are needed?'
const solved = readCases('questions.jsonl').filter(({ question: text, answer }) => {
	const result = answer === null ? '' : (stagedRun(text).results.at(-1)?.result ?? '')
	return answer !== null && grade(answer, result) === 'right'
})
const samples = Array.from({ length: 300 }, (_, seed) => seed)

function share(values: readonly boolean[]): number {
	return values.filter((each) => each).length / values.length
}

describe('a misreading', () => {
	const read = (options: object, differences = 'none', seed = 0) =>
		askFor('analysis', { conversation: '', question, clarifications: 'none', differences }, options, { seed })
	const right = read({})

	test('changes a number or what is asked, in the first reading only', () => {
		const readings = samples.slice(0, 60).map((seed) => read({ misreadingRate: 1 }, 'none', seed))
		const isNumber = readings.map(({ givens }) => JSON.stringify(givens) !== JSON.stringify(right.givens))
		const isAim = readings.map(({ unknown }) => unknown !== right.unknown)
		expect(isNumber.every((each, index) => each !== isAim[index])).toBe(true)
		expect([isNumber.includes(true), isAim.includes(true)]).toEqual([true, true])
		expect(read({ misreadingRate: 1 }, 'changed: the number of juniors')).toEqual(right)
	})

	test('can be had for certain in a given or in what is asked', () => {
		const juniors = read({ misreadingPattern: /number of juniors in each/ })
		expect(juniors.givens[1]?.statement).toBe('The number of juniors in each class is 72.')
		expect(juniors.unknown).toBe(right.unknown)
		expect(read({ misreadingPattern: /number of buses/ }).unknown).not.toBe(right.unknown)
		expect(read({ misreadingPattern: /penguins/ })).toEqual(right)
	})

	test('is found by comparing, and the second reading is right, in every question', () => {
		const runs = solved.map((each) => ({ ...each, run: stagedRun(each.question, 5, { misreadingRate: 1 }) }))
		expect(share(runs.map(({ run }) => run.differences.length > 0))).toBeGreaterThan(0.95)
		expect(runs.filter(({ answer, run }) => grade(answer, run.results.at(-1)?.result ?? '') !== 'right')).toEqual([])
	})

	test('that nobody notices goes through to the answer', () => {
		const [given] = read({ misreadingPattern: /number of juniors in each/ }).givens.filter(({ id }) => id === 'g2')
		const givens = right.givens.map((each) => (each.id === given?.id ? given : each))
		const sections = {
			question,
			'understood-as': right.restatement,
			givens: givens.map(({ id, statement }) => `${id}: ${statement}`).join('\n'),
			unknown: right.unknown,
			constraints: 'none',
		}
		// 6 * 72 + 4 * 24 + 15 = 543 people in buses of 48.
		expect(askFor('solution', sections).answer).toBe('12')
		const { subtasks } = askFor('plan', { ...sections, unknown: 'the number of juniors as a number' })
		expect(subtasks.map(({ expectedOutput }) => expectedOutput)).toEqual(['the number of juniors as a number'])
	})
})

describe('a comparison', () => {
	const { restatement, givens, unknown } = askFor('analysis', { question, differences: 'none' })
	const compared = (statements: readonly string[], asked = unknown) =>
		askFor('comparison', {
			question,
			clarifications: 'none',
			restatement,
			'reading-givens': statements.map((statement, index) => `g${index + 1}: ${statement}`).join('\n'),
			'reading-unknown': asked,
		}).differences.map(({ kind }) => kind)
	const statements = givens.map(({ statement }) => statement)

	test('finds what was changed, dropped and added, and that something else is asked', () => {
		expect(compared(statements)).toEqual([])
		expect(compared(statements.with(1, 'The number of juniors in each class is 26.'))).toEqual(['changed'])
		expect(compared(statements.slice(0, -1))).toEqual(['dropped'])
		expect(compared([...statements, 'The number of drivers is 6.'])).toEqual(['added'])
		expect(compared(statements, 'the number of juniors as a number')).toEqual(['changed'])
	})

	test('of a question that it cannot solve still counts the numbers', () => {
		const unsolved = (reading: string) =>
			askFor('comparison', {
				question: 'Who scored 3 goals in the final of 1966?',
				restatement: reading,
				'reading-givens': 'g1: The year is 1966.',
				'reading-unknown': 'the player',
			}).differences.map(({ kind }) => kind)
		expect(unsolved('Who scored 3 goals?')).toEqual([])
		expect(unsolved('Who scored 4 goals?')).toEqual(['dropped', 'added'])
	})
})

describe('a bad plan', () => {
	const analysis = askFor('analysis', { question, differences: 'none' })
	const plan = (options: object, problem = 'none', seed = 0) =>
		askFor(
			'plan',
			{
				question,
				givens: analysis.givens.map(({ id, statement }) => `${id}: ${statement}`).join('\n'),
				unknown: analysis.unknown,
				'problem-with-the-last-plan': problem,
			},
			options,
			{ seed, instructions: 'At most 5 subtasks, with the ids s1, s2.' },
		).subtasks

	test('is one of four kinds, and the next one is good', () => {
		const problems = samples
			.slice(0, 60)
			.map((seed) => planProblem(plan({ badPlanRate: 1 }, 'none', seed), analysis, 5))
		expect(new Set(problems)).toEqual(new Set(['too many', 'no such input', 'circle', 'dead end']))
		expect(planProblem(plan({ badPlanRate: 1 }, 'The subtasks s1, s4 wait for each other.'), analysis, 5)).toBeNull()
	})

	test('can be had for certain', () => {
		expect(planProblem(plan({ badPlanPattern: /buses/ }), analysis, 5)).not.toBeNull()
		expect(planProblem(plan({ badPlanPattern: /trains/ }), analysis, 5)).toBeNull()
	})

	test('is never made of givens that nobody has read', () => {
		const subtasks = askFor('plan', { question, givens: `g1: ${question}`, unknown: 'the answer' }).subtasks
		expect(subtasks).toMatchObject([{ id: 's1', objective: `Answer the whole question: ${question}` }])
	})

	test('is noticed in every question, and its repair is right', () => {
		const runs = solved.map((each) => ({ ...each, run: stagedRun(each.question, 5, { badPlanRate: 1 }) }))
		expect(runs.filter(({ answer, run }) => grade(answer, run.results.at(-1)?.result ?? '') !== 'right')).toEqual([])
	})
})

const task = {
	objective:
		'Divide the number of places needed (s3) by the number of places in one bus (g6) and round up to get the number of buses.',
	inputs: 's3: the number of places needed as a number: 273\ng6: The number of places in one bus is 48.',
	'expected-output': 'the number of buses as a number',
}

describe('a slip in a step', () => {
	const solve = (options: object, seed = 0, more: Record<string, string> = {}) =>
		askFor('subtask-result', { ...task, ...more }, options, { seed })

	test('without a calculation is found by the verifier alone', () => {
		const slipped = solve({ silentSlipRate: 1 })
		expect(slipped.calculations).toEqual([])
		expect(slipped.work).not.toMatch(/=/)
		expect(slipped.result).not.toBe('6')
		expect(askFor('claim-check', { ...task, 'claimed-result': slipped.result })).toEqual({
			holds: false,
			evidence: `The inputs give 6, but the claim says ${slipped.result}.`,
		})
	})

	test('can leave a result unrounded, and then every calculation is right', () => {
		const unrounded = solve({ unroundedPattern: /number of buses/ })
		expect(unrounded).toMatchObject({ result: '5.69', calculations: [{ expression: '273 / 48', result: '5.6875' }] })
		expect(wrongCalculations(unrounded)).toEqual([])
		expect(solve({ unroundedPattern: /number of buses/ }, 1).result).toBe('6')
	})

	test('can be made again and again, until the evidence is shown', () => {
		const options = { stubbornMistakePattern: /number of buses/ }
		for (const seed of [0, 1, 2]) expect(wrongCalculations(solve(options, seed))).toHaveLength(1)
		const evidence = '273 / 48 is 5.6875, not 5.7865.'
		expect(solve(options, 1, { 'rejected-result': '16', evidence }).result).toBe('6')
	})

	test('can be one of many results that state no calculation', () => {
		expect(solve({ calculations: false })).toMatchObject({ calculations: [], result: '6' })
		expect(solve({ calculations: false, mistakeRate: 1 }).calculations).toEqual([])
	})

	test('happens as often as was asked for', () => {
		const silent = samples.map((seed) => solve({ silentSlipRate: 0.2 }, seed).result !== '6')
		const unrounded = samples.map((seed) => solve({ unroundedRate: 0.2 }, seed).result !== '6')
		expect(share(silent)).toBeCloseTo(0.2, 1)
		expect(share(unrounded)).toBeCloseTo(0.2, 1)
	})

	test('of any of these kinds is put right, in every question', () => {
		const options = { mistakeRate: 0.1, silentSlipRate: 0.1, unroundedRate: 0.3 }
		const runs = solved.map((each) => ({ ...each, run: stagedRun(each.question, 5, options) }))
		expect(runs.filter(({ answer, run }) => grade(answer, run.results.at(-1)?.result ?? '') !== 'right')).toEqual([])
	})
})

describe('the verifier', () => {
	const check = (claim: string, options: object, seed: number) =>
		askFor('claim-check', { ...task, 'claimed-result': claim }, options, { seed }).holds

	test('flags a right claim, and passes a wrong one, as often as was asked for', () => {
		expect(share(samples.map((seed) => !check('6 buses', { falseAlarmRate: 0.2 }, seed)))).toBeCloseTo(0.2, 1)
		expect(share(samples.map((seed) => check('7', { missedSlipRate: 0.2 }, seed)))).toBeCloseTo(0.2, 1)
		expect(share(samples.map((seed) => check('7', { falseAlarmRate: 1 }, seed)))).toBe(0)
		expect(share(samples.map((seed) => check('6', { missedSlipRate: 1 }, seed)))).toBe(1)
	})

	test('can be had to err for certain in the first sample', () => {
		const options = { falseAlarmPattern: /buses/, missedSlipPattern: /buses/ }
		expect([check('6', options, 0), check('6', options, 1)]).toEqual([false, true])
		expect([check('7', options, 0), check('7', options, 1)]).toEqual([true, false])
	})
})

describe('an alternative', () => {
	const { restatement, givens, unknown } = askFor('analysis', { question, differences: 'none' })
	const sections = {
		question,
		'understood-as': restatement,
		givens: givens.map(({ id, statement }) => `${id}: ${statement}`).join('\n'),
		unknown,
		constraints: 'none',
	}
	const solution = (method: string, options: object, seed = 0) =>
		askFor('solution', sections, options, { seed, instructions: `Method: ${method}. Do it.` })

	test('looks another way by each method and comes to the same', () => {
		const solutions = ['forwards', 'backwards', 'equations'].map((method) => solution(method, {}))
		expect(solutions.map(({ answer }) => answer)).toEqual(['6', '6', '6'])
		expect(new Set(solutions.map(({ work }) => work)).size).toBe(3)
		expect(solutions[1]?.work).toMatch(/^Wanted: the number of buses\nThe number of buses follows from/)
		expect(solutions[2]?.work).toContain('x1 = 6 * 27 = 162')
	})

	test('that is wrong has no wrong calculation, and most wrong ones agree', () => {
		const wrong = samples.map((seed) => solution('forwards', { wrongAlternativeRate: 1 }, seed))
		expect(wrong.filter(({ answer }) => answer === '6')).toEqual([])
		expect(wrong.flatMap(({ answer: result, ...each }) => wrongCalculations({ ...each, result }))).toEqual([])
		const counts = [...Map.groupBy(wrong, ({ answer }) => answer).values()].map(({ length }) => length)
		expect(Math.max(...counts) / wrong.length).toBeCloseTo(0.84, 1)
		expect(counts.length).toBeGreaterThan(2)
	})

	test('can be had wrong by one method, or at a rate', () => {
		const options = { wrongAlternativePattern: /equations/ }
		expect([solution('forwards', options).answer, solution('equations', options).answer]).toEqual([
			'6',
			expect.not.stringMatching(/^6$/),
		])
		const wrong = samples.map((seed) => solution('forwards', { wrongAlternativeRate: 0.2 }, seed).answer !== '6')
		expect(share(wrong)).toBeCloseTo(0.2, 1)
	})

	test('that is wrong is wrong in every question, and a judge is not taken in by it', () => {
		const runs = solved.map((each) => ({ ...each, run: stagedRun(each.question, 5, { wrongAlternativeRate: 1 }) }))
		const results = runs.map(({ run }) => run.results.at(-1)?.result)
		expect(runs.filter(({ run }, index) => run.solutions.some((each) => each.answer === results[index]))).toEqual([])
		expect(runs.filter(({ answer, run }) => grade(answer, run.final) !== 'right')).toEqual([])
	})
})

test('all mistakes together are put right, in every question', () => {
	const options = {
		misreadingRate: 0.3,
		badPlanRate: 0.3,
		mistakeRate: 0.1,
		silentSlipRate: 0.1,
		unroundedRate: 0.3,
		wrongAlternativeRate: 0.5,
		falseAlarmRate: 0.1,
	}
	const runs = solved.map((each) => ({ ...each, run: stagedRun(each.question, 5, options) }))
	expect(runs.filter(({ answer, run }) => grade(answer, run.final) !== 'right')).toEqual([])
})
