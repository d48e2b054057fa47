import { describe, expect, test } from 'vitest'
import { readInteraction } from './interactions.ts'

const ada = { id: '5', username: 'ada', global_name: 'Ada' }
const base = {
	id: '100',
	token: 'canary',
	application_id: '900',
	type: 2,
	guild_id: '1',
	channel_id: '10',
	channel: { id: '10', type: 0 },
	member: { user: ada, nick: null, permissions: '0', roles: [] },
	locale: 'de',
	context: 0,
	authorizing_integration_owners: { 0: '1' },
}
const ask = (name: string, options: Readonly<Record<string, unknown>>) => ({
	...base,
	data: {
		type: 1,
		id: '7',
		name,
		options: Object.entries(options).map(([option, value]) => ({ name: option, value })),
	},
})

describe('a command', () => {
	test.each([
		[
			'ask',
			{ question: ' 6 × 7? ' },
			{ question: '6 × 7?', isPrivate: false, preferences: { route: null, effort: null } },
		],
		['think', { question: 'Why?', effort: 'high' }, { preferences: { route: 'staged', effort: 'high' } }],
		['quick', { question: 'Why?', private: true }, { isPrivate: true, preferences: { route: 'direct' } }],
		['ask', { question: 'Why?', effort: 'enormous' }, { preferences: { effort: null } }],
	])('/%s %j', (name, options, expected) => {
		expect(readInteraction(ask(name, options))?.what).toMatchObject({ kind: 'ask', ...expected })
	})

	test('/stop', () => {
		expect(readInteraction(ask('stop', {}))?.what).toEqual({ kind: 'stop' })
	})

	test('of a message brings the message', () => {
		const message = { id: '8', channel_id: '10', content: 'How much is 6 × 7?', author: { id: '6', username: 'bob' } }
		const used = {
			...base,
			data: { type: 3, name: 'Think about this', target_id: '8', resolved: { messages: { 8: message } } },
		}
		expect(readInteraction(used)?.what).toMatchObject({
			kind: 'think-about',
			message: { id: '8', content: 'How much is 6 × 7?' },
		})
	})

	test('that is none of ours is nothing', () => {
		expect(readInteraction(ask('dance', {}))).toBeNull()
		expect(readInteraction({ ...base, type: 1 })).toBeNull()
		expect(readInteraction(null)).toBeNull()
	})
})

describe('whoever does something', () => {
	test('is known with name and language', () => {
		expect(readInteraction(ask('stop', {}))?.person).toEqual({ id: '5', name: 'Ada', locale: 'de', isModerator: false })
	})

	test.each([
		['8', true],
		[String(1 << 13), true],
		[String(1 << 11), false],
		['2251799813685247', true],
	])('with the permissions %s looks after the place: %s', (permissions, isModerator) => {
		const interaction = { ...ask('stop', {}), member: { user: ada, permissions } }
		expect(readInteraction(interaction)?.person.isModerator).toBe(isModerator)
	})
})

describe('where it is done', () => {
	test.each<[string, object, object]>([
		['a channel', {}, { isMember: true, channel: { kind: 'channel', id: '10', guildId: '1' } }],
		[
			'a thread',
			{ channel_id: '20', channel: { id: '20', type: 11, parent_id: '10' } },
			{ isMember: true, channel: { kind: 'thread', id: '20', guildId: '1', parentId: '10' } },
		],
		[
			'a guild that the bot is not in',
			{ authorizing_integration_owners: { 1: '5' } },
			{ isMember: false, channel: { kind: 'channel', guildId: '1' } },
		],
		[
			'a direct message with the bot of somebody who has installed it for themselves',
			{
				guild_id: undefined,
				member: undefined,
				user: ada,
				context: 1,
				authorizing_integration_owners: { 1: '5' },
				channel: { id: '30', type: 1 },
			},
			{ isMember: true, channel: { kind: 'direct', id: '30', guildId: null } },
		],
		[
			'a conversation of people',
			{
				guild_id: undefined,
				member: undefined,
				user: ada,
				context: 2,
				authorizing_integration_owners: { 1: '5' },
				channel: { id: '40', type: 3 },
			},
			{ isMember: false, channel: { kind: 'channel', id: '40', guildId: null } },
		],
	])('%s', (_, choices, expected) => {
		expect(readInteraction({ ...ask('stop', {}), ...choices })).toMatchObject(expected)
	})
})

describe('the bot', () => {
	const thread = { channel_id: '20', channel: { id: '20', type: 11, parent_id: '10' } }
	const [view, send, sendInThreads, administrator] = [1n << 10n, 1n << 11n, 1n << 38n, 1n << 3n]
	test.each<[string, bigint, object, boolean]>([
		['sees a channel and writes in it', view | send, {}, true],
		['does not see a channel', send, {}, false],
		['sees a channel alone', view | sendInThreads, {}, false],
		['writes in a thread', view | sendInThreads, thread, true],
		['writes in a channel, not in its threads', view | send, thread, false],
		['may do everything', administrator, thread, true],
	])('that %s', (_, permissions, where, isMember) => {
		const interaction = { ...ask('stop', {}), ...where, app_permissions: String(permissions) }
		expect(readInteraction(interaction)?.isMember).toBe(isMember)
	})
})

describe('a press', () => {
	test('of a button tells where it stands', () => {
		const press = {
			...base,
			type: 3,
			data: { custom_id: 'stop:run-1', component_type: 2 },
			message: { id: '8', flags: 64 },
		}
		expect(readInteraction(press)?.what).toEqual({
			kind: 'press',
			customId: 'stop:run-1',
			chosen: [],
			message: { id: '8', isPrivate: true },
		})
	})

	test('in a menu tells what was chosen', () => {
		const press = { ...base, type: 3, data: { custom_id: 'open-stage:run-1', values: ['2'] }, message: { id: '8' } }
		expect(readInteraction(press)?.what).toMatchObject({ chosen: ['2'], message: { isPrivate: false } })
	})

	test('that sends a form off tells what stands in it', () => {
		const label = { type: 18, id: 1, component: { type: 4, id: 2, custom_id: 'reason', value: 'It has eight legs.' } }
		const form = { ...base, type: 5, data: { custom_id: 'feedback-reason:run-1', components: [label] } }
		expect(readInteraction(form)?.what).toEqual({
			kind: 'form',
			customId: 'feedback-reason:run-1',
			texts: { reason: 'It has eight legs.' },
			messageId: null,
		})
	})
})
