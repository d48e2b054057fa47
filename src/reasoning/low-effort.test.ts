import { describe, expect, test } from 'vitest'
import { aRun, recordsOf } from '../../tests/support/builders.ts'
import {
	callsIn,
	eventsOf,
	openReasoning,
	order,
	outcomeOf,
	type RoleScript,
	replyJson,
	sectionOf,
} from '../../tests/support/reasoning.ts'
import { reply } from '../../tests/support/scripted-model-server.ts'
import { limitsFor } from '../core/effort.ts'
import { foldJournal } from '../rendering/index.ts'
import { bestAnswerIn } from './best-answer.ts'

const [first, second, third] = order.plan.subtasks
const circle = { subtasks: [{ ...first, inputs: ['s2'] }, { ...second, inputs: ['s1'] }, third] }
const run = aRun({ text: order.question, preferences: { route: 'staged', effort: 'low' } })
const { calls: most } = limitsFor('staged', 'low')

const inWords = replyJson({ work: 'By looking at it.', calculations: [], result: '$104' })
/** The first plan is refused, every step is in words, and the verifier believes none of them. */
const everythingFlagged: RoleScript = {
	plan: [replyJson(circle), replyJson(order.plan)],
	'subtask-result': inWords,
	'claim-check': replyJson({ holds: false, evidence: 'It does not follow.' }),
}
const notAgain = 's3 is not worked out again: the budget does not cover it.'

describe('low effort, when its calls do not cover all that goes wrong,', () => {
	test('answers with the last result that it has, and names what is in doubt and what was not done', async () => {
		await using world = await openReasoning(everythingFlagged)
		const attempted = await world.attempt({ run })
		expect(outcomeOf(attempted)).toBe(`answered: ${order.answer}`)
		expect(callsIn(attempted.entries)).toHaveLength(most)
		const answering = world.server.requests.at(-1)
		const unresolved = answering === undefined ? '' : sectionOf(answering, 'unresolved')
		expect(unresolved.split('\n')).toEqual(['s1', 's2', 's3'].map((id) => `${id}: A second model: It does not follow.`))
		expect(eventsOf(attempted.entries, 'run-end')[0]?.confidence).toBe('low')
		const [, , execution] = foldJournal(recordsOf(attempted.entries)).stages
		expect(execution?.notices).toContain(notAgain)
		expect(execution?.summary).toBe(
			'3 of 3 steps done, 0 checked, 2 worked out again after a failed check, 3 in doubt.',
		)
	})

	test('answers all the same where even the evaluation is not covered: that and the correction are named as left out', async () => {
		const polite = [{ id: 'c1', kind: 'other', statement: 'It is polite.', value: null }]
		const analysis = replyJson({ ...order.analysis, constraints: polite })
		await using world = await openReasoning({ ...everythingFlagged, analysis })
		const attempted = await world.attempt({ run })
		expect(outcomeOf(attempted)).toBe('budget')
		expect(callsIn(attempted.entries)).toHaveLength(most)
		expect(bestAnswerIn(recordsOf(attempted.entries))).toEqual({
			answer: order.answer,
			skipped: ['evaluate', 'correct'],
		})
	})

	test('gives the results so far where the last step could not begin', async () => {
		const unreadable = [reply('Hm.'), reply('Hm.'), inWords]
		await using world = await openReasoning({ ...everythingFlagged, 'subtask-result': unreadable })
		const attempted = await world.attempt({ run })
		expect(outcomeOf(attempted)).toBe('budget')
		expect(callsIn(attempted.entries).length).toBeLessThanOrEqual(most)
		expect(bestAnswerIn(recordsOf(attempted.entries))).toEqual({
			answer: '- Price the pens. → $104\n- Price the markers. → $104',
			skipped: ['execute', 'alternatives', 'evaluate', 'correct'],
		})
	})
})
