import { webApi } from '@slack/bolt'
import { expect, test } from 'vitest'
import { codeOf, openSlack } from './apps.ts'

const rateLimited = { code: 'slack_webapi_rate_limited_error', retryAfter: expect.any(Number) }

test('a message whose answer is lost is there, one whose connection is dropped is not', async () => {
	const { slack, client } = await openSlack()
	const post = (text: string) => client.chat.postMessage({ channel: slack.general, text })
	slack.loseNextAnswer('chat.postMessage')
	await expect(post('lost')).rejects.toMatchObject({ code: 'slack_webapi_request_error' })
	slack.dropNext('chat.postMessage')
	await expect(post('dropped')).rejects.toMatchObject({ code: 'slack_webapi_request_error' })
	await post('fine')
	expect(slack.messages(slack.general).map(({ text }) => text)).toEqual(['lost', 'fine'])
	expect(slack.calls.map(({ status, isDone }) => [status, isDone])).toEqual([
		[null, true],
		[null, false],
		[200, true],
	])
})

test('calls are refused with any code, limited, failed and slowed down as often as planned', async () => {
	const { slack, client } = await openSlack()
	const post = () => client.chat.postMessage({ channel: slack.general, text: 'hello' })
	slack.refuse('chat.postMessage', 'fatal_error', 2)
	expect([await codeOf(post()), await codeOf(post())]).toEqual(['fatal_error', 'fatal_error'])
	slack.refuse('chat.postMessage', 'ratelimited', 1, 7)
	await expect(post()).rejects.toMatchObject({ ...rateLimited, retryAfter: 7 })
	slack.faults.add('chat.postMessage', { kind: 'status', status: 503 })
	await expect(post()).rejects.toMatchObject({ statusCode: 503 })
	slack.faults.add('chat.postMessage', { kind: 'slow', milliseconds: 40 })
	const startedAt = performance.now()
	await post()
	expect(performance.now() - startedAt).toBeGreaterThan(35)
	expect(slack.messages(slack.general)).toHaveLength(1)
})

test('every call is noted with its arguments, unfolded', async () => {
	const { slack, client } = await openSlack()
	await client.chat.postMessage({ channel: slack.general, text: 'hello', blocks: [{ type: 'divider' }] })
	expect(slack.calls).toEqual([
		expect.objectContaining({
			method: 'chat.postMessage',
			arguments: { channel: slack.general, text: 'hello', blocks: [{ type: 'divider' }] },
			status: 200,
			error: null,
		}),
	])
})

test('a channel takes a burst of messages, then one a second; other channels are not held up', async () => {
	const { slack, client } = await openSlack()
	const other = slack.addChannel({ name: 'other', kind: 'public' })
	const post = (channel: string) => client.chat.postMessage({ channel, text: 'hello' })
	for (let count = 0; count < 4; count += 1) await post(slack.general)
	await expect(post(slack.general)).rejects.toMatchObject(rateLimited)
	await post(other)
	slack.clock.advance(4_000)
	await post(slack.general)
})

test.for([
	{ method: 'reactions.remove', allowed: 20 },
	{ method: 'chat.update', allowed: 50 },
	{ method: 'users.info', allowed: 100 },
])('$method is let through $allowed times a minute', async ({ method, allowed }) => {
	const { slack, client } = await openSlack()
	// What the calls are refused for doesn't matter: refused calls count, too.
	const call = () => codeOf(client.apiCall(method, {}))
	for (let count = 0; count < allowed; count += 1) expect(await call()).toBe('invalid_arguments')
	await expect(call()).rejects.toMatchObject(rateLimited)
	slack.clock.advance(60_000)
	expect(await call()).toBe('invalid_arguments')
})

test('without rates everything is let through, and a fast clock shortens the minute', async () => {
	const unlimited = await openSlack({ rates: false })
	for (let count = 0; count < 10; count += 1)
		await unlimited.client.chat.postMessage({ channel: unlimited.slack.general, text: 'hi' })
	const { slack, client } = await openSlack({ clockSpeed: 1_000_000 })
	for (let count = 0; count < 10; count += 1) await client.chat.postMessage({ channel: slack.general, text: 'hi' })
	expect(slack.messages(slack.general)).toHaveLength(10)
})

test('tokens are told apart', async () => {
	const { slack, client } = await openSlack()
	const withToken = (token: string | undefined) => {
		const { apiUrl: slackApiUrl } = slack
		return new webApi.WebClient(token, { slackApiUrl, retryConfig: { retries: 0 }, logLevel: webApi.LogLevel.ERROR })
	}
	expect((await client.auth.test()).user_id).toBe(slack.botUserId)
	expect(await codeOf(withToken(undefined).auth.test())).toBe('not_authed')
	expect(await codeOf(withToken('xoxb-other').auth.test())).toBe('invalid_auth')
	expect(await codeOf(client.apps.connections.open())).toBe('not_allowed_token_type')
	expect(await codeOf(withToken(slack.appToken).apps.connections.open())).toBe('ok')
})

test('an installation is completed with a code, once, and gives a token that works where the one before no longer does', async () => {
	const { slack, client } = await openSlack()
	slack.revokeToken()
	expect(await codeOf(client.auth.test())).toBe('token_revoked')
	const code = slack.authorizationCode()
	const install = (secret = slack.clientSecret) =>
		client.oauth.v2.access({ code, client_id: slack.clientId, client_secret: secret })
	expect(await codeOf(install('wrong'))).toBe('bad_client_secret')
	expect(await install()).toMatchObject({
		access_token: expect.stringMatching(/^xoxb-/),
		bot_user_id: slack.botUserId,
		team: { id: slack.teamId },
	})
	expect(await codeOf(install())).toBe('invalid_code')
	expect(await codeOf(client.auth.test())).toBe('token_revoked')
	const again = new webApi.WebClient(slack.botToken, { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 } })
	expect(await codeOf(again.auth.test())).toBe('ok')
})
