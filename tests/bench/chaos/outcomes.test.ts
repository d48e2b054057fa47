import { describe, expect, test } from 'vitest'
import { noPreferences } from '../../../src/core/run-preferences.ts'
import type { MessageVersion, RecordedMessage } from '../../support/loopback-chat/messages.ts'
import { type AskedQuestion, findingsAbout, judgeOutcomes } from './outcomes.ts'
import type { RecordedRun } from './records.ts'

function question(id: string, choices: Partial<AskedQuestion> = {}): AskedQuestion {
	return {
		messageId: `message-${id}`,
		text: 'How much is 6 × 7?',
		answer: '42',
		conversationId: 'general',
		personId: 'ada',
		preferences: noPreferences,
		atMs: 0,
		askedAt: 1_000,
		...choices,
	}
}

function run(id: string, state = 'answered'): RecordedRun {
	return { runId: `run-${id}`, messageId: `message-${id}`, state }
}

function version(id: string, at: number, text: string, of: number | null): MessageVersion {
	return { at, text, metadata: { runId: `run-${id}`, part: 0, of }, pinged: [] }
}

function reply(id: string, ...versions: readonly [MessageVersion, ...MessageVersion[]]): RecordedMessage {
	return { id: `reply-${id}-${versions[0].at}`, conversationId: 'general', personId: null, versions }
}

const answered = (id: string, at: number) =>
	reply(id, version(id, 1_100, 'Working', null), version(id, at, `It is 42.\n\nrun run-${id}`, 1))

describe('a question', () => {
	test('whose answer can be read has its outcome', () => {
		const figures = judgeOutcomes([question('1')], [run('1')], [answered('1', 3_000)])
		expect(figures).toMatchObject({ asked: 1, outcomes: 1, lost: 0, doubled: 0, takenBack: 0, rightAnswers: 1 })
		expect(figures.slowestOutcomeMs).toBe(2_000)
	})

	test('that was never recorded, or only ever seen at work, is lost', () => {
		const messages = [reply('2', version('2', 1_100, 'Working', null))]
		const asked = [question('1'), question('2')]
		expect(judgeOutcomes(asked, [run('2')], messages)).toMatchObject({ outcomes: 0, lost: 2 })
		expect(findingsAbout(asked, [run('2')], messages)).toEqual([
			'lost: How much is 6 × 7? ()',
			'lost: How much is 6 × 7? (run-2)',
		])
	})

	test.each([
		['two messages of one run', [run('1')], [answered('1', 3_000), answered('1', 4_000)]],
		[
			'two runs',
			[run('1'), { ...run('1'), runId: 'run-2' }],
			[answered('1', 3_000), reply('2', version('2', 3_500, '42 run run-2', 1))],
		],
		[
			'an answer in a message that does not say whose it is',
			[run('1')],
			[answered('1', 3_000), reply('1', { at: 3_500, text: 'It is 42. run run-1', metadata: null, pinged: [] })],
		],
	])('that has %s is doubled', (_, runs, messages) => {
		expect(judgeOutcomes([question('1')], runs, messages)).toMatchObject({ outcomes: 1, doubled: 1 })
	})

	test('whose answer is taken back for a moment is noticed', () => {
		const versions = [version('1', 1_100, 'run run-1', 1), version('1', 1_200, 'Working', null)] as const
		const messages = [reply('1', ...versions, version('1', 1_300, 'run run-1', 1))]
		expect(judgeOutcomes([question('1')], [run('1')], messages)).toMatchObject({ outcomes: 1, takenBack: 1 })
	})

	test('that ends in a failure has an outcome, which is not the right answer', () => {
		const messages = [reply('1', version('1', 1_500, 'Could not answer: no model.\n\nrun run-1', 1))]
		const [asked, runs] = [[question('1')], [run('1', 'failed')]]
		expect(judgeOutcomes(asked, runs, messages)).toMatchObject({ outcomes: 1, lost: 0, rightAnswers: 0 })
		expect(findingsAbout(asked, runs, messages)).toEqual([
			'failed: How much is 6 × 7? (run-1): Could not answer: no model.',
		])
	})
})

describe('answers of one conversation', () => {
	const asked = [question('1'), question('2', { askedAt: 1_500 })]
	const runs = [run('1'), run('2')]

	test('in the order of their questions are as they should be', () => {
		expect(judgeOutcomes(asked, runs, [answered('1', 3_000), answered('2', 3_100)]).outOfOrder).toBe(0)
	})

	test('the later of which can be read first are out of order', () => {
		expect(judgeOutcomes(asked, runs, [answered('1', 3_200), answered('2', 3_100)]).outOfOrder).toBe(1)
	})

	test('need not wait for one that takes longer than a minute', () => {
		expect(judgeOutcomes(asked, runs, [answered('1', 63_000), answered('2', 3_100)]).outOfOrder).toBe(0)
	})
})
