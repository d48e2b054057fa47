import { Events, Routes } from 'discord.js'
import { expect, test } from 'vitest'
import { happened, logIn, openDiscord } from './bots-at-work.ts'

/** discord.js lets five seconds pass between two beginnings of a session. */
const ws = { buildIdentifyThrottler: async () => ({ waitForIdentify: async () => {} }) }

async function openListener(choices: Parameters<typeof openDiscord>[0] = {}) {
	const { discord, ada, rest } = await openDiscord({ rates: false, ...choices })
	const heard: string[] = []
	const client = await logIn(discord, (bot) => bot.on(Events.MessageCreate, ({ content }) => heard.push(content)), {
		ws,
	})
	return { discord, ada, rest, heard, client }
}

test('a session that is invalid is begun anew, and what was between is missed', async () => {
	const { discord, rest, ada, heard, client } = await openListener()
	const ready = happened(client, 'shardReady')
	discord.gateway.invalidate(false)
	ada.post(discord.general, 'unheard')
	await ready
	expect(discord.gateway.sessions.map(({ hasEnded }) => hasEnded)).toEqual([true, false])
	ada.post(discord.general, 'heard')
	await expect.poll(() => heard).toEqual(['heard'])
	expect(await rest.get(Routes.channelMessages(discord.general))).toHaveLength(2)
})

test('a session that may not be resumed is begun anew', async () => {
	const { discord, ada, heard, client } = await openListener()
	const ready = happened(client, 'shardReady')
	discord.gateway.refuseResumes(1)
	discord.gateway.drop()
	await ready
	expect(discord.gateway.sessions).toHaveLength(2)
	ada.post(discord.general, 'heard')
	await expect.poll(() => heard).toEqual(['heard'])
})

test('a bot leaves a connection that has fallen silent, and is told what it did not hear', async () => {
	const { discord, ada, heard, client } = await openListener({ heartbeatMs: 50 })
	const resumed = happened(client, 'shardResume')
	discord.gateway.fallSilent()
	ada.post(discord.general, 'into the silence')
	await resumed
	await expect.poll(() => heard).toEqual(['into the silence'])
	expect(discord.gateway.sessions).toHaveLength(1)
})

test('a bot is told of a guild that it is brought into, and forgets one that it is taken from', async () => {
	const { discord, ada, heard, client } = await openListener()
	const elsewhere = discord.addGuild({ name: 'elsewhere', hasBot: false })
	ada.join(elsewhere.id)
	ada.post(elsewhere.general, 'unheard')
	discord.setMembership(elsewhere.id, true)
	ada.post(elsewhere.general, 'heard')
	await expect.poll(() => heard).toEqual(['heard'])
	expect(client.guilds.cache.get(elsewhere.id)?.members.me?.id).toBe(discord.botUserId)
	discord.setMembership(elsewhere.id, false)
	await expect.poll(() => client.guilds.cache.has(elsewhere.id)).toBe(false)
})
