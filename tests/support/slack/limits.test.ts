import { describe, expect, test } from 'vitest'
import { codeOf, openSlack } from './apps.ts'

const letters = (count: number) => 'x'.repeat(count)
const plain = (text: string) => ({ type: 'plain_text', text })
const mrkdwn = (text: string) => ({ type: 'mrkdwn', text })
const section = (text: string) => ({ type: 'section', text: mrkdwn(text) })
const button = (more: object = {}) => ({ type: 'button', action_id: 'go', text: plain('Go'), ...more })
const actions = (...elements: object[]) => ({ type: 'actions', elements })
const container = (more: object = {}) => ({
	type: 'container',
	title: plain('Reasoning'),
	is_collapsible: true,
	default_collapsed: true,
	child_blocks: [section('one'), { type: 'divider' }, { type: 'context', elements: [mrkdwn('two')] }],
	...more,
})
const feedback = {
	type: 'feedback_buttons',
	action_id: 'feedback',
	positive_button: { text: plain('Good'), value: 'good' },
	negative_button: { text: plain('Bad'), value: 'bad' },
}
const numbered = (count: number, make: (index: number) => object) =>
	Array.from({ length: count }, (_, index) => make(index))

type Case = { readonly what: string; readonly blocks: readonly object[]; readonly code: string }

const blockCases: readonly Case[] = [
	{ what: '50 blocks', blocks: numbered(50, () => ({ type: 'divider' })), code: 'ok' },
	{ what: '51 blocks', blocks: numbered(51, () => ({ type: 'divider' })), code: 'msg_blocks_too_many' },
	{ what: 'a section of 3,000 characters', blocks: [section(letters(3_000))], code: 'ok' },
	{ what: 'a section of 3,001 characters', blocks: [section(letters(3_001))], code: 'invalid_blocks' },
	{ what: 'an empty section', blocks: [section('')], code: 'invalid_blocks' },
	{
		what: 'a field of 2,001 characters',
		blocks: [{ type: 'section', fields: [mrkdwn(letters(2_001))] }],
		code: 'invalid_blocks',
	},
	{
		what: 'a header of 151 characters',
		blocks: [{ type: 'header', text: plain(letters(151)) }],
		code: 'invalid_blocks',
	},
	{ what: 'a header with markup', blocks: [{ type: 'header', text: mrkdwn('title') }], code: 'invalid_blocks' },
	{
		what: 'blocks of 13,201 characters',
		blocks: numbered(5, () => section(letters(2_700))),
		code: 'msg_blocks_too_long',
	},
	{ what: 'a markdown block of 12,000 characters', blocks: [{ type: 'markdown', text: letters(12_000) }], code: 'ok' },
	{
		what: 'markdown blocks of 12,001 characters together',
		blocks: numbered(2, (index) => ({ type: 'markdown', text: letters(6_000 + index) })),
		code: 'invalid_blocks',
	},
	{ what: 'a button of 75 characters', blocks: [actions(button({ text: plain(letters(75)) }))], code: 'ok' },
	{
		what: 'a button of 76 characters',
		blocks: [actions(button({ text: plain(letters(76)) }))],
		code: 'invalid_blocks',
	},
	{ what: 'a button with markup', blocks: [actions(button({ text: mrkdwn('*Go*') }))], code: 'invalid_blocks' },
	{ what: 'a value of 2,001 characters', blocks: [actions(button({ value: letters(2_001) }))], code: 'invalid_blocks' },
	{
		what: 'an action_id of 256 characters',
		blocks: [actions(button({ action_id: letters(256) }))],
		code: 'invalid_blocks',
	},
	{ what: 'two equal action_ids in a block', blocks: [actions(button(), button())], code: 'invalid_blocks' },
	{ what: 'equal action_ids in two blocks', blocks: [actions(button()), actions(button())], code: 'ok' },
	{
		what: 'a block_id of 256 characters',
		blocks: [{ type: 'divider', block_id: letters(256) }],
		code: 'invalid_blocks',
	},
	{
		what: 'two equal block_ids',
		blocks: numbered(2, () => ({ type: 'divider', block_id: 'same' })),
		code: 'invalid_blocks',
	},
	{
		what: '26 actions',
		blocks: [actions(...numbered(26, (index) => button({ action_id: `go-${index}` })))],
		code: 'invalid_blocks',
	},
	{
		what: 'a context of 11 elements',
		blocks: [{ type: 'context', elements: numbered(11, () => mrkdwn('a')) }],
		code: 'invalid_blocks',
	},
	{ what: 'feedback buttons', blocks: [{ type: 'context_actions', elements: [feedback] }], code: 'ok' },
	{
		what: '6 context actions',
		blocks: [
			{ type: 'context_actions', elements: numbered(6, (index) => ({ ...feedback, action_id: `feedback-${index}` })) },
		],
		code: 'invalid_blocks',
	},
	{ what: 'feedback buttons among actions', blocks: [actions(feedback)], code: 'invalid_blocks' },
	{ what: 'a container', blocks: [container()], code: 'ok' },
	{ what: 'a container without a title', blocks: [{ ...container(), title: undefined }], code: 'invalid_blocks' },
	{
		what: 'a container title of 151 characters',
		blocks: [container({ title: plain(letters(151)) })],
		code: 'invalid_blocks',
	},
	{
		what: 'a container of 11 blocks',
		blocks: [container({ child_blocks: numbered(11, () => section('a')) })],
		code: 'invalid_blocks',
	},
	{
		what: 'markdown in a container',
		blocks: [container({ child_blocks: [{ type: 'markdown', text: 'a' }] })],
		code: 'invalid_blocks',
	},
	{ what: 'a container in a container', blocks: [container({ child_blocks: [container()] })], code: 'invalid_blocks' },
	{
		what: 'a folded container that can not be unfolded',
		blocks: [container({ is_collapsible: false })],
		code: 'invalid_blocks',
	},
	{
		what: 'a divider line in a collapsible container',
		blocks: [container({ has_header_divider: true })],
		code: 'invalid_blocks',
	},
	{ what: 'an unknown block', blocks: [{ type: 'accordion' }], code: 'invalid_blocks' },
	{ what: 'an unknown field', blocks: [{ ...section('a'), colour: 'red' }], code: 'invalid_blocks' },
]

describe('blocks of a message', () => {
	test.for(blockCases)('$what: $code', async ({ blocks, code }) => {
		const { slack, client } = await openSlack({ rates: false })
		const written = { channel: slack.general, text: 'fallback', blocks }
		expect(await codeOf(client.apiCall('chat.postMessage', written))).toBe(code)
		expect(slack.messages(slack.general)).toHaveLength(code === 'ok' ? 1 : 0)
	})

	test('containers are unknown where the workspace has none', async () => {
		const { slack, client } = await openSlack({ capabilities: { containers: false } })
		const written = { channel: slack.general, text: 'fallback', blocks: [container()] }
		expect(await codeOf(client.apiCall('chat.postMessage', written))).toBe('invalid_blocks')
	})
})

type Writing = { readonly what: string; readonly method: string; readonly values: object; readonly code: string }

const deepMetadata = { event_type: 'answer', event_payload: { run: { of: { too: 'deep' } } } }
const writings: readonly Writing[] = [
	{ what: 'nothing', method: 'chat.postMessage', values: {}, code: 'no_text' },
	{ what: 'blanks', method: 'chat.postMessage', values: { text: '  ' }, code: 'no_text' },
	{ what: 'markdown', method: 'chat.postMessage', values: { markdown_text: '**hi**' }, code: 'ok' },
	{
		what: 'markdown of 12,001 characters',
		method: 'chat.postMessage',
		values: { markdown_text: letters(12_001) },
		code: 'msg_too_long',
	},
	{
		what: 'markdown and text',
		method: 'chat.postMessage',
		values: { markdown_text: 'hi', text: 'hi' },
		code: 'markdown_text_conflict',
	},
	{
		what: 'no channel',
		method: 'chat.postMessage',
		values: { channel: undefined, text: 'hi' },
		code: 'invalid_arguments',
	},
	{
		what: 'an unknown channel',
		method: 'chat.postMessage',
		values: { channel: 'C0UNKNOWN', text: 'hi' },
		code: 'channel_not_found',
	},
	{
		what: 'an unknown thread',
		method: 'chat.postMessage',
		values: { thread_ts: '1700000000.000001', text: 'hi' },
		code: 'thread_not_found',
	},
	{
		what: 'a thread that is no timestamp',
		method: 'chat.postMessage',
		values: { thread_ts: 'thread', text: 'hi' },
		code: 'invalid_thread_ts',
	},
	{
		what: 'metadata',
		method: 'chat.postMessage',
		values: { text: 'hi', metadata: { event_type: 'answer', event_payload: { run: 'one', part: 1 } } },
		code: 'ok',
	},
	{
		what: 'metadata that is nested twice',
		method: 'chat.postMessage',
		values: { text: 'hi', metadata: deepMetadata },
		code: 'invalid_metadata_schema',
	},
	{
		what: 'metadata without a type',
		method: 'chat.postMessage',
		values: { text: 'hi', metadata: { event_payload: {} } },
		code: 'invalid_metadata_schema',
	},
	{
		what: 'an unknown message',
		method: 'chat.update',
		values: { ts: '1700000000.000001', text: 'hi' },
		code: 'message_not_found',
	},
	{ what: 'an unknown message', method: 'chat.delete', values: { ts: '1700000000.000001' }, code: 'message_not_found' },
	{
		what: 'somebody who is not there',
		method: 'chat.postEphemeral',
		values: { user: 'U0UNKNOWN', text: 'hi' },
		code: 'user_not_in_channel',
	},
	{ what: 'a method that does not exist', method: 'chat.shout', values: { text: 'hi' }, code: 'unknown_method' },
]

test.for(writings)('$method with $what: $code', async ({ method, values, code }) => {
	const { slack, client } = await openSlack()
	expect(await codeOf(client.apiCall(method, { channel: slack.general, ...values }))).toBe(code)
})

test('a text is cut at 40,000 characters when it is posted', async () => {
	const { slack, client } = await openSlack()
	await client.chat.postMessage({ channel: slack.general, text: letters(40_001) })
	expect(slack.messages(slack.general)[0]?.text).toHaveLength(40_000)
})

test('a text of more than 4,000 bytes is refused when a message is updated', async () => {
	const { slack, client } = await openSlack()
	const { ts = '' } = await client.chat.postMessage({ channel: slack.general, text: 'first' })
	const update = (text: string) => codeOf(client.chat.update({ channel: slack.general, ts, text }))
	expect(await update(letters(4_001))).toBe('msg_too_long')
	expect(await update('é'.repeat(2_001))).toBe('msg_too_long')
	expect(await update(letters(4_000))).toBe('ok')
	expect(slack.messages(slack.general)[0]?.versions).toHaveLength(2)
})

test('only what the bot has written can be updated and deleted by it', async () => {
	const { slack, client, ada } = await openSlack()
	const { ts } = ada.post(slack.general, 'mine')
	expect(await codeOf(client.chat.update({ channel: slack.general, ts, text: 'yours' }))).toBe('cant_update_message')
	expect(await codeOf(client.chat.delete({ channel: slack.general, ts }))).toBe('cant_delete_message')
})

describe('channels', () => {
	const write = { text: 'hi' }

	test('the bot writes only where it is a member, unless its scopes say otherwise', async () => {
		const { slack, client } = await openSlack()
		const channel = slack.addChannel({ name: 'far', kind: 'public', hasBot: false })
		expect(await codeOf(client.chat.postMessage({ channel, ...write }))).toBe('not_in_channel')
		const wide = await openSlack({ scopes: ['chat:write', 'chat:write.public'] })
		const other = wide.slack.addChannel({ name: 'far', kind: 'public', hasBot: false })
		expect(await codeOf(wide.client.chat.postMessage({ channel: other, ...write }))).toBe('ok')
	})

	test('a private channel of others does not exist for it, and nobody writes into an archived one', async () => {
		const { slack, client } = await openSlack()
		const secret = slack.addChannel({ name: 'secret', kind: 'private', hasBot: false })
		const archived = slack.addChannel({ name: 'old', kind: 'public', isArchived: true })
		expect(await codeOf(client.chat.postMessage({ channel: secret, ...write }))).toBe('channel_not_found')
		expect(await codeOf(client.chat.postMessage({ channel: archived, ...write }))).toBe('is_archived')
	})

	test('a scope that the token lacks is named', async () => {
		const { slack, client } = await openSlack({ scopes: ['users:read'] })
		const answer = client.chat.postMessage({ channel: slack.general, ...write })
		await expect(answer).rejects.toMatchObject({
			data: { error: 'missing_scope', needed: 'chat:write', provided: 'users:read' },
		})
	})
})
