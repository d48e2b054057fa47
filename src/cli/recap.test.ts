import { expect, test } from 'vitest'
import { recordsOf } from '../../tests/support/builders.ts'
import { eventExamples } from '../../tests/support/journal-examples.ts'
import type { JournalEntry } from '../core/journal.ts'
import { recap } from './recap.ts'

const route: JournalEntry = {
	event: {
		...eventExamples['run-route'],
		nodes: [
			{ id: 'read', stage: 'analyze' },
			{ id: 'plan', stage: 'decompose' },
			{ id: 'do', stage: 'execute' },
			{ id: 'others', stage: 'alternatives' },
			{ id: 'judge', stage: 'evaluate' },
			{ id: 'mend', stage: 'correct' },
		],
	},
}
const call = (nodeId: string): JournalEntry => ({ nodeId, event: eventExamples['model-call-end'] })
const check = (nodeId: string, method: 'interpretation' | 'arithmetic', passed: boolean): JournalEntry => ({
	nodeId,
	event: { kind: 'checkpoint', sample: 0, method, passed, content: { evidence: 'Recomputed: 2 * 3 is 6, not 7.' } },
})
const refusal: JournalEntry = {
	nodeId: 'plan',
	event: { kind: 'stage-delta', content: { text: 'The plan was not usable: It has a circle.' } },
}
const done = (status: 'checked' | 'low-confidence'): JournalEntry => ({
	nodeId: 'do',
	event: { ...eventExamples['subtask-end'], status },
})
const verdict = (failures: readonly string[]): JournalEntry => ({
	nodeId: 'judge',
	event: {
		kind: 'verdict',
		passed: failures.length === 0,
		confidence: 'low',
		content: { failures: failures.map((evidence) => ({ where: 's1', evidence })) },
	},
})
const correction = (accepted: boolean): JournalEntry => ({
	nodeId: 'mend',
	event: { kind: 'correction', round: 1, accepted, content: { before: '7', after: '6', reason: 'It is wrong.' } },
})
const sample = (key: string): JournalEntry => ({
	nodeId: 'others',
	event: { kind: 'sample', sample: 0, method: 'forwards', content: { answer: key, key } },
})

const told = (...entries: readonly JournalEntry[]) => recap(recordsOf([route, ...entries])).map(({ text }) => text)

test('where nothing was found, nothing is told', () => {
	expect(recap([])).toEqual([])
	const quiet = [check('read', 'interpretation', true), call('plan'), check('do', 'arithmetic', true), done('checked')]
	expect(told(...quiet, verdict([]), correction(false))).toEqual([])
})

test('each stage tells what it has found, whatever its node is called', () => {
	const entries = [
		...[check('read', 'interpretation', false), call('read')],
		...[call('plan'), refusal, call('plan')],
		...[check('do', 'arithmetic', false), check('do', 'arithmetic', true), done('checked')],
		...[sample('6'), sample('6'), sample('5')],
		verdict(['7 is too much.']),
		correction(true),
	]
	expect(recap(recordsOf([route, ...entries]))).toEqual([
		{
			stage: 'analyze',
			text: 'the question was misread, and a comparison with its words noticed; it was read again.',
		},
		{ stage: 'decompose', text: 'the first plan could not be used (It has a circle), so another one was made.' },
		{ stage: 'execute', text: '1 slip caught (2 * 3 is 6, not 7); the step was worked out again.' },
		{ stage: 'alternatives', text: '3 other solutions weighed, which came to 2 answers.' },
		{ stage: 'evaluate', text: 'the result was turned down: 7 is too much.' },
		{ stage: 'correct', text: '7 became 6, from the failing step on.' },
	])
})

test('what was not done is not claimed', () => {
	expect(told(check('read', 'interpretation', false))).toEqual([
		'the question was misread, and a comparison with its words noticed.',
	])
	expect(told(check('do', 'arithmetic', false), check('do', 'arithmetic', false), done('low-confidence'))).toEqual([
		'2 slips caught (2 * 3 is 6, not 7); 1 step stayed doubtful.',
	])
})
