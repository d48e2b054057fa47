import { Routes } from 'discord.js'
import { expect, test } from 'vitest'
import { startLocalDiscord } from '../../tests/support/discord/local-discord.ts'
import { createRequest } from './requests.ts'

test('more requests than Discord takes in a second wait for their turn, and none is refused', async () => {
	await using discord = await startLocalDiscord()
	const request = createRequest({ ...discord, timeoutMs: 10_000, onTrouble: () => {} })
	const channels = Array.from({ length: 120 }, (_, index) => discord.addChannel({ name: `team-${index}` }))
	const asked = channels.map((id) => request('get', Routes.channel(id)))
	expect(await Promise.all(asked)).toMatchObject(channels.map((id) => ({ id })))
	expect(discord.calls.map(({ status }) => status)).toEqual(channels.map(() => 200))
})

test('what one channel takes no more of is refused at once', async () => {
	await using discord = await startLocalDiscord()
	const request = createRequest({ ...discord, timeoutMs: 10_000, onTrouble: () => {} })
	const typing = () => request('post', Routes.channelTyping(discord.general))
	for (let count = 0; count < 5; count += 1) await typing()
	await expect(typing()).rejects.toMatchObject({ code: 'platform-unavailable', retry: { afterMs: expect.any(Number) } })
	expect(discord.calls).toHaveLength(5)
})
