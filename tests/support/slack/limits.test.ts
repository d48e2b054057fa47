import { describe, expect, test } from 'vitest'
import { codeOf, openSlack } from './apps.ts'

const letters = (count: number) => 'x'.repeat(count)

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
