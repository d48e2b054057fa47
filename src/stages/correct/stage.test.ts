import { describe, expect, test } from 'vitest'
import {
	aConstraint,
	alternativesOf,
	anAnalysis,
	anExecution,
	byObjective,
	collect,
	doubtful,
	openReasoning,
	type ReasoningWorld,
	type RoleScript,
	replyJson,
	roleOf,
	sectionOf,
	solution,
} from '../../../tests/support/reasoning.ts'
import { reply, type ScriptedStep } from '../../../tests/support/scripted-model-server.ts'
import { limitsFor } from '../../core/effort.ts'
import type { Effort } from '../../core/run-preferences.ts'
import { type Alternatives, keyOf } from '../alternatives/stage.ts'
import type { Analysis } from '../analyze/stage.ts'
import { type Evaluation, evaluate } from '../evaluate/stage.ts'
import type { Execution } from '../execute/stage.ts'
import { correct } from './stage.ts'

const analysis = anAnalysis({ constraints: [] })
const evidence = 'Recomputed: 8 * 7 is 56, not 54.'

/** Two independent steps and one that adds them; the second one is wrong. */
const slipped = anExecution(
	{ objective: 'Price the pens.', inputs: ['g1'], result: '$48' },
	{ ...doubtful, objective: 'Price the markers.', inputs: ['g2'], result: '$54', samples: 2 },
	{ status: 'low-confidence', isDerived: true, objective: 'Add both.', inputs: ['s1', 's2'], result: '$102' },
)
const right: Readonly<Record<string, ScriptedStep>> = {
	'Price the markers.': replyJson(solution('8 * 7', '56')),
	'Add both.': replyJson(solution('48 + 56', '104')),
}

type Given = {
	readonly execution?: Execution
	readonly analysis?: Analysis
	readonly effort?: Effort
	readonly alternatives?: Alternatives
}

/** What the evaluation says of the chain, then the correction. */
async function corrected(world: ReasoningWorld, given: Given = {}) {
	const inputs = { analysis: given.analysis ?? analysis, execution: given.execution ?? slipped }
	const effort = given.effort ?? 'medium'
	const { result: evaluation } = await collect(
		evaluate.run(
			{ ...inputs, alternatives: given.alternatives ?? null, rival: null },
			world.context('evaluate', effort),
		),
	)
	return collect(correct.run({ ...inputs, evaluation }, world.context('correct', effort)))
}

const objectives = (world: ReasoningWorld) =>
	world.server.requests
		.filter((request) => roleOf(request) === 'subtask-result')
		.map((request) => sectionOf(request, 'objective'))

describe('whether anything is corrected', () => {
	const evaluation: Evaluation = {
		passed: false,
		confidence: 'low',
		final: '$102',
		source: 'chain',
		work: '',
		checks: [],
		failures: [{ where: 's2', evidence, subtaskId: 's2', isProven: true }],
		steps: { checked: 1, of: 3 },
		voteShare: 1,
		ballots: [],
		otherwise: null,
		closeCall: null,
		score: -1,
	}
	const judged = [{ where: 'c3', evidence: 'It shouts.', subtaskId: null, isProven: false }]

	test.each<[string, Partial<Evaluation>, Effort, string | null]>([
		['nothing failed', { passed: true, failures: [] }, 'high', 'Nothing failed.'],
		['the effort is low', {}, 'low', 'Low effort corrects nothing; what failed is named in the answer.'],
		[
			'only a judge complains',
			{ failures: judged },
			'high',
			'No check from outside has shown a mistake, and an opinion is no reason.',
		],
		[
			'the answer was found as a whole',
			{ source: 'alternative' },
			'high',
			'The answer was found as a whole; there is no step to begin from.',
		],
		[
			'the answer is the rival of the chain',
			{ source: 'rival' },
			'high',
			'The answer was found as a whole; there is no step to begin from.',
		],
		['a check has shown a mistake', {}, 'medium', null],
		[
			'a check has shown a mistake and a judge complains',
			{ failures: [...judged, ...evaluation.failures] },
			'medium',
			null,
		],
	])('where %s', (_, changes, effort, because) => {
		const inputs = { analysis, execution: slipped, evaluation: { ...evaluation, ...changes } }
		const circumstances = { question: '', effort, limits: limitsFor('staged', effort), modelKind: 'plain' } as const
		const skip = correct.skip?.(inputs, circumstances) ?? null
		expect(skip?.because ?? null).toBe(because)
		if (skip === null) return
		expect(skip.output).toEqual(correct.withoutBudget?.(inputs, circumstances))
		expect(skip.output).toMatchObject({ final: '$102', subtasks: slipped.subtasks, rounds: [] })
	})
})

describe('a correction', () => {
	test('begins at the failing step, redoes what rests on it and nothing else, and is kept', async () => {
		await using world = await openReasoning({ 'subtask-result': byObjective(right) })
		const { events, result } = await corrected(world)
		expect(objectives(world)).toEqual(['Price the markers.', 'Add both.'])
		expect(result).toMatchObject({ final: '$104', passed: true, confidence: 'high', failures: [] })
		expect(result.rounds).toEqual([{ where: 's2', reason: evidence, before: '$102', after: '$104', accepted: true }])
		expect(result.subtasks.map(({ id, result: own, status, samples }) => `${id} ${own} ${status} ${samples}`)).toEqual([
			's1 $48 checked 1',
			's2 $56 checked 3',
			's3 $104 checked 2',
		])
		expect(events.find(({ kind }) => kind === 'correction')).toMatchObject({
			round: 1,
			accepted: true,
			content: { before: '$102', after: '$104', reason: evidence },
		})
		expect(correct.summarize(result)).toBe('Corrected: $102 → $104.')
		expect(correct.describe(result)).toEqual([`**Round 1 (s2):** $102 → $104, kept. Reason: ${evidence}`])
	})

	test('tells the failing step what the check found, and the steps behind it only their new inputs', async () => {
		await using world = await openReasoning({ 'subtask-result': byObjective(right) })
		await corrected(world)
		const [failing, behind] = world.server.requests
		if (failing === undefined || behind === undefined) throw new Error('a request is missing')
		expect(sectionOf(failing, 'evidence')).toBe(evidence)
		expect(sectionOf(failing, 'rejected-result')).toBe('$54')
		expect(sectionOf(failing, 'inputs')).toBe('g2: 8 boxes of markers at $7 each')
		expect(sectionOf(behind, 'inputs')).toBe('s1: dollars: $48\ns2: dollars: $56')
		expect(JSON.stringify(behind.body)).not.toContain('not 54')
	})

	test('of a constraint that the answer violates begins at the last step', async () => {
		const inDollars = anAnalysis({ constraints: [aConstraint('unit', '$')] })
		const inEuros = anExecution(
			{ objective: 'Price the pens.', result: '$48' },
			{ objective: 'Add both.', result: '104 €' },
		)
		await using world = await openReasoning({ 'subtask-result': byObjective(right) })
		const { result } = await corrected(world, { analysis: inDollars, execution: inEuros })
		expect(objectives(world)).toEqual(['Add both.'])
		expect(result).toMatchObject({ final: '$104', passed: true })
	})

	test('whose result fails its own check is not kept: the best state is what was there', async () => {
		const wrongAgain = { ...right, 'Price the markers.': replyJson(solution('8 * 7', '55')) }
		await using world = await openReasoning({ 'subtask-result': byObjective(wrongAgain) })
		const { events, result } = await corrected(world)
		expect(result).toMatchObject({ final: '$102', passed: false, subtasks: slipped.subtasks })
		expect(result.rounds).toMatchObject([{ accepted: false }])
		expect(events.find(({ kind }) => kind === 'correction')).toMatchObject({ accepted: false })
		expect(correct.summarize(result)).toBe('No correction was better than what was there.')
		expect(correct.describe(result)[0]).toContain('not kept, since it is no better')
	})

	test('that mends one thing and breaks another is not kept', async () => {
		const constraints = [aConstraint('unit', '$', 'c1'), aConstraint('range', '..103', 'c2')]
		const inEuros = anExecution({ objective: 'Add both.', result: '102 €' })
		await using world = await openReasoning({ 'subtask-result': byObjective(right) })
		const { result } = await corrected(world, { analysis: anAnalysis({ constraints }), execution: inEuros })
		expect(result).toMatchObject({ final: '102 €', rounds: [{ where: 'c1', after: '$104', accepted: false }] })
	})

	test('that cannot be read changes nothing, and nothing behind it is done again', async () => {
		await using world = await openReasoning({ 'subtask-result': reply('Let me see.') })
		const { result } = await corrected(world)
		expect(new Set(objectives(world))).toEqual(new Set(['Price the markers.']))
		expect(result).toMatchObject({ final: '$102', subtasks: slipped.subtasks, rounds: [{ accepted: false }] })
	})

	test('of what nothing can recompute is put to the blind verifier', async () => {
		const inWords = anExecution({ ...doubtful, objective: 'Name it.', result: 'green' })
		const script: RoleScript = {
			'subtask-result': replyJson({ work: 'Grzblfx.', calculations: [], result: 'blue' }),
		}
		await using world = await openReasoning(script)
		const { result } = await corrected(world, { execution: inWords })
		expect(world.roles()).toEqual(['subtask-result', 'claim-check'])
		expect(JSON.stringify(world.server.requests[1]?.body)).not.toContain('Grzblfx')
		expect(result).toMatchObject({ final: 'blue', passed: true, subtasks: [{ checkedBy: 'verifier' }] })
	})
})

describe('with other solutions at hand', () => {
	const inDollars = anAnalysis({ constraints: [aConstraint('unit', '$')] })
	const inEuros = anExecution(
		{ objective: 'Price the pens.', result: '$48' },
		{ objective: 'Add both.', result: '104 €' },
	)
	const given = { analysis: inDollars, execution: inEuros }

	test('a correction that comes to what they say has their votes from then on', async () => {
		await using world = await openReasoning({ 'subtask-result': byObjective(right) })
		const { result } = await corrected(world, {
			...given,
			alternatives: alternativesOf(
				inEuros,
				['$104', keyOf('$104', inDollars), 1],
				['$104', keyOf('$104', inDollars), 1],
				['$99', '$99', 1],
			),
		})
		expect(result).toMatchObject({ final: '$104', passed: true, confidence: 'high', insteadOfChain: null })
		expect(result.voteShare).toBeCloseTo(6 / 7)
		expect(correct.describe(result)).toContain('**Votes:** 86 % of the weight of all solutions is for "$104" now.')
	})

	test('a correction that comes to something else has only its own, and is the less sure', async () => {
		await using world = await openReasoning({ 'subtask-result': byObjective(right) })
		const { result } = await corrected(world, {
			...given,
			alternatives: alternativesOf(inEuros, ['$99', '$99', 1], ['$98', '$98', 1], ['$97', '$97', 1]),
		})
		expect(result).toMatchObject({ final: '$104', passed: true, confidence: 'medium' })
		expect(result.voteShare).toBeCloseTo(4 / 7)
	})

	test('what cannot be corrected makes way for the one that breaks nothing', async () => {
		const stays = byObjective({ 'Add both.': replyJson({ ...solution('48 + 56', '104'), result: '104 €' }) })
		await using world = await openReasoning({ 'subtask-result': stays })
		const { result } = await corrected(world, {
			...given,
			alternatives: alternativesOf(inEuros, ['$99', '$99', 1], ['$99', '$99', 1]),
		})
		expect(result).toMatchObject({ final: '$99', passed: true, failures: [], insteadOfChain: 'Way 1.' })
		expect(correct.summarize(result)).toBe('No correction was good enough; another solution gives $99.')
		expect(correct.describe(result)).toContain('**Given instead:** $99, as another solution has it.')
	})

	test('the same holds where the budget does not cover a correction', async () => {
		await using world = await openReasoning()
		const alternatives = alternativesOf(inEuros, ['$99', '$99', 1], ['$99', '$99', 1])
		const { result: evaluation } = await collect(
			evaluate.run({ ...given, alternatives, rival: null }, world.context('evaluate')),
		)
		const circumstances = {
			question: '',
			effort: 'medium',
			limits: limitsFor('staged', 'medium'),
			modelKind: 'plain',
		} as const
		const output = correct.withoutBudget?.({ ...given, evaluation }, circumstances)
		expect(output).toMatchObject({ final: '$99', rounds: [], insteadOfChain: 'Way 1.' })
	})
})

describe('the rounds', () => {
	const wrongFirst: readonly ScriptedStep[] = [
		replyJson(solution('8 * 7', '55')),
		replyJson(solution('55 + 48', '103')),
		replyJson(solution('8 * 7', '56')),
		replyJson(solution('48 + 56', '104')),
	]

	test.each<[Effort, number, string]>([
		['medium', 1, '$102'],
		['high', 2, '$104'],
	])('at %s effort are %d', async (effort, rounds, final) => {
		await using world = await openReasoning({ 'subtask-result': wrongFirst })
		const { result } = await corrected(world, { effort })
		expect(result.rounds).toHaveLength(rounds)
		expect(result.final).toBe(final)
	})

	test('end as soon as nothing is proven to be wrong', async () => {
		await using world = await openReasoning({ 'subtask-result': byObjective(right) })
		const { result } = await corrected(world, { effort: 'high' })
		expect(result.rounds).toHaveLength(1)
	})

	test('go from the best state, not from the last: what was refused is not built upon', async () => {
		const both = anExecution(
			{ ...doubtful, objective: 'Price the pens.', inputs: ['g1'], result: '$47' },
			{ ...doubtful, objective: 'Price the markers.', inputs: ['g2'], result: '$54' },
			{ status: 'low-confidence', isDerived: true, objective: 'Add both.', inputs: ['s1', 's2'], result: '$101' },
		)
		const script = { ...right, 'Price the pens.': replyJson(solution('12 * 4', '48')) }
		const sums: ScriptedStep = (request, response) =>
			replyJson(sectionOf(request, 'inputs').includes('$56') ? solution('48 + 56', '104') : solution('48 + 54', '102'))(
				request,
				response,
			)
		await using world = await openReasoning({ 'subtask-result': byObjective({ ...script, 'Add both.': sums }) })
		const { result } = await corrected(world, { execution: both, effort: 'high' })
		expect(
			result.rounds.map(({ where, before, after, accepted }) => `${where} ${before} ${after} ${accepted}`),
		).toEqual(['s1 $101 $102 true', 's2 $102 $104 true'])
		expect(result).toMatchObject({ final: '$104', passed: true })
	})

	test('begin with a step that failed, since the constraint may fail because of it', async () => {
		const large = anAnalysis({ constraints: [aConstraint('range', '103..')] })
		await using world = await openReasoning({ 'subtask-result': byObjective(right) })
		const { result } = await corrected(world, { analysis: large })
		expect(result).toMatchObject({ passed: true, rounds: [{ where: 's2', after: '$104', accepted: true }] })
	})

	test('that leave something open name it', async () => {
		const sentence = anAnalysis({ constraints: [aConstraint('must-include', 'pens')] })
		await using world = await openReasoning({ 'subtask-result': byObjective(right) })
		const { result } = await corrected(world, { analysis: sentence })
		expect(result.passed).toBe(false)
		expect(correct.summarize(result)).toContain('Still open: c1.')
	})
})
