import { describe, expect, test } from 'vitest'
import type { SessionChoices } from '../../../tests/support/reasoning.ts'
import {
	aConstraint,
	alternativesOf,
	anAnalysis,
	anExecution,
	collect,
	doubtful,
	openReasoning,
	type ReasoningWorld,
	replyJson,
	roleOf,
	sectionOf,
} from '../../../tests/support/reasoning.ts'
import { reply, type ScriptedStep } from '../../../tests/support/scripted-model-server.ts'
import { type Constraint, constraintKindSchema } from '../../checks/constraint.ts'
import type { Effort } from '../../core/run-preferences.ts'
import type { Alternatives } from '../alternatives/stage.ts'
import type { Analysis } from '../analyze/stage.ts'
import type { Execution } from '../execute/stage.ts'
import { evaluate } from './stage.ts'

const withConstraints = (...constraints: readonly Constraint[]): Analysis =>
	anAnalysis({ constraints: [...constraints] })
const isNumber: Constraint = { id: 'c1', kind: 'number', statement: 'It is a number.', value: null }
const namesParis: Constraint = { id: 'c2', kind: 'must-include', statement: 'It names Paris.', value: 'Paris' }
const isPolite: Constraint = { id: 'c3', kind: 'other', statement: 'It is polite.', value: null }

type Given = {
	readonly analysis?: Analysis
	readonly execution?: Execution
	readonly alternatives?: Alternatives | null
	readonly rival?: Execution | null
	readonly choices?: SessionChoices
	readonly effort?: Effort
}

function evaluated(world: ReasoningWorld, given: Given) {
	const { analysis = withConstraints(), execution = anExecution({}), alternatives = null, rival = null } = given
	return collect(
		evaluate.run(
			{ analysis, execution, alternatives, rival },
			world.context('evaluate', given.effort ?? 'medium', given.choices),
		),
	)
}

function judging(holds: boolean) {
	return replyJson({ checks: [{ id: 'c3', holds, evidence: holds ? 'It says please.' : 'It shouts.' }] })
}

describe('the verdict', () => {
	test('passes with high confidence where every step was checked and every constraint computed, without a call', async () => {
		await using world = await openReasoning()
		const { events, result } = await evaluated(world, {
			analysis: withConstraints(isNumber),
			execution: anExecution({}, {}),
		})
		expect(result).toMatchObject({ passed: true, confidence: 'high', failures: [], steps: { checked: 2, of: 2 } })
		expect(result).toMatchObject({ final: '$104', source: 'chain', voteShare: 1, closeCall: null })
		expect(world.server.requests).toHaveLength(0)
		expect(events.map(({ kind }) => kind)).toEqual(['checkpoint', 'verdict'])
		expect(evaluate.summarize(result)).toBe('Passed: 2 of 2 steps checked, 1 of 1 requirement met.')
	})

	test('is of medium confidence where a step could not be checked', async () => {
		await using world = await openReasoning()
		const { result } = await evaluated(world, { execution: anExecution({}, { status: 'unchecked' }) })
		expect(result).toMatchObject({ passed: true, confidence: 'medium' })
	})

	describe('has one that is not high where', () => {
		const verified = { checkedBy: 'verifier' } as const

		test('every step rests on the word of a model alone', async () => {
			await using world = await openReasoning()
			const { result } = await evaluated(world, { execution: anExecution(verified, verified) })
			expect(result).toMatchObject({ passed: true, confidence: 'medium', steps: { checked: 2, of: 2 } })
		})

		test('a reading of the question still differed from it after it was read again', async () => {
			await using world = await openReasoning()
			const interpretation = { differences: ['dropped: tax'], agreed: false, remaining: ['dropped: tax'] }
			const { result } = await evaluated(world, { analysis: anAnalysis({ constraints: [], interpretation }) })
			expect(result).toMatchObject({ passed: true, confidence: 'medium' })
		})

		test('there was nothing to check, and says so', async () => {
			await using world = await openReasoning()
			const execution = anExecution({ status: 'unchecked', checkedBy: null, result: 'Paris' })
			const others = alternativesOf(execution, ['Rome', 'rome', 3])
			const { result } = await evaluated(world, { execution, alternatives: others })
			expect(result).toMatchObject({ final: 'Rome', passed: true, confidence: 'medium' })
			expect(evaluate.summarize(result)).toBe('Nothing speaks against it, but there was nothing to check.')
		})
	})

	test('has a high one where a model has verified every step and another solution comes to the same', async () => {
		await using world = await openReasoning()
		const execution = anExecution({ checkedBy: 'verifier' })
		const { result } = await evaluated(world, {
			execution,
			alternatives: alternativesOf(execution, ['$104', '104', 1]),
		})
		expect(result).toMatchObject({ passed: true, confidence: 'high' })
	})

	test('fails with low confidence where the result says that the question is not answered', async () => {
		await using world = await openReasoning()
		const { result } = await evaluated(world, { execution: anExecution({ result: "I'm sorry, I can't answer that." }) })
		const evidence = "It says that the question can't be answered."
		expect(result).toMatchObject({ passed: false, confidence: 'low', failures: [{ evidence, isProven: false }] })
	})

	test('leaves a result that says so for an alternative that answers', async () => {
		await using world = await openReasoning()
		const execution = anExecution({ result: "I can't answer that.", status: 'unchecked', checkedBy: null })
		const { result } = await evaluated(world, {
			execution,
			alternatives: alternativesOf(execution, ['$104', '104', 0.5]),
		})
		expect(result).toMatchObject({ final: '$104', source: 'alternative', passed: true, confidence: 'medium' })
	})

	test('fails with the constraint that does not hold and what shows it', async () => {
		await using world = await openReasoning()
		const { events, result } = await evaluated(world, { analysis: withConstraints(isNumber, namesParis) })
		expect(result).toMatchObject({
			passed: false,
			confidence: 'low',
			failures: [{ where: 'c2', evidence: '"Paris" does not occur in "$104".', subtaskId: null, isProven: true }],
		})
		expect(events.at(-1)).toMatchObject({
			kind: 'verdict',
			passed: false,
			content: { failures: [{ where: 'c2', evidence: '"Paris" does not occur in "$104".' }] },
		})
		expect(evaluate.describe(result)).toEqual([
			'✓ It is a number. — "$104" has a number.',
			'✗ It names Paris. — "Paris" does not occur in "$104".',
		])
	})

	test('fails with the step that is in doubt and what its check said, but not with those that only rest on it', async () => {
		await using world = await openReasoning()
		const { result } = await evaluated(world, {
			execution: anExecution({}, doubtful, { status: 'low-confidence', isDerived: true, inputs: ['s2'] }),
		})
		const evidence = 'Recomputed: 8 * 7 is 56, not 54.'
		expect(result.failures).toEqual([{ where: 's2', evidence, subtaskId: 's2', isProven: true }])
		expect(evaluate.describe(result)).toEqual([`✗ **s2:** ${evidence}`])
		expect(evaluate.summarize(result)).toBe(`Not everything holds: ${evidence}`)
	})
})

describe('every kind of constraint can change the verdict', () => {
	const long = 'The order costs 104 dollars in total and it is delivered tomorrow.'
	/** What satisfies the constraint, and what does not. */
	const examples: Readonly<Record<Constraint['kind'], readonly [value: string | null, good: string, bad: string]>> = {
		number: [null, '$104', 'a lot'],
		integer: [null, '104', '104.5'],
		range: ['1..200', '104', '204'],
		unit: ['dollars', '$104', '104 €'],
		length: ['<= 3 words', 'It costs $104', 'It costs $104 in total'],
		format: ['iso-date', '2024-03-05', '5 March 2024'],
		'must-include': ['Paris', 'Paris', 'London'],
		language: ['en', long, 'Die Bestellung kostet zusammen 104 Dollar und wird morgen geliefert.'],
		other: [null, 'It is, please.', 'IT IS!'],
	}

	test.each(constraintKindSchema.options)('%s', async (kind) => {
		const [value, good, bad] = examples[kind]
		const judge: ScriptedStep = (request, response) => {
			const holds = sectionOf(request, 'final-result') === good
			return replyJson({ checks: [{ id: 'c1', holds, evidence: 'Read it.' }] })(request, response)
		}
		await using world = await openReasoning({ judgement: judge })
		const analysis = withConstraints(aConstraint(kind, value))
		const verdictOn = async (result: string) =>
			(await evaluated(world, { analysis, execution: anExecution({ result }) })).result
		expect(await verdictOn(good)).toMatchObject({ passed: true, checks: [{ outcome: 'holds' }] })
		expect(await verdictOn(bad)).toMatchObject({
			passed: false,
			checks: [{ outcome: 'fails' }],
			failures: [{ where: 'c1', isProven: kind !== 'other' }],
		})
		expect(world.server.requests).toHaveLength(kind === 'other' ? 2 : 0)
	})
})

describe('the judge', () => {
	test('is asked only about what cannot be computed, and does not see how the result was found', async () => {
		await using world = await openReasoning({ judgement: judging(true) })
		const execution = anExecution({ work: 'Grzblfx.' })
		const { result } = await evaluated(world, { analysis: withConstraints(isNumber, isPolite), execution })
		expect(result).toMatchObject({ passed: true, confidence: 'high' })
		const [request] = world.server.requests
		if (request === undefined) throw new Error('there was no request')
		expect(sectionOf(request, 'constraints')).toBe('c3: It is polite.')
		expect(JSON.stringify(request.body)).not.toContain('Grzblfx')
		expect(request.body.model).toBe('judge-model')
	})

	test('who finds a violation fails the result, with the evidence, but proves nothing', async () => {
		await using world = await openReasoning({ judgement: judging(false) })
		const { events, result } = await evaluated(world, { analysis: withConstraints(isPolite) })
		expect(result).toMatchObject({
			passed: false,
			failures: [{ where: 'c3', evidence: 'It shouts.', isProven: false }],
		})
		expect(events.find(({ kind }) => kind === 'checkpoint')).toMatchObject({ method: 'judge', passed: false })
	})

	test('who leaves a constraint out has not checked it: it is open, and the confidence is no longer high', async () => {
		const invented = replyJson({ checks: [{ id: 'c9', holds: false, evidence: 'I do not like it.' }] })
		await using world = await openReasoning({ judgement: invented })
		const { events, result } = await evaluated(world, { analysis: withConstraints(isNumber, isPolite) })
		expect(result).toMatchObject({
			passed: true,
			confidence: 'medium',
			checks: [{ outcome: 'holds' }, { id: 'c3', outcome: 'not-checked' }],
		})
		expect(events.filter(({ kind }) => kind === 'checkpoint')).toHaveLength(1)
		expect(evaluate.summarize(result)).toBe('Passed: 1 of 1 step checked, 1 of 2 requirements met, 1 not checked.')
		expect(evaluate.describe(result)[1]).toBe('? It is polite. — The judge said nothing about it.')
	})

	test('who cannot be read has said nothing', async () => {
		await using world = await openReasoning({ judgement: reply('All good!') })
		const { result } = await evaluated(world, { analysis: withConstraints(isPolite) })
		expect(result).toMatchObject({ passed: true, confidence: 'medium', checks: [{ outcome: 'not-checked' }] })
	})

	test('reads the results of the chain that was chosen, not of the one that was not', async () => {
		await using world = await openReasoning({ judgement: judging(true) })
		const rival = anExecution({ objective: 'Count again.', result: '$105' })
		await evaluated(world, {
			analysis: withConstraints(isPolite),
			execution: anExecution({ ...doubtful, objective: 'Count.', result: '$99' }),
			rival,
			choices: { workflow: 'two-minds' },
		})
		const [request] = world.server.requests
		if (request === undefined) throw new Error('there was no request')
		expect(sectionOf(request, 'results')).toBe('s1: Count again.: $105')
		expect(sectionOf(request, 'final-result')).toBe('$105')
	})
})

describe('votes', () => {
	test('leave a checked chain where it is, however many unchecked samples agree on something else', async () => {
		await using world = await openReasoning()
		const execution = anExecution({})
		const others = alternativesOf(execution, ['$99', '99', 0.5], ['$99', '99', 0.5], ['$99', '99', 0.5])
		const { result } = await evaluated(world, { execution, alternatives: others })
		expect(result).toMatchObject({ final: '$104', source: 'chain', confidence: 'high', passed: true })
		expect(result.voteShare).toBeCloseTo(4 / 5.5)
		expect(evaluate.describe(result)).toEqual(['**Votes:** 73 % of the weight of all solutions is for "$104".'])
	})

	test('choose the alternative where the chain is in doubt, and what failed in the chain fails no longer', async () => {
		await using world = await openReasoning()
		const execution = anExecution({ ...doubtful, result: '$102' })
		const others = alternativesOf(execution, ['$104', '104', 1], ['$104', '104', 1], ['$102', '102', 0])
		const { result } = await evaluated(world, { execution, alternatives: others })
		expect(result).toMatchObject({
			final: '$104',
			source: 'alternative',
			work: 'Way 1.',
			passed: true,
			confidence: 'medium',
		})
		expect(result.steps).toEqual({ checked: 0, of: 0 })
		expect(evaluate.describe(result)[0]).toBe('**Chosen instead of the worked-out result:** $104')
		expect(world.server.requests).toHaveLength(0)
	})

	test('for what was chosen are checked against the constraints like the chain would be', async () => {
		await using world = await openReasoning()
		const execution = anExecution({ ...doubtful, result: '$102' })
		const others = alternativesOf(execution, ['104 €', '104', 1], ['104 €', '104', 1])
		const { result } = await evaluated(world, {
			analysis: withConstraints(aConstraint('unit', '$')),
			execution,
			alternatives: others,
		})
		expect(result).toMatchObject({ source: 'alternative', passed: false, failures: [{ where: 'c1' }] })
	})

	test('are few for a chain that breaks a constraint: one that breaks none is chosen where nothing is corrected', async () => {
		await using world = await openReasoning()
		const execution = anExecution({ result: '102 €' })
		const others = alternativesOf(execution, ['$104', '$104', 0.5])
		const given = { analysis: withConstraints(aConstraint('unit', '$')), execution, alternatives: others }
		const { result } = await evaluated(world, { ...given, effort: 'low' })
		expect(result).toMatchObject({ final: '$104', source: 'alternative', passed: true, otherwise: null })
	})

	test('of its steps stay with such a chain as long as it can be corrected, and the record says so', async () => {
		await using world = await openReasoning()
		const execution = anExecution({ result: '102 €' })
		const others = alternativesOf(execution, ['$99', '$99', 1], ['$99', '$99', 1])
		const given = { analysis: withConstraints(aConstraint('unit', '$')), execution, alternatives: others }
		const { result } = await evaluated(world, given)
		expect(result).toMatchObject({ final: '102 €', source: 'chain', passed: false, otherwise: '$99' })
		expect(result.voteShare).toBeCloseTo(0.4 / 2.4)
		expect(evaluate.describe(result)).toContain(
			'**Not given up yet:** it is corrected first; if that fails, the answer is "$99".',
		)
	})

	test('that are few make the confidence low', async () => {
		await using world = await openReasoning({ choice: replyJson({ choice: 'neither', evidence: '' }) })
		const execution = anExecution({ status: 'unchecked' })
		const others = alternativesOf(execution, ['$1', '1', 0.9], ['$2', '2', 0.5], ['$3', '3', 0.5])
		const { result } = await evaluated(world, { execution, alternatives: others })
		expect(result).toMatchObject({ final: '$104', confidence: 'low' })
		expect(result.voteShare).toBeLessThan(0.5)
	})
})

describe('a close call', () => {
	const execution = anExecution({ status: 'unchecked' })
	const others = alternativesOf(execution, ['$99', '99', 1])
	/** Chooses by what stands in the section, so that the order makes no difference. */
	const always =
		(answer: string): ScriptedStep =>
		(request, response) =>
			replyJson({
				choice: sectionOf(request, 'first-answer') === answer ? 'first' : 'second',
				evidence: `I get ${answer}.`,
			})(request, response)
	const choosing = (world: ReasoningWorld) => world.server.requests.filter((request) => roleOf(request) === 'choice')

	test('is put to a judge in both orders, and counts where both agree', async () => {
		await using world = await openReasoning({ choice: always('$99') })
		const { events, result } = await evaluated(world, { execution, alternatives: others })
		const orders = choosing(world).map(
			(request) => `${sectionOf(request, 'first-answer')} ${sectionOf(request, 'second-answer')}`,
		)
		expect(orders.toSorted()).toEqual(['$104 $99', '$99 $104'])
		expect(result).toMatchObject({
			final: '$99',
			source: 'alternative',
			closeCall: 'A judge chose "$99" in both orders: I get $99.',
		})
		expect(events.find(({ kind }) => kind === 'checkpoint')).toMatchObject({ method: 'pairwise', passed: true })
		expect(evaluate.describe(result)[1]).toBe('**Close call:** A judge chose "$99" in both orders: I get $99.')
	})

	test.each<[string, ScriptedStep]>([
		['likes whatever it reads first', replyJson({ choice: 'first', evidence: 'It sounds right.' })],
		['likes whatever it reads second', replyJson({ choice: 'second', evidence: 'It sounds right.' })],
		['chooses neither', replyJson({ choice: 'neither', evidence: '' })],
		['cannot be read', reply('The first one, I think.')],
	])('changes nothing where the judge %s', async (_, choice) => {
		await using world = await openReasoning({ choice })
		const { events, result } = await evaluated(world, { execution, alternatives: others })
		expect(result).toMatchObject({ final: '$104', source: 'chain' })
		expect(result.closeCall).toContain('did not choose the same twice')
		expect(events.find(({ kind }) => kind === 'checkpoint')).toMatchObject({ method: 'pairwise', passed: false })
	})

	test('that can be read in one order only counts for nothing', async () => {
		const oneOrder: ScriptedStep = (request, response) =>
			(sectionOf(request, 'first-answer') === '$99' ? always('$99') : reply('Hm.'))(request, response)
		await using world = await openReasoning({ choice: oneOrder })
		expect((await evaluated(world, { execution, alternatives: others })).result.final).toBe('$104')
	})

	test('is none where one answer clearly leads', async () => {
		await using world = await openReasoning({ choice: always('$99') })
		const clear = alternativesOf(anExecution({}), ['$99', '99', 1], ['$99', '99', 1])
		await evaluated(world, { execution: anExecution({}), alternatives: clear })
		expect(choosing(world)).toHaveLength(0)
	})

	test('is none where a computation refutes one of both: nobody needs to be asked', async () => {
		await using world = await openReasoning({ choice: always('$99') })
		const analysis = withConstraints(aConstraint('range', '100..'))
		const doubted = anExecution({ ...doubtful, result: '$104' })
		const refuted = alternativesOf(doubted, ['$99', '99', 0.5])
		const { result } = await evaluated(world, { analysis, execution: doubted, alternatives: refuted, effort: 'low' })
		expect(result).toMatchObject({ final: '$104', closeCall: null })
		expect(choosing(world)).toHaveLength(0)
	})

	test('without a judge in the workflow is won by the heavier answer', async () => {
		await using world = await openReasoning({ choice: always('$99') })
		const { result } = await evaluated(world, { execution, alternatives: others, choices: { workflow: 'quick' } })
		expect(result).toMatchObject({ final: '$104', closeCall: null })
		expect(choosing(world)).toHaveLength(0)
	})
})

describe('a rival chain', () => {
	const choices = { workflow: 'two-minds' }

	test('that comes to the same makes it surer, without a call', async () => {
		await using world = await openReasoning()
		const { result } = await evaluated(world, { rival: anExecution({ result: '104 dollars' }), choices })
		expect(result).toMatchObject({ final: '$104', source: 'chain', voteShare: 1, confidence: 'high' })
		expect(world.server.requests).toHaveLength(0)
	})

	test.each([
		['first', '104 €', '$105', 'rival'],
		['second', '$104', '105 €', 'chain'],
	])(
		'wins without a judge where the %s one breaks a constraint, however well both were checked',
		async (_, result, other, source) => {
			await using world = await openReasoning()
			const analysis = withConstraints(aConstraint('unit', '$'))
			const execution = anExecution({ result })
			const { result: found } = await evaluated(world, {
				analysis,
				execution,
				rival: anExecution({ result: other }),
				choices,
			})
			expect(found).toMatchObject({ source, passed: true, closeCall: null })
			expect(world.server.requests).toHaveLength(0)
		},
	)

	test('that was checked wins over one that is in doubt', async () => {
		await using world = await openReasoning()
		const rival = anExecution({ objective: 'Count again.', result: '$104' })
		const { result } = await evaluated(world, {
			execution: anExecution({ ...doubtful, result: '$99' }),
			rival,
			choices,
		})
		expect(result).toMatchObject({
			final: '$104',
			source: 'rival',
			work: 'Count again. $104',
			passed: true,
			steps: { checked: 1, of: 1 },
		})
	})

	test('that is as good as the first one is judged by a third', async () => {
		const rivalWins: ScriptedStep = (request, response) =>
			replyJson({ choice: sectionOf(request, 'first-answer') === '$105' ? 'first' : 'second', evidence: 'Counted.' })(
				request,
				response,
			)
		await using world = await openReasoning({ choice: rivalWins })
		const { result } = await evaluated(world, { rival: anExecution({ result: '$105' }), choices })
		expect(result).toMatchObject({ final: '$105', source: 'rival' })
		expect(world.server.requests.map(({ body }) => body.model)).toEqual(['judge-model', 'judge-model'])
	})

	test('that was chosen answers for its own failed steps', async () => {
		await using world = await openReasoning()
		const { result } = await evaluated(world, {
			execution: anExecution({ ...doubtful, result: '(no result)' }),
			rival: anExecution({ ...doubtful, result: '$105' }),
			choices,
		})
		expect(result).toMatchObject({ final: '$105', source: 'rival', passed: false, failures: [{ subtaskId: 's1' }] })
	})
})
