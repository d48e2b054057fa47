import { describe, expect, test } from 'vitest'
import {
	aConstraint,
	anAnalysis,
	anExecution,
	collect,
	doubtful,
	openReasoning,
	order,
	promptOf,
	type ReasoningWorld,
	replyJson,
	roleOf,
	sectionOf,
} from '../../../tests/support/reasoning.ts'
import { reply, type ScriptedStep } from '../../../tests/support/scripted-model-server.ts'
import { limitsFor } from '../../core/effort.ts'
import type { Effort } from '../../core/run-preferences.ts'
import type { Analysis } from '../analyze/stage.ts'
import type { Execution } from '../execute/stage.ts'
import { alternatives } from './stage.ts'

const checked = anExecution({}, { result: '$104' })
const inDoubt = anExecution({}, { ...doubtful, result: '$102' })

function explored(
	world: ReasoningWorld,
	{ analysis = anAnalysis(), execution = inDoubt, effort = 'medium' as Effort } = {},
) {
	return collect(alternatives.run({ analysis, execution }, world.context('alternatives', effort)))
}

/** A solution with a calculation that is right, and whatever answer. */
const answering = (answer: string) => {
	const [number = ''] = answer.match(/\d+/) ?? []
	return replyJson({ work: '', calculations: [{ expression: `${number} + 0`, result: number }], answer })
}
const unchecked = (answer: string) => replyJson({ work: 'By inspection.', calculations: [], answer })
const wrong = (answer: string) => replyJson({ work: '', calculations: [{ expression: '8 * 7', result: '54' }], answer })
const asked = (world: ReasoningWorld, role: string) =>
	world.server.requests.filter((request) => roleOf(request) === role)

describe('whether alternatives are worked out', () => {
	const because = (
		effort: Effort,
		execution: Execution,
		analysis = anAnalysis(),
		modelKind: 'plain' | 'reasoning' = 'plain',
	) =>
		alternatives.skip?.(
			{ analysis, execution },
			{ question: order.question, effort, limits: limitsFor('staged', effort), modelKind },
		)?.because ?? null
	const nothingChecked = anExecution({ status: 'unchecked' })
	const partly = anExecution({}, { status: 'unchecked' })
	const inEuros = anAnalysis({ constraints: [aConstraint('unit', '€')] })

	test.each<[string, Effort, Execution, Analysis, string | null]>([
		['low effort', 'low', inDoubt, anAnalysis(), 'Low effort works out no alternatives.'],
		['medium effort with every step checked', 'medium', checked, anAnalysis(), 'Every step was checked.'],
		[
			'medium effort with a step checked',
			'medium',
			partly,
			anAnalysis(),
			'1 of 2 steps could be checked, and nothing failed.',
		],
		['medium effort with a step in doubt', 'medium', inDoubt, anAnalysis(), null],
		['medium effort with nothing that could be checked', 'medium', nothingChecked, anAnalysis(), null],
		['medium effort with a constraint that fails', 'medium', checked, inEuros, null],
		['high effort with every step checked', 'high', checked, anAnalysis(), null],
	])('at %s', (_, effort, execution, analysis, reason) => {
		expect(because(effort, execution, analysis)).toBe(reason)
	})

	test('a model that reasons natively weighs them by itself, but for high effort', () => {
		const byItself = 'The model weighs alternatives by itself while it thinks.'
		expect(because('medium', inDoubt, anAnalysis(), 'reasoning')).toBe(byItself)
		expect(because('high', inDoubt, anAnalysis(), 'reasoning')).toBeNull()
	})

	test('what is skipped leaves the chain as the only answer', () => {
		const circumstances = {
			question: '',
			effort: 'medium',
			limits: limitsFor('staged', 'medium'),
			modelKind: 'plain',
		} as const
		const { output } = alternatives.skip?.({ analysis: anAnalysis(), execution: checked }, circumstances) ?? {}
		expect(output).toMatchObject({ samples: [], groups: [{ key: '104', answer: '$104', votes: 1, weight: 4 }] })
		expect(output).toEqual(alternatives.withoutBudget?.({ analysis: anAnalysis(), execution: checked }, circumstances))
	})
})

describe('a window', () => {
	test('is three solutions by three methods, side by side, each by its own prompt, and the journal says which', async () => {
		/** Answers only when all three are open. */
		const together: ScriptedStep = async (request, response) => {
			await Promise.all([0, 1, 2].map((index) => world.server.request(index)))
			return replyJson(order.solution)(request, response)
		}
		await using world = await openReasoning({ solution: together })
		const { events, result } = await explored(world)
		expect(events.flatMap((event) => (event.kind === 'sample' ? [event.method] : [])).toSorted()).toEqual([
			'backwards',
			'equation',
			'forwards',
		])
		expect(events.flatMap((event) => (event.kind === 'model-call-end' ? [event.prompt.name] : [])).toSorted()).toEqual([
			'alternatives/backwards',
			'alternatives/equation',
			'alternatives/forwards',
		])
		const systems = world.server.requests.map(({ body }) => JSON.stringify(body.messages).match(/Method: (\w+)/)?.[1])
		expect(systems.toSorted()).toEqual(['backwards', 'equations', 'forwards'])
		expect(result.samples.map(({ method }) => method)).toEqual(['forwards', 'backwards', 'equation'])
	})

	test('sees the question and what was understood, and nothing of the chain', async () => {
		const execution = anExecution({ ...doubtful, objective: 'Zap the quorvax.', work: 'Grzblfx.', result: '$987' })
		await using world = await openReasoning()
		await explored(world, { execution })
		for (const request of world.server.requests) {
			expect(sectionOf(request, 'question')).toBe(order.question)
			expect(sectionOf(request, 'givens')).toContain('g2: 8 boxes of markers at $7 each')
			for (const word of ['quorvax', 'Grzblfx', '987']) expect(promptOf(request)).not.toContain(word)
		}
	})

	test.each<[Effort, Execution, number]>([
		['medium', inDoubt, 3],
		['high', checked, 3],
		['high', inDoubt, 9],
	])('at %s effort there are at most so many as the evidence asks for', async (effort, execution, most) => {
		let count = 0
		const everyoneDiffers: ScriptedStep = (request, response) => answering(`$${200 + count++}`)(request, response)
		await using world = await openReasoning({ solution: everyoneDiffers })
		const { result } = await explored(world, { execution, effort })
		expect(asked(world, 'solution')).toHaveLength(most)
		expect(result.samples).toHaveLength(most)
		expect(result.stoppedEarly).toBe(false)
	})

	test('of which nothing can be read is not asked for again and again', async () => {
		await using world = await openReasoning({ solution: reply('I would say 104.') })
		const { events, result } = await explored(world, { effort: 'high' })
		expect(asked(world, 'solution')).toHaveLength(2 * 9)
		expect(result.samples).toEqual([])
		expect(result.groups.map(({ answer }) => answer)).toEqual(['$102'])
		expect(events.filter(({ kind }) => kind === 'sample')).toEqual([])
		expect(alternatives.summarize(result)).toBe('No independent solution could be had.')
	})

	test('of which one cannot be read goes on with the others, and no call has the key of another', async () => {
		const oneBroken: ScriptedStep = (request, response) =>
			(JSON.stringify(request.body.messages).includes('Method: backwards') ? reply('Hm.') : answering('$104'))(
				request,
				response,
			)
		await using world = await openReasoning({ solution: oneBroken })
		const { events, result } = await explored(world, { effort: 'high' })
		const keys = events.flatMap((event) => (event.kind === 'model-call-end' ? [event.callKey] : []))
		expect(new Set(keys).size).toBe(keys.length)
		expect(result.samples.every(({ answer }) => answer === '$104')).toBe(true)
	})
})

describe('the lead', () => {
	test('of four unanimous answers ends the sampling', async () => {
		await using world = await openReasoning({ solution: answering('$102') })
		const { result } = await explored(world, { effort: 'high' })
		expect(result.samples).toHaveLength(3)
		expect(result.stoppedEarly).toBe(true)
		expect(alternatives.summarize(result)).toBe(
			'3 of 3 independent solutions agree. More would hardly have changed that.',
		)
	})

	test('of three to one does not', async () => {
		await using world = await openReasoning({ solution: answering('$104') })
		const { result } = await explored(world, { effort: 'high' })
		expect(result.samples).toHaveLength(6)
		expect(result.groups.map(({ answer, votes }) => `${answer} ${votes}`)).toEqual(['$104 6', '$102 1'])
		expect(alternatives.summarize(result)).toBe(
			'0 of 6 independent solutions agree with "$102"; most weight is on "$104".',
		)
	})

	test('does not come from solutions whose arithmetic is wrong, however many agree', async () => {
		await using world = await openReasoning({ solution: wrong('$102') })
		const { result } = await explored(world, { effort: 'high' })
		expect(result.samples).toHaveLength(9)
		expect(result.groups).toEqual([{ key: '102', answer: '$102', votes: 1, weight: 0.5 }])
	})
})

describe('a vote', () => {
	test.each<[string, ScriptedStep, number, string]>([
		['checked by recomputing', answering('$104'), 1, 'Recomputed: 104 + 0 = 104.'],
		['that nothing can recompute', unchecked('$104'), 0.5, 'There was no calculation to recompute.'],
		['with wrong arithmetic', wrong('$104'), 0, 'Recomputed: 8 * 7 is 56, not 54.'],
	])('for a solution %s weighs as much as its check', async (_, solution, weight, check) => {
		await using world = await openReasoning({ solution })
		const { events, result } = await explored(world)
		expect(result.samples[0]).toMatchObject({ weight, check })
		expect(events.find(({ kind }) => kind === 'sample')).toMatchObject({
			weight,
			content: { answer: '$104', key: '104' },
		})
	})

	test('for a chain weighs as much as its checks, and nothing where it has no result', async () => {
		await using world = await openReasoning()
		const weightOf = async (execution: Execution) => (await explored(world, { execution })).result.chain.weight
		expect(await weightOf(checked)).toBe(4)
		expect(await weightOf(anExecution({}, { status: 'unchecked' }))).toBe(2)
		expect(await weightOf(anExecution({ status: 'unchecked' }))).toBe(1)
		expect(await weightOf(inDoubt)).toBe(0.5)
		expect(await weightOf(anExecution({ ...doubtful, result: '(no result)' }))).toBe(0)
	})

	test('three unverified solutions that agree with each other do not outvote a checked chain', async () => {
		await using world = await openReasoning({ solution: unchecked('$99') })
		const { result } = await explored(world, { execution: checked, effort: 'high' })
		expect(result.groups.map(({ answer, weight }) => `${answer} ${weight}`)).toEqual(['$104 4', '$99 1.5'])
	})

	test('is the same for 104, $104.00 and "It costs 104 dollars"', async () => {
		await using world = await openReasoning({
			solution: [answering('104'), answering('$104.00'), answering('It costs 104 dollars')],
		})
		const { result } = await explored(world, { execution: anExecution({ ...doubtful, result: '$104' }) })
		expect(result.groups).toMatchObject([{ key: '104', votes: 4 }])
	})
})

describe('answers in free words', () => {
	const essay = (name: string) => `${name}, since it has ${'very '.repeat(20)}many advantages.`
	const analysis = anAnalysis({ answerType: 'text', constraints: [] })
	const execution = anExecution({ status: 'unchecked', result: essay('Red') })

	test('are grouped by a judge, three comparisons at most in all', async () => {
		let count = 0
		const everyoneDiffers: ScriptedStep = (request, response) =>
			unchecked(essay(`Colour ${count++}`))(request, response)
		await using world = await openReasoning({ solution: everyoneDiffers, sameness: replyJson({ same: false }) })
		const { result } = await explored(world, { analysis, execution, effort: 'high' })
		expect(asked(world, 'sameness')).toHaveLength(3)
		expect(asked(world, 'sameness').map(({ body }) => body.model)).toEqual([
			'judge-model',
			'judge-model',
			'judge-model',
		])
		expect(result.samples).toHaveLength(9)
		expect(result.groups).toHaveLength(10)
	})

	test('that the judge calls the same are one group, each compared once', async () => {
		await using world = await openReasoning({
			solution: [unchecked(essay('Crimson')), unchecked(essay('Scarlet')), unchecked(essay('Ruby'))],
		})
		const { result } = await explored(world, { analysis, execution, effort: 'high' })
		expect(asked(world, 'sameness').map((request) => sectionOf(request, 'first-answer'))).toHaveLength(3)
		expect(result.groups).toMatchObject([{ votes: 4, answer: essay('Red') }])
		expect(result.stoppedEarly).toBe(true)
	})

	test('that cannot be compared stand for themselves', async () => {
		await using world = await openReasoning({ solution: unchecked(essay('Blue')), sameness: reply('Who knows.') })
		const { result } = await explored(world, { analysis, execution })
		expect(result.groups).toHaveLength(4)
		expect(alternatives.summarize(result)).toContain('0 of 3 independent solutions agree with')
	})
})

test('shows every solution, its method, what it was checked with and what it weighs', async () => {
	await using world = await openReasoning({ solution: [answering('$104'), unchecked('$104'), wrong('$100')] })
	const { result } = await explored(world)
	expect(alternatives.describe(result)).toEqual([
		'**Worked out step by step:** $102 (weight 0.5)',
		expect.stringMatching(/^\*\*By the method "forwards":\*\* \$1\d\d \(weight (?:1|0\.5|0); /),
		expect.stringMatching(/^\*\*By the method "backwards":\*\* /),
		expect.stringMatching(/^\*\*By the method "equation":\*\* /),
		'— "$104": 2 votes, weight 1.5',
		'— "$102": 1 vote, weight 0.5',
	])
})

test('what breaks a constraint weighs less than whatever breaks none, the chain included, and the record says why', async () => {
	const analysis = anAnalysis({ constraints: [aConstraint('range', '..103')] })
	const execution = anExecution({}, { result: '$104' })
	await using world = await openReasoning({ solution: [unchecked('$102'), answering('$105'), unchecked('$102')] })
	const { result } = await explored(world, { analysis, execution })
	expect(result.chain.weight).toBeCloseTo(0.4)
	expect(result.samples.map(({ weight }) => weight).toSorted()).toEqual([0.1, 0.5, 0.5])
	expect(result.samples.map(({ check }) => check)).toContain('105 is more than 103.')
	expect(result.groups[0]?.answer).toBe('$102')
})

test('a chain of checked steps that breaks a constraint gets one window: more would outvote what can be corrected', async () => {
	const analysis = anAnalysis({ constraints: [aConstraint('range', '..103')] })
	await using world = await openReasoning({ solution: [unchecked('$101'), unchecked('$102'), unchecked('$100')] })
	const { result } = await explored(world, { analysis, execution: anExecution({}, { result: '$104' }), effort: 'high' })
	expect(result.samples).toHaveLength(3)
})
