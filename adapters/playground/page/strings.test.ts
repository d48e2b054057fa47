import { expect, test } from 'vitest'
import { english } from '../../../src/rendering/index.ts'
import { ago, duration, strings, titleOf } from './strings.ts'

test('what the catalogue says as well is said in its words', () => {
	const { actions, feedback, record } = english
	expect(strings).toMatchObject({
		stop: actions.stop,
		answerNow: actions.answerNow,
		thinkHarder: actions.thinkHarder,
		regenerate: actions.regenerate,
		fullRecord: actions.fullRecord,
		helpful: actions.helpful,
		notHelpful: actions.notHelpful,
		answeringNow: english.answeringNow,
		feedbackQuestion: feedback.askReason,
		feedbackSend: feedback.send,
		feedbackThanks: feedback.thanks,
		reasoning: english.reasoning,
		erased: english.erased,
		working: english.working,
		nothingYet: english.nothingYet,
		bestSoFar: english.bestSoFar,
		queued: english.queued(null),
		methods: english.checkMethods,
		statuses: english.runStatuses,
		stageStatus: english.stageStatuses,
		subtaskStatus: english.subtaskStatuses,
		confidences: english.confidences,
	})
	expect(strings.failure('x')).toBe(english.failure('x'))
	expect(strings.fix('x')).toBe(english.fix('x'))
	expect(strings.record.refused(2)).toBe(record.refused(2))
	expect(strings.record).toMatchObject({
		asked: record.asked,
		givens: record.given(''),
		constraints: record.mustHold(''),
		assumptions: record.assumed,
		askedBack: record.askedBack,
		noAnswerCame: record.noAnswerCame,
		checks: record.checks,
		unchecked: record.unchecked,
		plan: record.plan,
		notDone: record.notDone,
		alternatives: record.alternatives,
		holds: record.holds,
		fails: record.fails,
		chosen: record.chosen,
		kept: record.kept,
		notKept: record.notKept,
		before: record.before,
		after: record.after,
		reason: record.reason,
		instead: record.instead,
	})
})

test('durations are short', () => {
	expect([0, 940, 12_400, 61_000, 3_700_000].map(duration)).toEqual([
		'0.0 s',
		'0.9 s',
		'12 s',
		'1 min 1 s',
		'1 h 1 min',
	])
})

test('times are as exact as anybody cares', () => {
	const now = new Date('2026-01-02T12:00:00Z')
	const times = [
		'2026-01-02T11:59:40Z',
		'2026-01-02T11:30:00Z',
		'2026-01-02T02:00:00Z',
		'2025-12-24T02:00:00Z',
		'never',
	]
	expect(times.map((time) => ago(time, now))).toEqual(['just now', '30 min ago', '10 h ago', 'Dec 24', ''])
})

test('a conversation is called by what was asked first, and one without words by its day', () => {
	const lastAskedAt = '2026-01-02T12:00:00Z'
	expect(titleOf({ title: 'How many legs?', lastAskedAt })).toBe('How many legs?')
	expect(titleOf({ title: null, lastAskedAt })).toBe('Conversation of January 2, 2026')
})

test('a title cannot turn what stands around it', () => {
	expect(titleOf({ title: 'a\u202Egnp.exe', lastAskedAt: '2026-01-02T12:00:00Z' })).toBe('a[U+202E]gnp.exe')
})
