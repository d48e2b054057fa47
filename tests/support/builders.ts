import { randomUUID } from 'node:crypto'
import { type ContentPart, textContent } from '../../src/core/content.ts'
import type { IncomingMessage } from '../../src/core/conversation.ts'
import { type JournalEntry, type JournalEvent, type JournalRecord, journalVersion } from '../../src/core/journal.ts'
import type { ReplyView, StageView } from '../../src/core/reply-view.ts'
import type { Run } from '../../src/core/run.ts'
import { noPreferences, type RunPreferences } from '../../src/core/run-preferences.ts'
import { noUsage } from '../../src/core/usage.ts'
import { emptyRecord, emptyReplyView } from '../../src/rendering/index.ts'

export type MessageChoices = {
	readonly id?: string
	readonly workspaceId?: string
	readonly threadId?: string
	readonly author?: IncomingMessage['author']
	readonly content?: readonly ContentPart[]
	readonly text?: string
	readonly sentAt?: string
}

/** A message as a platform would hand it over, different from every other unless chosen otherwise. */
export function aMessage(choices: MessageChoices = {}): IncomingMessage {
	const content = choices.content ?? textContent(choices.text ?? 'How many legs have two spiders?')
	return {
		id: choices.id ?? randomUUID(),
		conversation: {
			platform: 'testing',
			workspaceId: choices.workspaceId ?? 'workspace',
			channelId: 'channel',
			threadId: choices.threadId ?? randomUUID(),
		},
		author: choices.author ?? { id: 'person', name: 'Ada', locale: 'en-GB', timeZone: 'Europe/London' },
		content: [...content],
		preferences: noPreferences,
		sentAt: choices.sentAt ?? '2026-01-01T12:00:00.000Z',
	}
}

/** A journal entry of a few words. */
export function delta(text: string): JournalEntry {
	return { event: { kind: 'answer-delta', restart: false, content: { text } } }
}

export function feedback(reason: string): JournalEntry {
	return { event: { kind: 'feedback', personId: 'person', helpful: true, content: { reason } } }
}

const ended = { usage: noUsage, elapsedMs: 5 }

/** The events with which a run comes to its outcome, and the question back. */
export const outcomes = {
	end: (answer: string): JournalEvent => ({ kind: 'run-end', ...ended, confidence: 'high', content: { answer } }),
	stop: (answer: string): JournalEvent => ({
		kind: 'run-stop',
		...ended,
		reason: 'user',
		skipped: [],
		content: { answer },
	}),
	fail: (message: string): JournalEvent => ({
		kind: 'run-fail',
		...ended,
		code: 'model-timeout',
		content: { message, fix: 'Ask again.' },
	}),
	wait: (question: string): JournalEvent => ({ kind: 'run-wait', reason: 'clarification', content: { question } }),
}

export type RunChoices = MessageChoices &
	Partial<Pick<Run, 'history' | 'attempt' | 'stopRequested' | 'answerNow'>> & {
		readonly preferences?: Partial<RunPreferences>
	}

/** A run as a worker claims it. */
export function aRun(choices: RunChoices = {}): Run {
	const { id, conversation, author, content } = aMessage(choices)
	return {
		id,
		kind: 'question',
		parentRunId: null,
		state: 'running',
		attempt: choices.attempt ?? 1,
		conversation,
		asker: author,
		question: content,
		history: choices.history ?? [],
		preferences: { ...noPreferences, ...choices.preferences },
		stopRequested: choices.stopRequested ?? null,
		answerNow: choices.answerNow ?? false,
	}
}

/** Entries as a journal holds them, numbered from 1. */
export function recordsOf(entries: readonly JournalEntry[], attempt = 1): readonly JournalRecord[] {
	return entries.map(({ nodeId, event }, index) => ({
		v: journalVersion,
		seq: index + 1,
		at: new Date(Date.UTC(2026, 0, 1, 12, 0, index)).toISOString(),
		attempt,
		...(nodeId === undefined ? {} : { nodeId }),
		...event,
	}))
}

/** A view with something of everything, different where chosen. */
export function aView(choices: Partial<ReplyView> = {}): ReplyView {
	return {
		...emptyReplyView,
		status: 'working',
		route: 'staged',
		effort: 'medium',
		routing: { level: 'hard', reason: 'Two prices to add', source: 'signals', estimate: null },
		stages: [aStageView()],
		startedAt: '2026-01-01T12:00:00.000Z',
		elapsedMs: 1_500,
		...choices,
	}
}

export function aStageView(choices: Partial<StageView> = {}): StageView {
	return {
		id: 'execute',
		stage: 'execute',
		title: 'Systematic execution',
		status: 'running',
		summary: '',
		details: [],
		record: emptyRecord(choices.stage ?? 'execute'),
		subtasks: [],
		notices: [],
		startedAt: '2026-01-01T12:00:00.000Z',
		elapsedMs: 0,
		usage: noUsage,
		...choices,
	}
}
