import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { textOf } from '../../src/core/content.ts'
import { incomingMessageSchema } from '../../src/core/conversation.ts'
import { noPreferences } from '../../src/core/run-preferences.ts'
import { english } from '../../src/rendering/index.ts'
import {
	type Received,
	readMessage,
	readPress,
	readSessionStop,
	readShortcut,
	readSlashCommand,
	type Said,
	toIncomingMessage,
} from './receive.ts'

const self = { teamId: 'T0TEAM', userId: 'U0BOT', botId: 'B0BOT' }
const nobody: ReadonlySet<string> = new Set()
const recorded = (name: string): Record<string, unknown> =>
	JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), 'utf8'))
const read = (name: string, changes: object = {}, allowed = nobody) =>
	readMessage({ ...recorded(name), ...changes }, self, allowed)
const saidIn = (received: Received): Said => {
	if (!('said' in received)) throw new Error(`nothing was said: ${received.kind}`)
	return received.said
}

describe('a question', () => {
	test('comes with a mention, as it reads, without the name of the bot', () => {
		const received = read('app-mention')
		expect(received.kind).toBe('question')
		const person = { id: 'U0ADA', name: 'Ada', locale: 'en-GB', timeZone: 'Europe/London', isAdmin: true }
		const message = incomingMessageSchema.parse(toIncomingMessage(saidIn(received), person, noPreferences))
		expect(message).toEqual({
			id: 'C0GENERAL:1796027696.000100',
			conversation: { platform: 'slack', workspaceId: 'T0TEAM', channelId: 'C0GENERAL', threadId: '1796027696.000100' },
			author: { id: 'U0ADA', name: 'Ada', locale: 'en-GB', timeZone: 'Europe/London' },
			content: [{ kind: 'text', text: 'How much is 6 × 7? — “quotes” & <tags>' }],
			preferences: noPreferences,
			sentAt: '2026-11-30T08:34:56.000100Z',
		})
	})

	test('is the same one whether Slack tells of the mention or of the message', () => {
		expect(read('mention-as-message')).toEqual(read('app-mention'))
	})

	test('needs no mention in a direct message, and is answered in a thread there', () => {
		expect(read('direct-message')).toMatchObject({
			kind: 'question',
			said: { conversation: { channelId: 'D0DIRECT', threadId: '1796027800.000400', isDirect: true } },
		})
	})

	test('may come with a file', () => {
		expect(saidIn(read('file-share')).files).toMatchObject([
			{ kind: 'file', name: 'table.png', mediaType: 'image/png' },
		])
	})

	test('may follow in a thread without a mention, with links and channels as they read', () => {
		const received = read('thread-reply')
		expect(received).toMatchObject({ kind: 'follow-up', turnsToOthers: false })
		expect(saidIn(received).text).toBe('And 6 × 8? See the table (https://example.com/a?b=1&c=2) in #maths')
		expect(saidIn(received).conversation.threadId).toBe('1796027696.000100')
	})

	test('is none where it turns to somebody else', () => {
		const text = '<@U0BOB> what do you think?'
		expect(read('thread-reply', { text })).toMatchObject({ kind: 'follow-up', turnsToOthers: true })
	})
})

describe('no question', () => {
	test.each([
		['a message without a mention outside of threads', 'mention-as-message', { text: 'Good morning' }],
		['what the bot itself wrote', 'direct-message', { user: 'U0BOT', bot_id: 'B0BOT' }],
		['what another bot wrote', 'app-mention', { bot_id: 'B0OTHER' }],
		['what an integration wrote', 'app-mention', { subtype: 'bot_message', user: undefined, bot_id: 'B0OTHER' }],
		['a join', 'mention-as-message', { subtype: 'channel_join' }],
		['a preview of a link', 'message-changed', { previous_message: recorded('message-changed').message }],
	])('is %s', (_, name, changes) => expect(read(name, changes)).toEqual({ kind: 'nothing' }))

	test.each([null, 5, 'text', {}, { type: 'message' }])('is anything else: %j', (event) => {
		expect(readMessage(event, self, nobody)).toEqual({ kind: 'nothing' })
	})

	test('but what an allowed bot wrote is one', () => {
		expect(read('app-mention', { bot_id: 'B0OTHER' }, new Set(['B0OTHER'])).kind).toBe('question')
	})
})

test('an edit has the new text, as that of the same message', () => {
	const received = read('message-changed')
	expect(received).toMatchObject({ kind: 'edit', isAddressed: true, said: { text: 'How much is 6 × 8?' } })
	expect(saidIn(received).id).toBe(saidIn(read('app-mention')).id)
})

test.each(['message-deleted', 'tombstone'])('a deletion names what is gone and whose it was: %s', (name) => {
	expect(read(name)).toMatchObject({
		kind: 'deletion',
		messageId: 'C0GENERAL:1796027696.000100',
		personId: 'U0ADA',
		conversation: { threadId: '1796027696.000100' },
	})
})

test('a press says what, by whom and where', () => {
	expect(readPress(recorded('button-press'))).toEqual({
		actionId: 'stop',
		value: 'run-1',
		chosen: [],
		channelId: 'C0GENERAL',
		personId: 'U0ADA',
		triggerId: '1.2.abc',
		at: { channelId: 'C0GENERAL', threadId: '1796027696.000100' },
		viewId: null,
	})
	expect(readPress({ type: 'block_actions' })).toBeNull()
})

test('a slash command and a shortcut say what is asked, and who asks', () => {
	expect(readSlashCommand(recorded('slash-command'), self)).toEqual({
		command: '/think',
		text: 'Is 3 < 4?',
		personId: 'U0ADA',
		userName: 'ada',
		channelId: 'C0GENERAL',
	})
	const said = readShortcut(recorded('message-shortcut'), self)
	expect(said).toMatchObject({ personId: 'U0BOB', text: 'Which of the two plans is cheaper?' })
	expect(said?.id).not.toBe('C0GENERAL:1796027696.000100')
})

test("Slack's own Stop names the thread", () => {
	const event = { type: 'agent_session_stopped', channel: 'D0DIRECT', user: 'U0ADA', thread_ts: '1796027800.000400' }
	expect(readSessionStop(event, self)).toMatchObject({
		personId: 'U0ADA',
		conversation: { channelId: 'D0DIRECT', threadId: '1796027800.000400', isDirect: true },
	})
})

test.each<[string, Record<string, unknown>, string]>([
	['that begins a thread is an empty one', {}, ''],
	['in a thread is about what was said there', { thread_ts: '1796027700.000100' }, english.chat.whatOfThis],
	['with a file is about that', { files: [{ name: 'sheet.csv', url_private: '' }] }, english.chat.whatOfThis],
])('a question of nothing but a mention %s', (_, choices, question) => {
	const person = { id: 'U0ADA', name: 'Ada', isAdmin: false }
	const said = saidIn(read('app-mention', { text: '<@U0BOT>', ...choices }))
	expect(textOf(toIncomingMessage(said, person, noPreferences).content)).toBe(question)
})
