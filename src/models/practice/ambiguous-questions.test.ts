import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { findAmbiguity } from './solver/ambiguity.ts'
import { ask, askFor } from './testing/ask.ts'
import { grade, readCases } from './testing/grading.ts'
import { stageRequest } from './testing/prompts.ts'
import { stagedRun } from './testing/staged-run.ts'

const caseSchema = z.strictObject({
	id: z.string(),
	question: z.string(),
	/** The answer where nobody has said how it is meant. */
	assumed: z.string(),
	/** The answers by what the asker says to the question back. */
	said: z.record(z.string(), z.string()),
})
const cases = readFileSync(new URL('ambiguous-questions.jsonl', import.meta.url), 'utf8')
	.trim()
	.split('\n')
	.map((line) => caseSchema.parse(JSON.parse(line)))

function analysisOf(question: string, clarifications: string) {
	return askFor('analysis', { conversation: '', question, clarifications, differences: 'none' })
}

function askedBack(question: string, answer: string | null): string {
	return `Asked back: ${findAmbiguity(question)?.question}\nAnswered: ${answer ?? '(no answer; assume what is likeliest)'}`
}

describe.each(cases)('$question', ({ question, assumed, said }) => {
	test('is asked back, once', () => {
		expect(analysisOf(question, 'none').ambiguities).toMatchObject([
			{ changesAnswer: true, question: expect.stringContaining('?') },
		])
		expect(analysisOf(question, askedBack(question, null)).ambiguities).toMatchObject([{ question: null }])
	})

	test('is answered in the sense that is assumed, which the answer names', () => {
		for (const clarifications of ['none', askedBack(question, null), askedBack(question, 'I have no idea')]) {
			const run = stagedRun(question, 5, {}, clarifications)
			expect(grade(assumed, run.final)).toBe('right')
			expect(run.answer).toContain('Assumed: ')
		}
		const direct = ask(stageRequest({ conversation: '', question }))
		expect([grade(assumed, direct), direct]).toEqual(['right', expect.stringContaining('Assumed: ')])
	})

	test.each(Object.entries(said))('once the asker has said "%s", it is %s in every stage', (answer, wanted) => {
		const clarifications = askedBack(question, answer)
		for (const limit of [5, 1]) {
			const run = stagedRun(question, limit, { misreadingRate: limit === 1 ? 1 : 0 }, clarifications)
			const answers = [run.final, run.results.at(-1)?.result ?? '', ...run.solutions.map((each) => each.answer)]
			expect(answers.map((each) => grade(wanted, each))).toEqual(answers.map(() => 'right'))
			expect(run.analysis.ambiguities).toEqual([])
			expect(run.answer).not.toContain('Assumed: ')
		}
	})

	test('is solved in one piece in the sense that stands with what is asked', () => {
		for (const [answer, wanted] of Object.entries(said)) {
			const { givens, unknown } = analysisOf(question, askedBack(question, answer))
			const inputs = givens.map(({ id, statement }) => `${id}: ${statement}`).join('\n')
			const sections = { objective: `Answer the whole question: ${question}`, inputs, 'expected-output': unknown }
			const { result } = askFor('subtask-result', sections)
			expect(grade(wanted, result)).toBe('right')
			expect(askFor('claim-check', { ...sections, 'claimed-result': result }).holds).toBe(true)
		}
	})
})

test('a reading in the other sense than the asker has said is a difference', () => {
	const [first] = cases
	const question = first?.question ?? ''
	const { restatement, givens, unknown } = analysisOf(question, askedBack(question, 'the coupon first'))
	const compared = (answer: string) =>
		askFor('comparison', {
			question,
			clarifications: askedBack(question, answer),
			restatement,
			'reading-givens': givens.map(({ id, statement }) => `${id}: ${statement}`).join('\n'),
			'reading-unknown': unknown,
		}).differences
	expect(compared('the coupon first')).toEqual([])
	expect(compared('the 25% first')).toMatchObject([{ kind: 'changed', what: expect.stringContaining('asks for') }])
})

test('no other question is taken for an ambiguous one', () => {
	const others = ['questions.jsonl', 'held-out-questions.jsonl'].flatMap(readCases)
	expect(others.filter(({ question }) => findAmbiguity(question) !== undefined)).toEqual([])
	expect(
		findAmbiguity('A jacket costs $80. First a $10 coupon comes off, then 25%. How much do I pay?'),
	).toBeUndefined()
})
