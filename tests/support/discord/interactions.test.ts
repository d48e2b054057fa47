import { InteractionResponseType, MessageFlags, MessageType, Routes } from 'discord.js'
import { expect, test } from 'vitest'
import { codeOf, openDiscord } from './bots-at-work.ts'
import type { Interaction } from './interaction.ts'

const commands = [
	{
		name: 'ask',
		description: 'Ask a question',
		options: [{ type: 3, name: 'question', description: 'What to ask', required: true }],
		integration_types: [0, 1],
		contexts: [0, 1, 2],
	},
	{ name: 'Think about this', type: 3, integration_types: [0, 1], contexts: [0, 1, 2] },
]
const { ChannelMessageWithSource, DeferredChannelMessageWithSource, DeferredMessageUpdate, UpdateMessage, Modal } =
	InteractionResponseType
const ephemeral = { flags: MessageFlags.Ephemeral }
const row = (...components: readonly object[]) => [{ type: 1, components }]
const button = { type: 2, style: 1, label: 'Show reasoning', custom_id: 'steps:1' }
const form = {
	title: 'What went wrong?',
	custom_id: 'reason:1',
	components: [
		{
			type: 18,
			label: 'Reason',
			component: { type: 4, custom_id: 'reason', style: 2, required: true, max_length: 20 },
		},
	],
}

async function openCommands(choices: Parameters<typeof openDiscord>[0] = {}) {
	const { discord, rest, ada } = await openDiscord(choices)
	await rest.put(Routes.applicationCommands(discord.applicationId), { body: commands })
	const answer = ({ id, token }: Interaction, type: number, data?: object) =>
		rest.post(Routes.interactionCallback(id, token), { body: { type, data }, auth: false })
	const webhook = ({ token }: Interaction) => ({
		follow: (body: object) => rest.post(Routes.webhook(discord.applicationId, token), { body, auth: false }),
		edit: (body: object) => rest.patch(Routes.webhookMessage(discord.applicationId, token), { body, auth: false }),
		get: () => rest.get(Routes.webhookMessage(discord.applicationId, token), { auth: false }),
		remove: () => rest.delete(Routes.webhookMessage(discord.applicationId, token), { auth: false }),
	})
	/** What somebody has just begun, and its end. */
	const begun = (done: Promise<Interaction>) => {
		const interaction = discord.interactions.at(-1)
		if (interaction === undefined) throw new Error('nothing has begun')
		return { interaction, done }
	}
	const ask = (channelId = discord.general) => begun(ada.command('ask', { question: 'why?' }, channelId))
	return { discord, rest, ada, answer, webhook, begun, ask }
}

async function openButton() {
	const opened = await openCommands()
	const { interaction } = opened.ask()
	await opened.answer(interaction, ChannelMessageWithSource, { content: 'because', components: row(button) })
	const [message] = opened.discord.messages(opened.discord.general)
	if (message === undefined) throw new Error('there is no answer')
	return { ...opened, message, press: () => opened.begun(opened.ada.press(message, { label: 'Show reasoning' })) }
}

test('a command is answered with a message for everybody, or for the person alone', async () => {
	const { discord, ada, answer, ask } = await openCommands()
	await answer(ask().interaction, ChannelMessageWithSource, { content: 'for all' })
	await answer(ask().interaction, ChannelMessageWithSource, { content: 'for ada', ...ephemeral })
	expect(discord.messages(discord.general).map(({ content, type }) => ({ content, type }))).toEqual([
		{ content: 'for all', type: MessageType.ChatInputCommand },
	])
	expect(ada.sees(discord.general).map(({ content }) => content)).toEqual(['for all', 'for ada'])
	expect(discord.person('bob').ephemerals(discord.general)).toEqual([])
})

test('an answer is told back where that is asked for', async () => {
	const { rest, ask } = await openCommands()
	const { id, token } = ask().interaction
	const body = { type: DeferredChannelMessageWithSource, data: ephemeral }
	const query = new URLSearchParams({ with_response: 'true' })
	expect(await rest.post(Routes.interactionCallback(id, token), { body, query, auth: false })).toMatchObject({
		interaction: { id, response_message_loading: true, response_message_ephemeral: true },
		resource: { type: ChannelMessageWithSource, message: { content: '' } },
	})
})

test('a deferred answer is edited as often as needed, and stays for whom it was deferred', async () => {
	const { discord, ada, answer, webhook, ask } = await openCommands()
	const { interaction } = ask()
	await answer(interaction, DeferredChannelMessageWithSource, ephemeral)
	expect(ada.ephemerals(discord.general)).toMatchObject([{ content: '', flags: expect.any(Number) }])
	await webhook(interaction).edit({ content: 'working' })
	await webhook(interaction).edit({ content: 'done' })
	expect(await webhook(interaction).get()).toMatchObject({ content: 'done', flags: MessageFlags.Ephemeral })
	expect(ada.ephemerals(discord.general).map(({ content }) => content)).toEqual(['done'])
	await webhook(interaction).remove()
	expect(ada.ephemerals(discord.general)).toEqual([])
})

test('the first follow-up of a deferred answer takes its place', async () => {
	const { discord, answer, webhook, ask } = await openCommands()
	const { interaction } = ask()
	await answer(interaction, DeferredChannelMessageWithSource)
	await webhook(interaction).follow({ content: 'first' })
	await webhook(interaction).follow({ content: 'second' })
	expect(discord.messages(discord.general).map(({ content }) => content)).toEqual(['first', 'second'])
	expect(interaction.original?.content).toBe('first')
})

test('an interaction is answered once', async () => {
	const { answer, ask } = await openCommands()
	const { interaction } = ask()
	await answer(interaction, DeferredChannelMessageWithSource)
	expect(await codeOf(answer(interaction, ChannelMessageWithSource, { content: 'again' }))).toBe(40060)
})

test('an answer that comes after three seconds, or to nothing, is refused', async () => {
	const { discord, answer, webhook, ask } = await openCommands()
	const { interaction, done } = ask()
	discord.clock.advance(3_001)
	expect(await codeOf(answer(interaction, DeferredChannelMessageWithSource))).toBe(10062)
	expect((await done).state).toBe('failed')
	expect(await codeOf(webhook(interaction).edit({ content: 'late' }))).toBe(10015)
	expect(await codeOf(answer({ ...interaction, id: '1' }, DeferredChannelMessageWithSource))).toBe(10062)
})

test('somebody whom the bot does not answer in time is told so', async () => {
	const { ask } = await openCommands({ interactionMs: 20 })
	expect(await ask().done).toMatchObject({ state: 'failed', callbackType: null })
})

test('before the first answer nothing else can be said', async () => {
	const { webhook, ask } = await openCommands()
	const { interaction } = ask()
	expect(await codeOf(webhook(interaction).follow({ content: 'early' }))).toBe(10015)
})

test('a token ends after fifteen minutes', async () => {
	const { discord, answer, webhook, ask } = await openCommands()
	const { interaction } = ask()
	await answer(interaction, DeferredChannelMessageWithSource)
	discord.clock.advance(14 * 60_000)
	expect(await codeOf(webhook(interaction).edit({ content: 'still' }))).toBe('ok')
	discord.clock.advance(2 * 60_000)
	expect(await codeOf(webhook(interaction).edit({ content: 'over' }))).toBe(50027)
	expect(await codeOf(webhook(interaction).follow({ content: 'over' }))).toBe(50027)
})

test('answers are checked as messages are, and know no nonce', async () => {
	const { answer, webhook, ask } = await openCommands({ rates: false })
	const { interaction } = ask()
	expect(await codeOf(answer(interaction, ChannelMessageWithSource, { content: 'x'.repeat(2_001) }))).toBe(50035)
	expect(await codeOf(answer(interaction, ChannelMessageWithSource, {}))).toBe(50006)
	await answer(interaction, DeferredChannelMessageWithSource)
	expect(await codeOf(webhook(interaction).edit({ content: 'x'.repeat(2_001) }))).toBe(50035)
	await webhook(interaction).edit({ content: 'fine' })
	await webhook(interaction).follow({ content: 'more', nonce: 'run-1', enforce_nonce: true })
	await webhook(interaction).follow({ content: 'more', nonce: 'run-1', enforce_nonce: true })
	expect(interaction.followUps).toHaveLength(2)
})

test('a button changes the message that it stands in, now or later', async () => {
	const { answer, webhook, message, press } = await openButton()
	await answer(press().interaction, UpdateMessage, { content: 'changed', components: row(button) })
	expect(message.content).toBe('changed')
	const { interaction } = press()
	await answer(interaction, DeferredMessageUpdate)
	await webhook(interaction).edit({ content: 'changed later' })
	expect(message.content).toBe('changed later')
})

test('a button is answered privately, and what is shown there can be chosen from', async () => {
	const { discord, ada, answer, begun, press } = await openButton()
	const select = { type: 3, custom_id: 'stage', options: [{ label: 'Problem analysis', value: 'analyze' }] }
	const { interaction } = press()
	await answer(interaction, ChannelMessageWithSource, { content: 'which?', components: row(select), ...ephemeral })
	const [menu] = ada.ephemerals(discord.general)
	if (menu === undefined) throw new Error('there is no menu')
	const { interaction: chosen } = begun(ada.choose(menu, { customId: 'stage' }, ['analyze']))
	await answer(chosen, UpdateMessage, { content: 'analysis', components: row(select) })
	expect(ada.ephemerals(discord.general)).toMatchObject([{ content: 'analysis', visibleTo: ada.id }])
	await expect(discord.person('bob').press(menu, { customId: 'stage' })).rejects.toThrow("doesn't see")
})

test('a button that is not there or not usable cannot be pressed', async () => {
	const { ada, message } = await openButton()
	await expect(ada.press(message, { label: 'Stop' })).rejects.toThrow('Show reasoning')
	message.components = row({ ...button, disabled: true })
	await expect(ada.press(message, { label: 'Show reasoning' })).rejects.toThrow("can't be used")
})

test('a form is opened, filled in and sent off', async () => {
	const { discord, ada, answer, begun, press } = await openButton()
	const { interaction, done } = press()
	await answer(interaction, Modal, form)
	await done
	const [modal] = ada.modals()
	if (modal === undefined) throw new Error('there is no form')
	await expect(ada.submit(modal, {})).rejects.toThrow('filled in')
	await expect(ada.submit(modal, { reason: 'x'.repeat(21) })).rejects.toThrow('too long')
	const { interaction: sent, done: submitted } = begun(ada.submit(modal, { reason: 'wrong sum' }))
	await answer(sent, ChannelMessageWithSource, { content: 'thank you', ...ephemeral })
	await submitted
	expect(ada.modals()).toEqual([])
	expect(ada.ephemerals(discord.general)).toMatchObject([{ content: 'thank you' }])
	expect(
		await codeOf(answer(begun(ada.command('ask', { question: 'x' }, discord.general)).interaction, Modal, form)),
	).toBe('ok')
})

test('kinds of answers that do not fit are refused', async () => {
	const { ada, answer, ask, press, begun } = await openButton()
	expect(await codeOf(answer(ask().interaction, UpdateMessage, { content: 'x' }))).toBe(50035)
	const { interaction, done } = press()
	await answer(interaction, Modal, form)
	await done
	const [modal] = ada.modals()
	if (modal === undefined) throw new Error('there is no form')
	expect(await codeOf(answer(begun(ada.submit(modal, { reason: 'x' })).interaction, Modal, form))).toBe(50035)
	const wide = { ...form, components: Array.from({ length: 6 }, () => form.components[0]) }
	expect(await codeOf(answer(press().interaction, Modal, wide))).toBe(50035)
})

test('a command of the message menu names the message', async () => {
	const { discord, ada, answer, begun } = await openCommands()
	const question = ada.post(discord.general, 'why?')
	const { interaction } = begun(ada.messageCommand('Think about this', question))
	await answer(interaction, ChannelMessageWithSource, { content: 'because' })
	expect(interaction).toMatchObject({ commandName: 'Think about this', isUserInstallOnly: false })
})

test('who has installed the bot for themselves uses it anywhere, with five further messages', async () => {
	const { discord, rest, ada, answer, webhook, ask } = await openCommands({ rates: false })
	const elsewhere = discord.addGuild({ name: 'elsewhere', hasBot: false })
	ada.join(elsewhere.id)
	await expect(ada.command('ask', { question: 'why?' }, elsewhere.general)).rejects.toThrow('has installed')
	ada.installBot()
	const { interaction } = ask(elsewhere.general)
	expect(interaction).toMatchObject({ isUserInstallOnly: true, owners: { 1: ada.id } })
	await answer(interaction, ChannelMessageWithSource, { content: 'because' })
	for (let count = 0; count < 5; count += 1) await webhook(interaction).follow({ content: `more ${count}` })
	expect(await codeOf(webhook(interaction).follow({ content: 'too much' }))).toBe(40094)
	expect(await codeOf(webhook(interaction).edit({ content: 'edits are no further messages' }))).toBe('ok')
	const direct = rest.post(Routes.channelMessages(elsewhere.general), { body: { content: 'hello' } })
	expect(await codeOf(direct)).toBe(50001)
	expect(discord.messages(elsewhere.general)).toHaveLength(6)
})
