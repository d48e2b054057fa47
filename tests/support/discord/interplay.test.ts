import {
	ActionRowBuilder,
	ButtonBuilder,
	ButtonStyle,
	Events,
	LabelBuilder,
	type Message,
	MessageFlags,
	ModalBuilder,
	type Interaction as ReceivedInteraction,
	Routes,
	StringSelectMenuBuilder,
	TextInputBuilder,
	TextInputStyle,
} from 'discord.js'
import { expect, test } from 'vitest'
import { logIn, openDiscord } from './bots-at-work.ts'

const think = { name: 'Think about this', type: 3, integration_types: [0, 1], contexts: [0, 1, 2] }
const button = new ButtonBuilder().setCustomId('steps').setLabel('Show reasoning').setStyle(ButtonStyle.Secondary)
const menu = new StringSelectMenuBuilder()
	.setCustomId('stage')
	.addOptions({ label: 'Problem analysis', value: 'analyze' }, { label: 'Self-evaluation', value: 'evaluate' })
const reason = new TextInputBuilder().setCustomId('reason').setStyle(TextInputStyle.Paragraph)
const form = new ModalBuilder()
	.setCustomId('form')
	.setTitle('What went wrong?')
	.addLabelComponents(new LabelBuilder().setLabel('Reason').setTextInputComponent(reason))

/** A bot that uses all ways in which discord.js answers. */
async function openBot() {
	const { discord, rest, ada } = await openDiscord()
	await rest.put(Routes.applicationCommands(discord.applicationId), { body: [think] })
	await logIn(discord, (client) => {
		client.on(Events.MessageCreate, (message) => void answerMessage(message))
		client.on(Events.InteractionCreate, (interaction) => void answerInteraction(interaction))
	})
	return { discord, ada }
}

async function answerMessage(message: Message): Promise<void> {
	if (!message.author.bot) await message.reply(`heard ${message.content}`)
}

async function answerInteraction(interaction: ReceivedInteraction): Promise<void> {
	if (interaction.isMessageContextMenuCommand()) {
		const components = [new ActionRowBuilder<ButtonBuilder>().addComponents(button)]
		await interaction.reply({ content: `thought about ${interaction.targetMessage.content}`, components })
	} else if (interaction.isButton()) {
		const components = [new ActionRowBuilder<StringSelectMenuBuilder>().addComponents(menu)]
		await interaction.reply({ content: 'which stage?', components, flags: MessageFlags.Ephemeral })
	} else if (interaction.isStringSelectMenu()) {
		if (interaction.values[0] === 'evaluate') await interaction.showModal(form)
		else await interaction.update(`chosen: ${interaction.values[0]}`)
	} else if (interaction.isModalSubmit()) {
		await interaction.deferUpdate()
		await interaction.followUp({
			content: `noted: ${interaction.fields.getTextInputValue('reason')}`,
			flags: MessageFlags.Ephemeral,
		})
	}
}

test('discord.js is told of menus, buttons, choices and forms, and answers them', async () => {
	const { discord, ada } = await openBot()
	const question = ada.post(ada.directMessages, 'why?')
	const { original: answer } = await ada.messageCommand('Think about this', question)
	if (answer === null) throw new Error('there is no answer')
	expect(answer.content).toBe('thought about why?')
	const { original: choice } = await ada.press(answer, { label: 'Show reasoning' })
	if (choice === null) throw new Error('there is no menu')
	expect(ada.ephemerals(ada.directMessages)).toEqual([choice])
	await ada.choose(choice, { customId: 'stage' }, ['evaluate'])
	const [modal] = ada.modals()
	if (modal === undefined) throw new Error('there is no form')
	const submitted = await ada.submit(modal, { reason: 'a wrong sum' })
	await expect.poll(() => submitted.followUps.map(({ content }) => content)).toEqual(['noted: a wrong sum'])
	await ada.choose(choice, { customId: 'stage' }, ['analyze'])
	expect(choice.content).toBe('chosen: analyze')
	expect(discord.invalidRequests()).toBe(0)
})

test('discord.js answers direct messages', async () => {
	const { discord, ada } = await openBot()
	const question = ada.post(ada.directMessages, 'why?')
	await expect.poll(() => ada.sees(ada.directMessages).map(({ content }) => content)).toEqual(['why?', 'heard why?'])
	const [, answer] = discord.messages(ada.directMessages)
	expect(answer?.replyTo).toBe(question.id)
	expect(answer?.pinged.size).toBe(0)
})

test('discord.js is told of what somebody does who has installed the bot where it is not', async () => {
	const { discord, ada } = await openBot()
	const elsewhere = discord.addGuild({ name: 'elsewhere', hasBot: false })
	ada.join(elsewhere.id)
	ada.installBot()
	const among = discord.addPrivateChannel(ada, discord.person('bob'))
	for (const channelId of [elsewhere.general, among]) {
		const { original: answer } = await ada.messageCommand('Think about this', ada.post(channelId, 'why?'))
		if (answer === null) throw new Error('there is no answer')
		const pressed = await ada.press(answer, { label: 'Show reasoning' })
		expect(pressed).toMatchObject({ state: 'answered', isUserInstallOnly: true })
		expect(discord.messages(channelId).map(({ content }) => content)).toEqual(['why?', 'thought about why?'])
	}
})
