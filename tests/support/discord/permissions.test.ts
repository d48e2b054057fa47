import { Routes } from 'discord.js'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { codeOf, openDiscord } from './bots-at-work.ts'

async function openChannel() {
	const { discord, rest, ada } = await openDiscord()
	const post = (body: object = { content: 'hello' }, channelId = discord.general) =>
		codeOf(rest.post(Routes.channelMessages(channelId), { body }))
	return { discord, rest, ada, post }
}

test('a channel that the bot cannot see is out of its reach', async () => {
	const { discord, rest, ada, post } = await openChannel()
	const { id } = ada.post(discord.general, 'secret')
	discord.setBotPermissions(discord.general, { deny: ['ViewChannel'] })
	expect(await post()).toBe(50001)
	expect(await codeOf(rest.get(Routes.channel(discord.general)))).toBe(50001)
	expect(await codeOf(rest.get(Routes.channelMessage(discord.general, id)))).toBe(50001)
	expect(discord.invalidRequests()).toBe(3)
})

test('writing, attaching, embedding, reacting and typing each want their permission', async () => {
	const { discord, rest, ada, post } = await openChannel()
	const { id } = ada.post(discord.general, 'hello')
	discord.setBotPermissions(discord.general, { deny: ['EmbedLinks', 'AttachFiles', 'AddReactions'] })
	expect(await post({ embeds: [{ title: 'x' }] })).toBe(50013)
	const files = [{ name: 'x.txt', data: 'x' }]
	expect(await codeOf(rest.post(Routes.channelMessages(discord.general), { body: {}, files }))).toBe(50013)
	expect(await codeOf(rest.put(Routes.channelMessageOwnReaction(discord.general, id, '👍')))).toBe(50013)
	expect(await post()).toBe('ok')
	discord.setBotPermissions(discord.general, { deny: ['SendMessages'] })
	expect(await post()).toBe(50013)
	expect(await codeOf(rest.post(Routes.channelTyping(discord.general)))).toBe(50013)
})

test('threads want permissions of their own', async () => {
	const { discord, rest, ada, post } = await openChannel()
	const { id } = ada.post(discord.general, 'why?')
	const start = () => codeOf(rest.post(Routes.threads(discord.general, id), { body: { name: 'x' } }))
	discord.setBotPermissions(discord.general, { deny: ['CreatePublicThreads'] })
	expect(await start()).toBe(50013)
	discord.setBotPermissions(discord.general, { deny: ['SendMessagesInThreads'] })
	expect(await start()).toBe('ok')
	expect(await post({ content: 'because' }, id)).toBe(50013)
})

test('without the history the bot reads and answers nothing earlier', async () => {
	const { discord, rest, ada, post } = await openChannel()
	const { id } = ada.post(discord.general, 'why?')
	discord.setBotPermissions(discord.general, { deny: ['ReadMessageHistory'] })
	expect(await rest.get(Routes.channelMessages(discord.general))).toEqual([])
	expect(await codeOf(rest.get(Routes.channelMessage(discord.general, id)))).toBe(50013)
	expect(await post({ content: 'because', message_reference: { message_id: id } })).toBe(160002)
})

test('somebody who takes no direct messages is written none', async () => {
	const { discord, rest, ada, post } = await openChannel()
	const channel = z.looseObject({ id: z.string() })
	const opened = channel.parse(await rest.post(Routes.userChannels(), { body: { recipient_id: ada.id } }))
	expect(opened.id).toBe(ada.directMessages)
	expect(await post({ content: 'hello' }, opened.id)).toBe('ok')
	ada.setDirectMessages(false)
	expect(await post({ content: 'hello' }, opened.id)).toBe(50007)
	expect(discord.messages(opened.id)).toHaveLength(1)
})

test('a guild without the bot, and what people write among themselves, are out of its reach', async () => {
	const { discord, ada, post } = await openChannel()
	const elsewhere = discord.addGuild({ name: 'elsewhere', hasBot: false })
	expect(await post({ content: 'hello' }, elsewhere.general)).toBe(50001)
	expect(await post({ content: 'hello' }, discord.addPrivateChannel(ada, discord.person('bob')))).toBe(50001)
	discord.setMembership(elsewhere.id, true)
	expect(await post({ content: 'hello' }, elsewhere.general)).toBe('ok')
})

test('a wrong token is refused, and what a bot is and may can be asked for', async () => {
	const { discord, rest, ada } = await openChannel()
	expect(await rest.get(Routes.user())).toMatchObject({ id: discord.botUserId, bot: true })
	expect(await rest.get(Routes.currentApplication())).toMatchObject({ id: discord.applicationId })
	expect(await rest.get(Routes.guildMember(discord.guild, ada.id))).toMatchObject({ user: { username: 'ada' } })
	expect(await codeOf(rest.get(Routes.guildMember(discord.guild, '1')))).toBe(10013)
	discord.bot.token = 'another'
	expect(await codeOf(rest.get(Routes.user()))).toBe(0)
	expect(discord.calls.at(-1)).toMatchObject({ status: 401, isInvalid: true })
})
