import { expect, test } from 'vitest'
import { incomingMessageSchema } from '../../src/core/conversation.ts'
import { noPreferences } from '../../src/core/run-preferences.ts'
import { type Said, toIncomingMessage } from './receive.ts'

const said: Said = {
	threadId: '0198c0de-0000-7000-8000-000000000001',
	messageId: '0198c0de-0000-7000-8000-000000000002',
	text: 'How much is 6 × 7?',
	preferences: { ...noPreferences, effort: 'high' },
	person: { id: 'owner', name: 'Ada' },
	timeZone: 'Europe/Berlin',
	acceptLanguage: 'de-DE,de;q=0.9,en;q=0.8',
	at: new Date('2026-01-01T12:00:00Z'),
}

test('a request becomes a message of the playground', () => {
	expect(incomingMessageSchema.parse(toIncomingMessage(said))).toEqual({
		id: said.messageId,
		conversation: { platform: 'playground', workspaceId: '', channelId: 'playground', threadId: said.threadId },
		author: { id: 'owner', name: 'Ada', locale: 'de-DE', timeZone: 'Europe/Berlin' },
		content: [{ kind: 'text', text: said.text }],
		preferences: { route: null, effort: 'high', workflow: null },
		sentAt: '2026-01-01T12:00:00.000Z',
	})
})

test.each(['0198c0de-0000-7000-8000-000000000003', null])('what it answers is told as it was said: %s', (answers) => {
	expect(toIncomingMessage({ ...said, answers })).toMatchObject({ answers })
	expect(toIncomingMessage(said)).not.toHaveProperty('answers')
})

test('what the headers and the request leave open stays open', () => {
	for (const acceptLanguage of [undefined, '', '*', '!!', 'x'.repeat(500)]) {
		expect(toIncomingMessage({ ...said, acceptLanguage, timeZone: undefined }).author).toEqual({
			id: 'owner',
			name: 'Ada',
		})
	}
})
