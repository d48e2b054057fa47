import { randomUUID } from 'node:crypto'
import { type ContentPart, textContent } from '../../src/core/content.ts'
import type { IncomingMessage } from '../../src/core/conversation.ts'
import type { JournalEntry, JournalEvent } from '../../src/core/journal.ts'
import { noPreferences } from '../../src/core/run-preferences.ts'
import { noUsage } from '../../src/core/usage.ts'

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
