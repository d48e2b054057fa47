import { expect, test } from 'vitest'
import { openReasoning } from '../../tests/support/reasoning.ts'
import { textContent } from '../core/content.ts'
import { thinkingRoomTokens } from '../core/language-model.ts'
import { ceilingOf, estimateCall, tokensAtMost } from './estimate.ts'

test.each([
	['', 0],
	['abcdef', 2],
	['größer', 2],
	['三つの数', 4],
	['число', 5],
	['a 三', 2],
])('%j has at most %d tokens', (text, tokens) => {
	expect(tokensAtMost(text)).toBe(tokens)
})

test('a call may cost what it sends, what a server puts around it, and its whole output limit', async () => {
	const text = 'x'.repeat(300)
	const messages = [{ role: 'user' as const, content: textContent(text) }]
	await using world = await openReasoning()
	const model = world.dependencies.models('strong')
	const plain = estimateCall(model, { messages, maxOutputTokens: 100 })
	const structured = estimateCall(model, { messages, maxOutputTokens: 100, output: { name: 'x', schema: {} } })
	expect(plain.tokens).toBeGreaterThanOrEqual(100 + 100 + 8)
	expect(plain.tokens).toBeLessThan(100 + 100 + 30)
	expect(structured.tokens).toBeGreaterThan(plain.tokens)
})

test('a reasoning model may think as much as its server lets it', async () => {
	const request = { messages: [{ role: 'user' as const, content: textContent('Why?') }], maxOutputTokens: 100 }
	await using plain = await openReasoning()
	await using reasoning = await openReasoning({}, { model: { kind: 'reasoning' } })
	const [without, withThinking] = [plain, reasoning].map(({ dependencies }) => dependencies.models('strong'))
	if (without === undefined || withThinking === undefined) throw new Error('there is no model')
	const [cheap, costly] = [estimateCall(without, request), estimateCall(withThinking, request)]
	expect(costly.tokens - cheap.tokens).toBe(thinkingRoomTokens)
	expect(costly.costMicroUsd - cheap.costMicroUsd).toBe(2 * thinkingRoomTokens)
})

test.each([
	['is the whole budget, where the models cost enough for it', 10, 500_000],
	['is what all its tokens can cost, where that is less', 0.5, 200_000],
	['costs nothing, where the models are free', 0, 0],
])('the most that a run can take %s', async (_, outputUsdPerMillion, microUsd) => {
	await using world = await openReasoning({}, { model: { price: { inputUsdPerMillion: 0, outputUsdPerMillion } } })
	const { workflow } = world.dependencies.workflow('default')
	const ceiling = ceilingOf(workflow, world.dependencies.models)
	expect(ceiling).toEqual({ elapsedMs: 300_000, costMicroUsd: microUsd })
})
