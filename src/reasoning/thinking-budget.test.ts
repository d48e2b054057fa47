import { describe, expect, test } from 'vitest'
import { aRun } from '../../tests/support/builders.ts'
import {
	byObjective,
	callsIn,
	openReasoning,
	order,
	outcomeOf,
	type RoleScript,
	roleOf,
} from '../../tests/support/reasoning.ts'
import { reply, type ScriptedStep } from '../../tests/support/scripted-model-server.ts'
import { costMicroUsd, thinkingRoomTokens } from '../core/language-model.ts'

const price = { inputUsdPerMillion: 2, outputUsdPerMillion: 8 }
/** With the thinking that a call may do, and that most don't. */
const mostPerCall = costMicroUsd(price, { inputTokens: 0, outputTokens: thinkingRoomTokens }) / 1_000_000
const usage = { prompt_tokens: 900, completion_tokens: 400 }
const told = (value: unknown): ScriptedStep =>
	reply(typeof value === 'string' ? value : JSON.stringify(value), { usage })

const script: RoleScript = {
	analysis: told(order.analysis),
	comparison: told({ differences: [] }),
	plan: told(order.plan),
	'subtask-result': byObjective(
		Object.fromEntries(Object.entries(order.results).map(([objective, result]) => [objective, told(result)])),
	),
	solution: told(order.solution),
	answer: told(order.answer),
}
const run = aRun({ text: order.question, preferences: { route: 'staged', effort: 'high' } })

describe('a model that thinks, at high effort', () => {
	test('needs a reservation for each call that is a large part of the budget, and gives back what it did not use', async () => {
		await using world = await openReasoning(script, { model: { kind: 'reasoning', price }, budget: { usd: 0.5 } })
		expect(mostPerCall).toBeGreaterThan(0.5 / 3)
		const attempted = await world.attempt({ run })
		expect(outcomeOf(attempted)).toBe(`answered: ${order.answer}`)
		expect(callsIn(attempted.entries)).toHaveLength(10)
	})

	test('has the calls of a group one after the other where they are not covered side by side', async () => {
		await using world = await openReasoning(script, { model: { kind: 'reasoning', price }, budget: { usd: 0.5 } })
		await world.attempt({ run })
		const solutions = world.server.requests.filter((request) => roleOf(request) === 'solution')
		expect(solutions).toHaveLength(3)
		for (const [index, { startedAt }] of solutions.entries()) {
			const before = solutions[index - 1]?.closedAt ?? 0
			expect(startedAt).toBeGreaterThanOrEqual(before)
		}
	})

	test('stops waiting when the run is aborted', async () => {
		const aborting = new AbortController()
		await using world = await openReasoning(
			{ ...script, solution: () => aborting.abort(new Error('enough')) },
			{ model: { kind: 'reasoning', price }, budget: { usd: 0.5 } },
		)
		const { thrown } = await world.attempt({ run, signal: aborting.signal })
		expect(thrown).toEqual(new Error('enough'))
	})
})
