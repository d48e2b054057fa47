import { DiscordAPIError, HTTPError, RateLimitError, REST, Routes } from 'discord.js'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { codeOf, openDiscord } from './bots-at-work.ts'

const create = 'POST /channels/{channel_id}/messages'
const identified = z.looseObject({ id: z.string() })

async function openChannel(choices: Parameters<typeof openDiscord>[0] = {}) {
	const { discord, rest, ada } = await openDiscord(choices)
	/** As a bot that keeps no count of its own. */
	const request = (path: string, init: RequestInit = {}) =>
		fetch(`${discord.apiUrl}/v10${path}`, {
			...init,
			headers: { authorization: `Bot ${discord.botToken}`, 'content-type': 'application/json' },
		})
	const post = (channelId = discord.general) =>
		request(Routes.channelMessages(channelId), { method: 'POST', body: JSON.stringify({ content: 'hello' }) })
	return { discord, rest, ada, request, post }
}

const bodySchema = z.object({ retry_after: z.number(), global: z.boolean() })

test('a channel takes five messages in five seconds and says how many are left', async () => {
	const { discord, post } = await openChannel()
	const other = discord.addChannel({ name: 'other' })
	for (let left = 4; left >= 0; left -= 1) {
		const { status, headers } = await post()
		expect([status, headers.get('x-ratelimit-limit'), headers.get('x-ratelimit-remaining')]).toEqual([
			200,
			'5',
			`${left}`,
		])
	}
	const refused = await post()
	expect([refused.status, refused.headers.get('x-ratelimit-scope')]).toEqual([429, 'user'])
	const { retry_after: retryAfter } = bodySchema.parse(await refused.json())
	expect(retryAfter).toBeGreaterThan(0)
	expect(retryAfter).toBeLessThanOrEqual(5)
	expect((await post(other)).status).toBe(200)
	discord.clock.advance(5_000)
	expect((await post()).status).toBe(200)
	expect(discord.invalidRequests()).toBe(1)
})

test('a bot takes fifty requests a second in all, without answers to interactions', async () => {
	const { discord, request } = await openChannel({ clockSpeed: 0.01 })
	const answers = await Promise.all(
		Array.from({ length: 51 }, (_, count) => request(Routes.user(count > 25 ? '1' : '@me'))),
	)
	const refused = answers.find(({ status }) => status === 429)
	expect(refused?.headers.get('x-ratelimit-scope')).toBe('global')
	expect(bodySchema.parse(await refused?.json()).global).toBe(true)
	expect((await request('/webhooks/1/token', { method: 'POST', body: '{}' })).status).toBe(404)
	expect(discord.invalidRequests()).toBe(1)
})

test('discord.js waits as long as it is asked to', async () => {
	const { discord } = await openChannel({ clockSpeed: 100 })
	const rest = new REST({ api: discord.apiUrl }).setToken(discord.botToken)
	const body = { content: 'hello' }
	await Promise.all(Array.from({ length: 12 }, () => rest.post(Routes.channelMessages(discord.general), { body })))
	expect(discord.messages(discord.general)).toHaveLength(12)
	expect(discord.invalidRequests()).toBe(0)
})

test('limits that are shared with others count for nothing against the bot', async () => {
	const { discord, rest } = await openChannel()
	discord.faults.add(create, { kind: 'limit', retryAfter: 0.5, scope: 'shared' })
	const post = () => rest.post(Routes.channelMessages(discord.general), { body: { content: 'hello' } })
	await expect(post()).rejects.toBeInstanceOf(RateLimitError)
	expect(discord.calls.at(-1)).toMatchObject({ status: 429, isDone: false, isInvalid: false })
})

test('messages older than an hour take a few edits an hour', async () => {
	const { discord, rest } = await openChannel({ oldMessageEdits: 2, rates: false })
	const body = { content: 'hello' }
	const { id } = identified.parse(await rest.post(Routes.channelMessages(discord.general), { body }))
	const edit = () => rest.patch(Routes.channelMessage(discord.general, id), { body })
	await Promise.all([edit(), edit(), edit()])
	discord.clock.advance(61 * 60_000)
	await edit()
	await edit()
	await expect(edit()).rejects.toBeInstanceOf(RateLimitError)
	expect(discord.calls.at(-1)).toMatchObject({ status: 429, code: 30046 })
})

test('a message whose answer is lost is there, one whose connection is dropped is not', async () => {
	const { discord, rest } = await openChannel()
	const post = (content: string) => codeOf(rest.post(Routes.channelMessages(discord.general), { body: { content } }))
	discord.loseNextAnswer(create)
	expect(await post('lost')).not.toBe('ok')
	discord.dropNext(create)
	expect(await post('dropped')).not.toBe('ok')
	expect(await post('fine')).toBe('ok')
	expect(discord.messages(discord.general).map(({ content }) => content)).toEqual(['lost', 'fine'])
	expect(discord.calls.map(({ status, isDone }) => [status, isDone])).toEqual([
		[null, true],
		[null, false],
		[200, true],
	])
})

test('requests are refused with any code, failed and slowed down as often as planned', async () => {
	const { discord, rest } = await openChannel()
	const post = () => rest.post(Routes.channelMessages(discord.general), { body: { content: 'hello' } })
	discord.faults.add(create, { kind: 'refuse', status: 400, code: 20_028 }, 2)
	expect([await codeOf(post()), await codeOf(post())]).toEqual([20_028, 20_028])
	discord.faults.add(create, { kind: 'refuse', status: 403, code: 50_013 })
	await expect(post()).rejects.toBeInstanceOf(DiscordAPIError)
	discord.faults.add(create, { kind: 'refuse', status: 503 })
	await expect(post()).rejects.toBeInstanceOf(HTTPError)
	discord.faults.add(create, { kind: 'slow', milliseconds: 40 })
	const startedAt = performance.now()
	await post()
	expect(performance.now() - startedAt).toBeGreaterThan(35)
	expect(discord.messages(discord.general)).toHaveLength(1)
})

test('without rates everything is let through', async () => {
	const { discord, post } = await openChannel({ rates: false })
	for (let count = 0; count < 10; count += 1) expect((await post()).status).toBe(200)
	expect(discord.messages(discord.general)).toHaveLength(10)
})
