import { InteractionResponseType, Routes } from 'discord.js'
import { expect, test } from 'vitest'
import { startLocalDiscord } from '../../tests/support/discord/local-discord.ts'
import { discordCommands } from './commands.ts'
import { createRequest } from './requests.ts'

test('more requests than Discord takes in a second wait for their turn, and none is refused', async () => {
	await using discord = await startLocalDiscord()
	const request = createRequest({ ...discord, timeoutMs: 10_000, onTrouble: () => {} })
	const channels = Array.from({ length: 120 }, (_, index) => discord.addChannel({ name: `team-${index}` }))
	const asked = channels.map((id) => request('get', Routes.channel(id)))
	expect(await Promise.all(asked)).toMatchObject(channels.map((id) => ({ id })))
	expect(discord.calls.map(({ status }) => status)).toEqual(channels.map(() => 200))
})

test('an answer to a command waits for none of the other requests', async () => {
	await using discord = await startLocalDiscord()
	const request = createRequest({ ...discord, timeoutMs: 10_000, onTrouble: () => {} })
	await request('put', Routes.applicationCommands(discord.applicationId), { body: discordCommands() })
	const channels = Array.from({ length: 120 }, (_, index) => discord.addChannel({ name: `team-${index}` }))
	const asked = Promise.all(channels.map((id) => request('get', Routes.channel(id))))
	const used = discord.person('Ada').command('ask', { question: 'How much?' }, discord.general)
	const { id, token } = discord.interactions[0] ?? { id: '', token: '' }
	const body = { type: InteractionResponseType.DeferredChannelMessageWithSource }
	await request('post', Routes.interactionCallback(id, token), { body, auth: false })
	expect(await used).toMatchObject({ state: 'answered' })
	expect(discord.calls.length).toBeLessThan(channels.length / 2)
	await asked
})

test('what one channel takes no more of is refused at once', async () => {
	await using discord = await startLocalDiscord()
	const request = createRequest({ ...discord, timeoutMs: 10_000, onTrouble: () => {} })
	const typing = () => request('post', Routes.channelTyping(discord.general))
	for (let count = 0; count < 5; count += 1) await typing()
	await expect(typing()).rejects.toMatchObject({ code: 'platform-unavailable', retry: { afterMs: expect.any(Number) } })
	expect(discord.calls).toHaveLength(5)
})
