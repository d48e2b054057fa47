import { Events, type Message, MessageFlags, type Interaction as ReceivedInteraction, Routes } from 'discord.js'
import { expect, test } from 'vitest'
import { logIn, openDiscord } from './bots-at-work.ts'

const ask = {
	name: 'ask',
	type: 1,
	description: 'Ask a question',
	options: [{ type: 3, name: 'question', description: 'What to ask', required: true, max_length: 6_000 }],
	integration_types: [0, 1],
	contexts: [0, 1, 2],
}

test('discord.js logs in, answers a mention in a thread, defers and edits an interaction, and resumes', async () => {
	const { discord, rest, ada } = await openDiscord()
	await rest.put(Routes.applicationCommands(discord.applicationId), { body: [ask] })
	const resumed = Promise.withResolvers<void>()
	const heard: string[] = []
	const client = await logIn(discord, (bot) => {
		bot.on(Events.ShardResume, () => resumed.resolve())
		bot.on(Events.MessageCreate, (message) => void answerMention(message, heard))
		bot.on(Events.InteractionCreate, (interaction) => void answerCommand(interaction))
	})
	expect(client.user.id).toBe(discord.botUserId)
	expect(client.guilds.cache.get(discord.guild)?.channels.cache.has(discord.general)).toBe(true)

	const question = ada.post(discord.general, `${discord.botMention} why?`)
	await expect.poll(() => discord.messages(question.id).map(({ content }) => content)).toEqual(['', 'because'])
	expect(discord.messages(discord.general).map(({ content }) => content)).toEqual([
		question.content,
		'a thread follows',
	])

	const interaction = await ada.command('ask', { question: 'how?' }, discord.general)
	expect(interaction.state).toBe('answered')
	await expect.poll(() => interaction.original?.content).toBe('how? like this')
	expect(ada.ephemerals(discord.general)).toEqual([interaction.original])

	discord.gateway.drop()
	await expect.poll(() => discord.gateway.connectionCount()).toBe(0)
	const missed = ada.post(discord.general, `${discord.botMention} while you were away?`)
	await resumed.promise
	await expect.poll(() => discord.messages(missed.id)).toHaveLength(2)
	expect(heard).toEqual([question.content, missed.content])
	expect(discord.invalidRequests()).toBe(0)
})

async function answerMention(message: Message, heard: string[]): Promise<void> {
	if (message.author.bot || !message.mentions.has(message.client.user)) return
	heard.push(message.content)
	await message.reply('a thread follows')
	const thread = await message.startThread({ name: 'why' })
	await thread.sendTyping()
	await thread.send('because')
}

async function answerCommand(interaction: ReceivedInteraction): Promise<void> {
	if (!interaction.isChatInputCommand()) return
	await interaction.deferReply({ flags: MessageFlags.Ephemeral })
	await interaction.editReply(`${interaction.options.getString('question', true)} like this`)
}
