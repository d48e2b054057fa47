import { expect, test } from 'vitest'
import { codeOf, openSlack } from './apps.ts'

test('a thread is read in pages, oldest first, with its root; a channel is read from its end', async () => {
	const { slack, client, ada } = await openSlack()
	const { ts } = ada.post(slack.general, 'root')
	for (const text of ['one', 'two', 'three']) ada.post(slack.general, text, { threadTs: ts })
	ada.post(slack.general, 'later')
	const first = await client.conversations.replies({ channel: slack.general, ts, limit: 3 })
	expect(first.messages?.map(({ text }) => text)).toEqual(['root', 'one', 'two'])
	expect(first).toMatchObject({ has_more: true, messages: [{ reply_count: 3 }, {}, { parent_user_id: ada.id }] })
	const cursor = first.response_metadata?.next_cursor ?? ''
	const second = await client.conversations.replies({ channel: slack.general, ts, limit: 3, cursor })
	expect(second.messages?.map(({ text }) => text)).toEqual(['three'])
	const history = await client.conversations.history({ channel: slack.general })
	expect(history.messages?.map(({ text }) => text)).toEqual(['later', 'root'])
	expect(await codeOf(client.conversations.replies({ channel: slack.general, ts: '1700000000.000001' }))).toBe(
		'thread_not_found',
	)
	expect(await codeOf(client.conversations.history({ channel: slack.general, cursor: 'none' }))).toBe('invalid_cursor')
})

test('an app that is sold outside of the marketplace reads a thread once a minute, fifteen messages at a time', async () => {
	const { slack, client, ada } = await openSlack({ isSoldElsewhere: true, clockSpeed: 1 })
	const { ts } = ada.post(slack.general, 'root')
	for (let count = 1; count <= 20; count += 1) ada.post(slack.general, `reply ${count}`, { threadTs: ts })
	const thread = { channel: slack.general, ts }
	const first = await client.conversations.replies(thread)
	expect(first.messages).toHaveLength(15)
	await expect(client.conversations.replies(thread)).rejects.toMatchObject({ retryAfter: 60 })
	slack.clock.advance(60_000)
	expect(await codeOf(client.conversations.replies({ ...thread, limit: 16 }))).toBe('invalid_limit')
})

test('a listing starts after the oldest and ends before the latest timestamp', async () => {
	const { slack, client, ada } = await openSlack()
	const [first, , last] = ['one', 'two', 'three'].map((text) => ada.post(slack.general, text))
	const range = { channel: slack.general, oldest: first?.ts ?? '', latest: last?.ts ?? '' }
	const textsOf = async (inclusive: boolean) =>
		(await client.conversations.history({ ...range, inclusive })).messages?.map(({ text }) => text)
	expect(await textsOf(false)).toEqual(['two'])
	expect(await textsOf(true)).toEqual(['three', 'two', 'one'])
})

test('metadata is listed only when asked for', async () => {
	const { slack, client } = await openSlack()
	const metadata = { event_type: 'answer', event_payload: { run: 'one' } }
	await client.chat.postMessage({ channel: slack.general, text: 'an answer', metadata })
	const listed = async (include_all_metadata: boolean) =>
		(await client.conversations.history({ channel: slack.general, include_all_metadata })).messages?.[0]?.metadata
	expect(await listed(false)).toBeUndefined()
	expect(await listed(true)).toEqual(metadata)
})

test('channels are read only by members with the scope of their kind', async () => {
	const { slack, client } = await openSlack({ scopes: ['channels:history'] })
	const group = slack.addChannel({ name: 'few', kind: 'private' })
	const far = slack.addChannel({ name: 'far', kind: 'public', hasBot: false })
	const read = (channel: string) => codeOf(client.conversations.history({ channel }))
	expect([await read(slack.general), await read(group), await read(far)]).toEqual([
		'ok',
		'missing_scope',
		'not_in_channel',
	])
})

test('what the bot knows of channels and people', async () => {
	const { slack, client } = await openSlack()
	const grace = slack.person('grace', { isAdmin: true })
	const { channel } = await client.conversations.info({ channel: grace.directMessages })
	expect(channel).toMatchObject({ is_im: true, is_member: true, user: grace.id })
	expect((await client.users.info({ user: grace.id })).user).toMatchObject({ name: 'grace', is_admin: true })
	expect(await codeOf(client.users.info({ user: 'U0UNKNOWN' }))).toBe('user_not_found')
	const opened = await client.conversations.open({ users: grace.id })
	expect(opened).toMatchObject({ already_open: true, channel: { id: grace.directMessages } })
	expect(await codeOf(client.apiCall('conversations.open', {}))).toBe('users_list_not_supplied')
	const { ts = '' } = await client.chat.postMessage({ channel: grace.id, text: 'hello' })
	expect(slack.messages(grace.directMessages)).toMatchObject([{ ts, text: 'hello' }])
	const { permalink } = await client.chat.getPermalink({ channel: grace.directMessages, message_ts: ts })
	expect(permalink).toMatch(new RegExp(`/archives/${grace.directMessages}/p\\d{16}$`))
})

test('a reaction is added once and removed once', async () => {
	const { slack, client, ada } = await openSlack()
	const { ts: timestamp } = ada.post(slack.general, 'a question')
	const reaction = { channel: slack.general, timestamp, name: 'eyes' }
	expect(await codeOf(client.reactions.add(reaction))).toBe('ok')
	expect([...(slack.messages(slack.general)[0]?.reactions.keys() ?? [])]).toEqual(['eyes'])
	expect(await codeOf(client.reactions.add(reaction))).toBe('already_reacted')
	expect(await codeOf(client.reactions.remove(reaction))).toBe('ok')
	expect(await codeOf(client.reactions.remove(reaction))).toBe('no_reaction')
	expect(await codeOf(client.reactions.add({ ...reaction, name: ':Eyes:' }))).toBe('invalid_name')
})

test('a file is uploaded into a thread', async () => {
	const { slack, client, ada } = await openSlack()
	const { ts: thread_ts } = ada.post(slack.general, 'a long question')
	await client.filesUploadV2({
		channel_id: slack.general,
		thread_ts,
		filename: 'answer.md',
		content: 'Everything — in full.',
		initial_comment: 'The whole answer',
	})
	const message = slack.messages(slack.general, thread_ts).at(-1)
	expect(message).toMatchObject({ text: 'The whole answer', files: [{ name: 'answer.md' }] })
	expect(slack.fileContent(message?.files[0]?.id ?? '')?.toString()).toBe('Everything — in full.')
	const never = client.files.completeUploadExternal({
		files: [{ id: 'F0UNKNOWN', title: 'none' }],
		channel_id: slack.general,
	})
	expect(await codeOf(never)).toBe('file_not_found')
})

test('prompts are suggested, four at most, and threads are titled', async () => {
	const { slack, client, ada } = await openSlack()
	const prompts = (count: number) =>
		Array.from({ length: count }, () => ({ title: 'Sums', message: 'How much is 6 × 7?' }))
	const suggest = (count: number) =>
		codeOf(client.assistant.threads.setSuggestedPrompts({ channel_id: ada.directMessages, prompts: prompts(count) }))
	expect([await suggest(4), await suggest(5)]).toEqual(['ok', 'invalid_arguments'])
	expect(slack.suggestedPrompts).toHaveLength(1)
	const { ts: thread_ts } = ada.post(ada.directMessages, 'a question')
	await client.assistant.threads.setTitle({ channel_id: ada.directMessages, thread_ts, title: 'Sums' })
	expect(slack.titles).toEqual([{ channel: ada.directMessages, threadTs: thread_ts, title: 'Sums' }])
})

test('what a person types arrives escaped, but for mentions and links', async () => {
	const { slack, ada } = await openSlack()
	ada.post(slack.general, `<@${slack.botUserId}> a < b & c, see <https://example.org|this>`)
	const [message] = slack.messages(slack.general)
	expect(message?.text).toBe(`<@${slack.botUserId}> a &lt; b &amp; c, see <https://example.org|this>`)
	expect(message?.blocks).toMatchObject([
		{
			type: 'rich_text',
			elements: [
				{
					elements: [
						{ type: 'user', user_id: slack.botUserId },
						{ type: 'text', text: ' a < b & c, see ' },
						{ type: 'link', url: 'https://example.org', text: 'this' },
					],
				},
			],
		},
	])
})
