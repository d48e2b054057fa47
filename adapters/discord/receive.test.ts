import { describe, expect, test } from 'vitest'
import { textContent, textOf } from '../../src/core/content.ts'
import { noPreferences } from '../../src/core/run-preferences.ts'
import { preferencesOf } from '../../src/core/text-command.ts'
import { english } from '../../src/rendering/index.ts'
import type { Channel } from './channels.ts'
import {
	conversationOf,
	type Listening,
	readEarlier,
	readMessage,
	readWritten,
	toIncomingMessage,
	type Written,
} from './receive.ts'

const self = { applicationId: '900', userId: '901' }
const listening: Listening = { self, allowedBots: new Set(['77']), ownRoleId: '902', readsMessages: true }
const general: Channel = { kind: 'channel', id: '10', guildId: '1' }
const thread: Channel = { kind: 'thread', id: '20', guildId: '1', parentId: '10' }
const direct: Channel = { kind: 'direct', id: '30', guildId: null }

function written(choices: Partial<Record<string, unknown>> = {}): Written {
	const message = readWritten({
		id: '175928847299117063',
		channel_id: '10',
		guild_id: '1',
		type: 0,
		content: '<@901> How much is 6 × 7?',
		author: { id: '5', username: 'ada', global_name: 'Ada' },
		attachments: [],
		mentions: [],
		mention_roles: [],
		...choices,
	})
	if (message === null) throw new Error('it is no message')
	return message
}

describe('where an answer goes', () => {
	test.each([
		['a channel: the thread that the message begins', general, { workspaceId: '1', channelId: '10', threadId: '99' }],
		['a thread: that thread', thread, { workspaceId: '1', channelId: '10', threadId: '20' }],
		['a direct message', direct, { workspaceId: '', channelId: '30', threadId: '', isDirect: true }],
	])('what is asked in %s', (_, channel, conversation) => {
		expect(conversationOf(channel, '99')).toEqual({ platform: 'discord', ...conversation })
	})
})

describe('a message', () => {
	test.each<[string, Partial<Record<string, unknown>>, Channel, string]>([
		['that mentions the bot is a question', {}, general, 'question'],
		['that mentions nobody is none of its business', { content: 'Lunch?' }, general, 'nothing'],
		['in a thread may follow up on a question', { content: 'And 6 × 8?' }, thread, 'follow-up'],
		['in a direct message is a question', { content: 'How much is 6 × 7?' }, direct, 'question'],
		[
			'that replies to the bot is a question, also without a ping',
			{ type: 19, content: 'Why?', referenced_message: { id: '8', author: { id: '901' } } },
			general,
			'question',
		],
		[
			'that replies to somebody else is not',
			{ type: 19, content: 'Why?', referenced_message: { id: '8', author: { id: '6' } } },
			general,
			'nothing',
		],
		[
			'whose reply pings the bot is a question, although Discord shows not a word of it',
			{ type: 19, content: '', mentions: [{ id: '901', username: 'threadwise' }] },
			general,
			'question',
		],
		[
			'that mentions the role of the bot is a question',
			{ content: '<@&902> Why?', mention_roles: ['902'] },
			general,
			'question',
		],
		['that mentions everybody is not', { content: '@everyone Lunch?', mention_everyone: true }, general, 'nothing'],
		['of the bot itself is nothing', { author: { id: '901', username: 'threadwise', bot: true } }, direct, 'nothing'],
		['of another bot is nothing', { author: { id: '78', username: 'bot', bot: true } }, general, 'nothing'],
		[
			'of a bot that is allowed is a question',
			{ author: { id: '77', username: 'bot', bot: true } },
			general,
			'question',
		],
		['of a webhook is nothing', { webhook_id: '4' }, general, 'nothing'],
		['about a member who joined is nothing', { type: 7 }, general, 'nothing'],
	])('%s', (_, choices, channel, kind) => {
		expect(readMessage(written(choices), channel, listening).kind).toBe(kind)
	})

	test('in a thread that turns to somebody else first is no question, whoever writes it', () => {
		const toOthers = readMessage(written({ content: '<@6> what do you think?' }), thread, listening)
		expect(toOthers).toMatchObject({ kind: 'follow-up', turnsToOthers: true })
	})

	test('is read as people see it, without the name of the bot', () => {
		const content = '<@!901> ask <@6> about <:party:123> “quotes” & <tags> <@&902>'
		const received = readMessage(
			written({ content, mentions: [{ id: '6', username: 'bob', global_name: 'Bob' }] }),
			general,
			listening,
		)
		expect(received).toMatchObject({ said: { text: 'ask @Bob about :party: “quotes” & <tags>' } })
	})

	test('calls its author as the guild does', () => {
		const received = readMessage(written({ member: { nick: 'Countess', roles: ['3'] } }), general, listening)
		expect(received).toMatchObject({ said: { person: { id: '5', name: 'Countess' }, roleIds: ['3'] } })
	})

	test('becomes an incoming message that was sent when its id says', () => {
		const attachments = [{ filename: 'sheet.csv', url: 'https://cdn.test/sheet.csv', content_type: 'text/csv' }]
		const received = readMessage(written({ attachments }), general, listening)
		if (received.kind !== 'question') throw new Error('it is no question')
		expect(toIncomingMessage(received.said, preferencesOf('think'), false)).toEqual({
			id: '175928847299117063',
			conversation: { platform: 'discord', workspaceId: '1', channelId: '10', threadId: '175928847299117063' },
			author: { id: '5', name: 'Ada' },
			content: [
				{ kind: 'text', text: 'How much is 6 × 7?' },
				{ kind: 'file', url: 'https://cdn.test/sheet.csv', name: 'sheet.csv', mediaType: 'text/csv' },
			],
			preferences: { route: 'staged', effort: null, workflow: null },
			sentAt: '2016-04-30T11:18:25.796007Z',
		})
	})

	test.each<[string, Partial<Record<string, unknown>>, boolean, string]>([
		['is an empty one', {}, false, ''],
		['where something was said before is about that', {}, true, english.chat.whatOfThis],
		['with a file is about that', { attachments: [{ filename: 'cat.png', url: '' }] }, false, english.chat.whatOfThis],
	])('of nothing but a mention %s', (_, choices, hasEarlier, question) => {
		const received = readMessage(written({ content: '<@901>', ...choices }), general, listening)
		if (received.kind !== 'question') throw new Error('it is no question')
		expect(textOf(toIncomingMessage(received.said, noPreferences, hasEarlier).content)).toBe(question)
	})

	test('without words says what its embeds and components say', () => {
		const embeds = [{ title: 'Builds', description: '3 failed.' }]
		const components = [{ type: 17, components: [{ type: 10, content: 'Since noon.' }, { type: 14 }] }]
		expect(readEarlier(written({ content: '', embeds, components }), self)).toMatchObject({
			content: textContent('Since noon.\nBuilds\n3 failed.'),
		})
	})

	test('knows what it replies to, and that a forwarded one replies to nothing', () => {
		const reference = { channel_id: '10', message_id: '8' }
		expect(readMessage(written({ message_reference: reference }), general, listening)).toMatchObject({
			said: { repliesTo: { channelId: '10', messageId: '8' } },
		})
		const forwarded = { ...reference, type: 1 }
		expect(readMessage(written({ message_reference: forwarded }), general, listening)).toMatchObject({
			said: { repliesTo: null },
		})
	})

	test('that forwards another says what that says', () => {
		const file = { filename: 'sheet.csv', url: 'https://cdn.test/sheet.csv', content_type: 'text/csv' }
		const snapshot = { content: 'It is 26 × 4.', attachments: [file] }
		const message = written({ content: '', message_snapshots: [{ message: snapshot }] })
		expect(readMessage(message, direct, listening)).toMatchObject({
			said: { text: 'It is 26 × 4.', files: [{ kind: 'file', name: 'sheet.csv' }] },
		})
	})

	test.each([null, 7, {}, { id: '1' }, { id: 1, channel_id: '2', author: {} }])(
		'is nothing that Discord never sends: %j',
		(event) => {
			expect(readWritten(event)).toBeNull()
		},
	)
})

describe('what was said before', () => {
	test('names its author, and ours has none', () => {
		expect(readEarlier(written({ content: 'Lunch is at noon.' }), self)).toMatchObject({
			author: { id: '5', name: 'Ada' },
		})
		const ours = { content: 'Noted.', author: { id: '901', username: 'threadwise', bot: true } }
		expect(readEarlier(written(ours), self)).toMatchObject({ author: null })
	})

	test('is nothing where nothing is to be seen', () => {
		expect(readEarlier(written({ content: '' }), self)).toBeNull()
	})
})
