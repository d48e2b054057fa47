import { InteractionResponseType, MessageFlags, Routes } from 'discord.js'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { openDiscord } from './bots-at-work.ts'
import type { RouteName } from './routes/route-names.ts'
import { checkAnswer } from './rules/schema.ts'

const identified = z.looseObject({ id: z.string() })

/** Everything that can be asked, as discord.js would be answered. */
async function openAnswers() {
	const { discord, rest, ada } = await openDiscord({ rates: false })
	const get = async (route: RouteName, path: `/${string}`) => checkAnswer(route, await rest.get(path))
	const post = async (route: RouteName, path: `/${string}`, body: object) => {
		const answer = await rest.post(path, { body })
		checkAnswer(route, answer)
		return identified.parse(answer).id
	}
	return { discord, rest, ada, get, post }
}

const button = { type: 2, style: 1, label: 'Stop', custom_id: 'stop' }
const menu = { type: 3, custom_id: 'stage', options: [{ label: 'Problem analysis', value: 'analyze' }] }
const container = {
	type: 17,
	components: [
		{ type: 10, content: 'a' },
		{ type: 9, components: [{ type: 10, content: 'b' }], accessory: button },
		{ type: 14 },
		{ type: 1, components: [menu] },
	],
}

test('accounts, guilds and channels are what the document says', async () => {
	const { discord, ada, get } = await openAnswers()
	await get('GET /gateway/bot', Routes.gatewayBot())
	await get('GET /users/@me', Routes.user())
	await get('GET /users/{user_id}', Routes.user(ada.id))
	await get('GET /users/@me/guilds', Routes.userGuilds())
	await get('GET /applications/@me', Routes.currentApplication())
	await get('GET /guilds/{guild_id}', Routes.guild(discord.guild))
	await get('GET /guilds/{guild_id}/roles', Routes.guildRoles(discord.guild))
	await get('GET /guilds/{guild_id}/channels', Routes.guildChannels(discord.guild))
	await get('GET /guilds/{guild_id}/members/{user_id}', Routes.guildMember(discord.guild, ada.id))
	await get('GET /channels/{channel_id}', Routes.channel(discord.general))
	await get('GET /channels/{channel_id}', Routes.channel(ada.directMessages))
})

test('messages and threads are what the document says', async () => {
	const { discord, rest, ada, get, post } = await openAnswers()
	const route = 'POST /channels/{channel_id}/messages'
	const path = Routes.channelMessages(discord.general)
	const question = ada.post(discord.general, `${discord.botMention} why?`, { files: { 'a.txt': 'a' } })
	await rest.put(Routes.channelMessageOwnReaction(discord.general, question.id, '👍'))
	await post(route, path, { content: 'a', message_reference: { message_id: question.id }, nonce: 'run-1' })
	await post(route, path, { embeds: [{ title: 'a', fields: [{ name: 'b', value: 'c' }] }] })
	await post(route, path, { flags: MessageFlags.IsComponentsV2, components: [container] })
	const threads = 'POST /channels/{channel_id}/messages/{message_id}/threads'
	const thread = await post(threads, Routes.threads(discord.general, question.id), { name: 'why' })
	await get('GET /channels/{channel_id}/messages', path)
	await get('GET /channels/{channel_id}/messages', Routes.channelMessages(thread))
	await get('GET /channels/{channel_id}', Routes.channel(thread))
	await get('GET /guilds/{guild_id}/threads/active', Routes.guildActiveThreads(discord.guild))
})

test('commands and answers to interactions are what the document says', async () => {
	const { discord, rest, ada } = await openAnswers()
	const command = { name: 'ask', description: 'Ask a question' }
	const registered = await rest.put(Routes.applicationCommands(discord.applicationId), { body: [command] })
	checkAnswer('PUT /applications/{application_id}/commands', registered)
	const answer = async (done: Promise<unknown>, body: object) => {
		const { id, token } = discord.interactions.at(-1) ?? { id: '', token: '' }
		const query = new URLSearchParams({ with_response: 'true' })
		const answered = await rest.post(Routes.interactionCallback(id, token), { body, query, auth: false })
		checkAnswer('POST /interactions/{interaction_id}/{interaction_token}/callback', answered)
		await done
		return token
	}
	const token = await answer(ada.command('ask', {}, discord.general), {
		type: InteractionResponseType.ChannelMessageWithSource,
		data: { content: 'because', components: [{ type: 1, components: [button] }] },
	})
	const edited = await rest.patch(Routes.webhookMessage(discord.applicationId, token), { body: { content: 'so' } })
	checkAnswer('PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original', edited)
	const followed = await rest.post(Routes.webhook(discord.applicationId, token), { body: { content: 'more' } })
	checkAnswer('POST /webhooks/{webhook_id}/{webhook_token}', followed)
	const [message] = discord.messages(discord.general)
	if (message === undefined) throw new Error('there is no answer')
	const reason = { type: 4, custom_id: 'reason', style: 2 }
	const form = { custom_id: 'form', title: 'Why?', components: [{ type: 18, label: 'Reason', component: reason }] }
	await answer(ada.press(message, { label: 'Stop' }), { type: InteractionResponseType.Modal, data: form })
	const [modal] = ada.modals()
	if (modal === undefined) throw new Error('there is no form')
	const deferred = { type: InteractionResponseType.DeferredChannelMessageWithSource }
	await answer(ada.submit(modal, { reason: 'x' }), deferred)
	expect(discord.messages(discord.general)).toHaveLength(3)
})
