import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkResult, type SubtaskResult, subtaskResultSchema } from './check-result.ts'

function result(choices: Partial<SubtaskResult>): SubtaskResult {
	return { work: '', calculations: [], result: '48', ...choices }
}

const right = { expression: '12 * 4', result: '48' }

test('passes where every calculation is right and the result comes out of one of them', () => {
	expect(checkResult(result({ calculations: [right] })).outcome).toBe('passed')
	expect(checkResult(result({ calculations: [right], result: '$48.00 in all' })).outcome).toBe('passed')
	expect(checkResult(result({ calculations: [right], result: 'the first offer' })).outcome).toBe('passed')
})

test.each([
	['a listed calculation', result({ calculations: [{ expression: '12 * 4', result: '58' }], result: '58' })],
	['a calculation in the derivation', result({ work: 'First, 12 * 4 = 58.', calculations: [right] })],
	['a result out of nowhere', result({ calculations: [right], result: '50' })],
])('fails on %s', (_, wrong) => {
	expect(checkResult(wrong)).toMatchObject({ outcome: 'failed', evidence: expect.stringMatching(/12 \* 4 is 48|50/) })
})

test.each([
	['no calculation', result({})],
	['a calculation that cannot be worked out', result({ calculations: [{ expression: '10^10^10', result: '1' }] })],
	['words instead of a calculation', result({ calculations: [{ expression: 'twelve times four', result: 'many' }] })],
])('has nothing to check in %s', (_, open) => {
	expect(checkResult(open).outcome).toBe('nothing-to-check')
})

test('whatever a model writes, it is checked quickly and nothing is thrown', () => {
	const text = fc.oneof(
		fc.string(),
		fc.constantFrom('10^10^10', '1/0', '((((', '9'.repeat(5_000), '1 = 1 = 1', '−5 × 3'),
	)
	const calculations = fc.array(fc.record({ expression: text, result: text }), { maxLength: 60 })
	fc.assert(
		fc.property(fc.record({ work: text, calculations, result: text }), (any) => {
			const parsed = subtaskResultSchema.safeParse(any)
			if (!parsed.success) return
			const startedAt = performance.now()
			expect(['passed', 'failed', 'nothing-to-check']).toContain(checkResult(parsed.data).outcome)
			expect(performance.now() - startedAt).toBeLessThan(500)
		}),
	)
})
