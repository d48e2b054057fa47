import { describe, expect, test } from 'vitest'
import { codeOf, openSlack } from './apps.ts'

async function openThread(choices: Parameters<typeof openSlack>[0] = {}) {
	const opened = await openSlack(choices)
	const { slack, ada, client } = opened
	const { ts: thread_ts } = ada.post(slack.general, 'a question')
	const thread = { channel: slack.general, thread_ts }
	const recipient = { recipient_user_id: ada.id, recipient_team_id: slack.teamId }
	const start = async (more: object = {}) => {
		const { ts = '' } = await client.chat.startStream({ ...thread, ...recipient, ...more })
		return { channel: slack.general, ts }
	}
	const shown = (ts: string) => slack.messages(slack.general, thread_ts).find((message) => message.ts === ts)
	return { ...opened, thread, recipient, start, shown }
}

test('a stream gathers text and tasks, and its end adds blocks and metadata', async () => {
	const { client, start, shown } = await openThread()
	const stream = await start({ task_display_mode: 'plan' })
	const task = { type: 'task_update', id: 'one', title: 'Work it out' } as const
	await client.chat.appendStream({
		...stream,
		chunks: [
			{ type: 'plan_update', title: 'Plan' },
			{ ...task, status: 'in_progress' },
		],
	})
	await client.chat.appendStream({ ...stream, chunks: [{ ...task, status: 'complete', output: '42' }] })
	await client.chat.appendStream({ ...stream, markdown_text: 'It is ' })
	expect(shown(stream.ts)?.stream?.state).toBe('streaming')
	const metadata = { event_type: 'answer', event_payload: { run: 'one' } }
	await client.chat.stopStream({ ...stream, markdown_text: '**42**', blocks: [{ type: 'divider' }], metadata })
	const message = shown(stream.ts)
	expect(message).toMatchObject({ text: 'It is **42**', metadata, stream: { state: 'stopped' } })
	expect(message?.blocks).toMatchObject([
		{ type: 'plan', title: 'Plan', tasks: [{ task_id: 'one', status: 'complete' }] },
		{ type: 'markdown', text: 'It is **42**' },
		{ type: 'divider' },
	])
})

describe('a stream outside direct messages says whom it is for', () => {
	test.for([
		{ missing: 'recipient_user_id', code: 'missing_recipient_user_id' },
		{ missing: 'recipient_team_id', code: 'missing_recipient_team_id' },
	])('without $missing: $code', async ({ missing, code }) => {
		const { client, thread, recipient } = await openThread()
		const values = { ...thread, ...recipient, [missing]: undefined }
		expect(await codeOf(client.chat.startStream(values))).toBe(code)
	})

	test('in direct messages nobody has to be named', async () => {
		const { client, ada } = await openSlack()
		const { ts: thread_ts } = ada.post(ada.directMessages, 'a question')
		expect(await codeOf(client.chat.startStream({ channel: ada.directMessages, thread_ts }))).toBe('ok')
	})
})

test('what is not a stream, or no longer one, takes nothing', async () => {
	const { client, thread, start } = await openThread()
	const { ts = '' } = await client.chat.postMessage({ ...thread, text: 'plain' })
	const plain = { channel: thread.channel, ts, markdown_text: 'more' }
	expect(await codeOf(client.chat.appendStream(plain))).toBe('message_not_in_streaming_state')
	expect(await codeOf(client.chat.stopStream(plain))).toBe('message_not_in_streaming_state')
	const stream = await start()
	await client.chat.stopStream(stream)
	expect(await codeOf(client.chat.appendStream({ ...stream, markdown_text: 'more' }))).toBe(
		'message_not_in_streaming_state',
	)
})

test('a stream that is five minutes old is over, though it was appended to', async () => {
	const { slack, client, start, shown } = await openThread()
	const stream = await start()
	slack.clock.advance(4 * 60_000)
	expect(await codeOf(client.chat.appendStream({ ...stream, markdown_text: 'still here' }))).toBe('ok')
	slack.clock.advance(60_000)
	expect(shown(stream.ts)?.stream?.state).toBe('expired')
	expect(await codeOf(client.chat.appendStream({ ...stream, markdown_text: 'late' }))).toBe(
		'message_not_in_streaming_state',
	)
	expect(await codeOf(client.chat.update({ ...stream, text: 'goes on by edits' }))).toBe('ok')
})

test('of a task, title and status are replaced, while details and output grow', async () => {
	const { client, start, shown } = await openThread()
	const stream = await start({ task_display_mode: 'plan' })
	const task = { type: 'task_update', id: 'one', title: 'Work it out', status: 'in_progress' } as const
	const append = (chunk: object) => client.chat.appendStream({ ...stream, chunks: [{ ...task, ...chunk }] })
	await append({ details: '- half' })
	await append({ title: 'Worked out', details: '\n- all', output: '4' })
	await append({ status: 'complete', output: '2' })
	expect(shown(stream.ts)?.stream?.tasks.get('one')).toMatchObject({
		title: 'Work it out',
		status: 'complete',
		details: '- half\n- all',
		output: '42',
	})
})

test('a stream that ends in the middle of a task looks as if it had failed', async () => {
	const { client, start, shown } = await openThread()
	const task = { type: 'task_update', id: 'one', title: 'Work it out', status: 'in_progress' } as const
	const cut = await start({ chunks: [task] })
	await client.chat.stopStream(cut)
	const ended = await start({ chunks: [task] })
	await client.chat.stopStream({ ...ended, chunks: [{ ...task, status: 'complete' }] })
	expect([cut, ended].map(({ ts }) => shown(ts)?.stream?.hasFailed)).toEqual([true, false])
})

test('a message can not be updated or deleted while it is streamed', async () => {
	const { client, start } = await openThread()
	const stream = await start()
	expect(await codeOf(client.chat.update({ ...stream, text: 'other' }))).toBe('streaming_state_conflict')
	expect(await codeOf(client.chat.delete(stream))).toBe('streaming_state_conflict')
	await client.chat.stopStream({ ...stream, markdown_text: 'done' })
	expect(await codeOf(client.chat.update({ ...stream, text: 'other' }))).toBe('ok')
})

test('no more than 20 streams are started in a minute', async () => {
	const { slack, start } = await openThread()
	for (let count = 0; count < 20; count += 1) await start()
	const refused = start()
	await expect(refused).rejects.toMatchObject({
		code: 'slack_webapi_rate_limited_error',
		retryAfter: expect.any(Number),
	})
	slack.clock.advance(60_000)
	await start()
})

test.for([
	{ what: 'nothing', values: {}, code: 'no_text' },
	{ what: 'text of 12,001 characters', values: { markdown_text: 'x'.repeat(12_001) }, code: 'msg_too_long' },
	{
		what: 'text of both kinds',
		values: { markdown_text: 'x', chunks: [{ type: 'markdown_text', text: 'x' }] },
		code: 'cannot_provide_both_markdown_text_and_chunks',
	},
	{
		what: 'a task and more text than goes with it',
		values: {
			chunks: [
				{ type: 'task_update', id: 'one', title: 'One', status: 'pending', details: 'x'.repeat(5_000) },
				{ type: 'markdown_text', text: 'x'.repeat(1_000) },
			],
		},
		code: 'msg_too_long',
	},
	{
		what: 'a task with a title of 257 characters',
		values: { chunks: [{ type: 'task_update', id: 'one', title: 'x'.repeat(257), status: 'pending' }] },
		code: 'invalid_chunks',
	},
	{ what: 'an unknown chunk', values: { chunks: [{ type: 'song' }] }, code: 'invalid_chunks' },
	{
		what: 'a task without a status',
		values: { chunks: [{ type: 'task_update', id: 'one', title: 'One' }] },
		code: 'invalid_chunks',
	},
])('appending $what: $code', async ({ values, code }) => {
	const { client, start } = await openThread()
	const stream = await start()
	expect(await codeOf(client.apiCall('chat.appendStream', { ...stream, ...values }))).toBe(code)
})

test('a Slack without streams does not know the methods', async () => {
	const { start } = await openThread({ capabilities: { streaming: false } })
	expect(await codeOf(start())).toBe('unknown_method')
})

test("a session's status is kept, and Slack's Stop button ends its streams and tells the app", async () => {
	const { slack, ada, client, thread, start, shown } = await openThread()
	const session = { channel_id: thread.channel, thread_ts: thread.thread_ts }
	await client.agents.sessions.setStatus({ ...session, status: 'processing', title: 'A question' })
	const stream = await start()
	await client.apiCall('assistant.threads.setStatus', { ...session, status: 'is thinking' })
	expect(slack.status(thread.channel, thread.thread_ts)?.status).toBe('is thinking')
	void ada.stopSession(thread.channel, thread.thread_ts)
	expect(shown(stream.ts)?.stream?.state).toBe('stopped')
	await client.agents.sessions.setStatus({ ...session, status: 'active' })
	expect(slack.session(thread.channel, thread.thread_ts)?.statuses).toEqual(['processing', 'active'])
	slack.clock.advance(120_001)
	expect(slack.status(thread.channel, thread.thread_ts)).toBeNull()
})

test('an app that is no agent has no sessions, and the end of a stream may set the status', async () => {
	const without = await openThread({ capabilities: { sessionStatus: false } })
	const { channel: channel_id, thread_ts } = without.thread
	const refused = without.client.agents.sessions.setStatus({ channel_id, thread_ts, status: 'active' })
	expect(await codeOf(refused)).toBe('not_authorized')
	const { slack, client, start, thread } = await openThread()
	await client.chat.stopStream({ ...(await start()), markdown_text: 'done', session_status: 'active' })
	expect(slack.session(thread.channel, thread.thread_ts)?.status).toBe('active')
})
