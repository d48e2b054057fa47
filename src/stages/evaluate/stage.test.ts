import { describe, expect, test } from 'vitest'
import {
	collect,
	openReasoning,
	order,
	type ReasoningWorld,
	replyJson,
	sectionOf,
} from '../../../tests/support/reasoning.ts'
import { type Analysis, analysisSchema, type Constraint } from '../analyze/stage.ts'
import type { Execution } from '../execute/stage.ts'
import { evaluate } from './stage.ts'

type Status = Execution['subtasks'][number]['status']

function execution(...states: readonly Status[]): Execution {
	const subtasks = states.map((status, index) => ({
		id: `s${index + 1}`,
		objective: 'Work.',
		expectedOutput: 'dollars',
		work: '',
		result: '$104',
		status,
		samples: 1,
		checks: status === 'low-confidence' ? ['Recomputed: 8 * 7 is 56, not 54.'] : [],
	}))
	return { subtasks, final: '$104' }
}

function withConstraints(...constraints: readonly Constraint[]): Analysis {
	return { ...analysisSchema.parse(order.analysis), constraints: [...constraints] }
}

const isNumber: Constraint = { id: 'c1', kind: 'number', statement: 'It is a number.', value: null }
const namesParis: Constraint = { id: 'c2', kind: 'must-include', statement: 'It names Paris.', value: 'Paris' }
const isPolite: Constraint = { id: 'c3', kind: 'other', statement: 'It is polite.', value: null }

function evaluated(world: ReasoningWorld, analysis: Analysis, given: Execution) {
	return collect(evaluate.run({ analysis, execution: given }, world.context('evaluate')))
}

function judging(holds: boolean) {
	return replyJson({ checks: [{ id: 'c3', holds, evidence: holds ? 'It says please.' : 'It shouts.' }] })
}

describe('the verdict', () => {
	test('passes with high confidence where every step was checked and every constraint computed, without a call', async () => {
		await using world = await openReasoning()
		const { events, result } = await evaluated(world, withConstraints(isNumber), execution('checked', 'checked'))
		expect(result).toMatchObject({ passed: true, confidence: 'high', failures: [], steps: { checked: 2, of: 2 } })
		expect(world.server.requests).toHaveLength(0)
		expect(events.map(({ kind }) => kind)).toEqual(['checkpoint', 'verdict'])
		expect(evaluate.summarize(result)).toBe('Passed: 2 of 2 steps recomputed, 1 of 1 requirement met.')
	})

	test('is of medium confidence where a step could not be checked', async () => {
		await using world = await openReasoning()
		const { result } = await evaluated(world, withConstraints(isNumber), execution('checked', 'unchecked'))
		expect(result).toMatchObject({ passed: true, confidence: 'medium' })
	})

	test('fails with the constraint that does not hold and what shows it', async () => {
		await using world = await openReasoning()
		const { result } = await evaluated(world, withConstraints(isNumber, namesParis), execution('checked'))
		expect(result).toMatchObject({
			passed: false,
			confidence: 'low',
			failures: [{ where: 'c2', evidence: '"$104" does not satisfy it.' }],
		})
		expect(evaluate.describe(result)).toEqual([
			'✓ It is a number. — "$104" satisfies it.',
			'✗ It names Paris. — "$104" does not satisfy it.',
		])
	})

	test('fails with the step that is in doubt and what its check said', async () => {
		await using world = await openReasoning()
		const { result } = await evaluated(world, withConstraints(), execution('checked', 'low-confidence'))
		expect(result.failures).toEqual([{ where: 's2', evidence: 'Recomputed: 8 * 7 is 56, not 54.' }])
		expect(evaluate.describe(result)).toEqual(['✗ **s2:** Recomputed: 8 * 7 is 56, not 54.'])
	})
})

describe('the judge', () => {
	test('is asked only about what cannot be computed, and does not see how the result was found', async () => {
		await using world = await openReasoning({ judgement: judging(true) })
		const { result } = await evaluated(world, withConstraints(isNumber, isPolite), execution('checked'))
		expect(result).toMatchObject({ passed: true, confidence: 'high' })
		const [request] = world.server.requests
		if (request === undefined) throw new Error('there was no request')
		expect(sectionOf(request, 'constraints')).toBe('c3: It is polite.')
		expect(request.body.model).toBe('judge-model')
	})

	test('who finds a violation fails the result, with the evidence', async () => {
		await using world = await openReasoning({ judgement: judging(false) })
		const { events, result } = await evaluated(world, withConstraints(isPolite), execution('checked'))
		expect(result).toMatchObject({ passed: false, failures: [{ where: 'c3', evidence: 'It shouts.' }] })
		expect(events.find(({ kind }) => kind === 'checkpoint')).toMatchObject({ method: 'judge', passed: false })
	})

	test('who leaves a constraint out has not checked it: it is open, and the confidence is no longer high', async () => {
		const invented = replyJson({ checks: [{ id: 'c9', holds: false, evidence: 'I do not like it.' }] })
		await using world = await openReasoning({ judgement: invented })
		const { events, result } = await evaluated(world, withConstraints(isNumber, isPolite), execution('checked'))
		expect(result).toMatchObject({
			passed: true,
			confidence: 'medium',
			checks: [{ outcome: 'holds' }, { id: 'c3', outcome: 'not-checked' }],
		})
		expect(events.filter(({ kind }) => kind === 'checkpoint')).toHaveLength(1)
		expect(evaluate.summarize(result)).toBe('Passed: 1 of 1 step recomputed, 1 of 2 requirements met, 1 not checked.')
		expect(evaluate.describe(result)[1]).toBe('? It is polite. — The judge said nothing about it.')
	})
})
