import { Events, GatewayCloseCodes, GatewayIntentBits, type Message, Routes } from 'discord.js'
import { expect, test } from 'vitest'
import { happened, logIn, openDiscord } from './bots-at-work.ts'

/** A bot that notes what it hears. */
async function openListener(
	choices: Parameters<typeof openDiscord>[0] = {},
	options: Parameters<typeof logIn>[2] = {},
) {
	const { discord, rest, ada } = await openDiscord(choices)
	const heard: string[] = []
	const listen = () =>
		logIn(
			discord,
			(client) => {
				client.on(Events.MessageCreate, ({ content }: Message) => heard.push(content))
				client.on(Events.MessageUpdate, (_, { content }) => heard.push(`edited: ${content}`))
				client.on(Events.MessageDelete, () => heard.push('deleted'))
				client.on(Events.ThreadCreate, ({ name }) => heard.push(`thread: ${name}`))
			},
			options,
		)
	const client = await listen()
	return { discord, rest, ada, heard, client, listen }
}

test('a bot hears what is written, edited and deleted, and of threads', async () => {
	const { discord, ada, heard } = await openListener()
	const message = ada.post(discord.general, 'hello')
	ada.edit(message, 'hello you')
	ada.startThread(message, 'greetings')
	ada.delete(message)
	ada.post(ada.directMessages, 'in private')
	await expect
		.poll(() => heard)
		.toEqual(['hello', 'edited: hello you', 'thread: greetings', 'edited: hello you', '', 'deleted', 'in private'])
})

test('without the intent a bot reads only what mentions it, direct messages and its own', async () => {
	const intents = [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMessages, GatewayIntentBits.DirectMessages]
	const { discord, rest, ada, heard } = await openListener({ messageContent: false }, { intents })
	ada.post(discord.general, 'among us')
	ada.post(discord.general, `${discord.botMention} for you`)
	ada.post(ada.directMessages, 'in private')
	await rest.post(Routes.channelMessages(discord.general), { body: { content: 'my own' } })
	await expect.poll(() => heard).toEqual(['', `${discord.botMention} for you`, 'in private', 'my own'])
	const [own, mention, among] = (await rest.get(Routes.channelMessages(discord.general))) as { content: string }[]
	expect([own, mention, among].map((each) => each?.content)).toEqual(['my own', `${discord.botMention} for you`, ''])
})

test('what a bot did not ask for it does not hear', async () => {
	const intents = [GatewayIntentBits.Guilds, GatewayIntentBits.DirectMessages, GatewayIntentBits.MessageContent]
	const { discord, ada, heard } = await openListener({}, { intents })
	ada.post(discord.general, 'hello')
	ada.post(ada.directMessages, 'in private')
	await expect.poll(() => heard).toEqual(['in private'])
})

test('a channel that the bot cannot see is silent', async () => {
	const { discord, ada, heard } = await openListener()
	discord.setBotPermissions(discord.general, { deny: ['ViewChannel'] })
	ada.post(discord.general, 'secret')
	ada.post(ada.directMessages, 'in private')
	await expect.poll(() => heard).toEqual(['in private'])
})

test('a wrong token, and intents that are not granted, end in an error', async () => {
	const { discord } = await openDiscord({ messageContent: false })
	await expect(logIn(discord)).rejects.toThrow('disallowed intents')
	await expect(logIn({ ...discord, botToken: 'wrong' })).rejects.toThrow('invalid token')
})

test('a bot that comes back is told what it has missed, once', async () => {
	const { discord, ada, heard, client } = await openListener()
	ada.post(discord.general, 'before')
	await expect.poll(() => heard).toEqual(['before'])
	const resumed = happened(client, 'shardResume')
	discord.gateway.drop()
	await expect.poll(() => discord.gateway.connectionCount()).toBe(0)
	ada.post(discord.general, 'meanwhile')
	await resumed
	expect(heard).toEqual(['before', 'meanwhile'])
	expect(discord.gateway.sessions).toHaveLength(1)
})

test('a resumed session may be told again what it knows, and any event twice', async () => {
	const { discord, ada, client } = await openListener()
	// discord.js keeps to itself what is in its memory: the test looks at what it was sent.
	const told: string[] = []
	client.on(Events.Raw, ({ t: name, d: data }) => name === 'MESSAGE_CREATE' && told.push(data.content))
	ada.post(discord.general, 'first')
	await expect.poll(() => told).toEqual(['first'])
	const resumed = happened(client, 'shardResume')
	discord.gateway.repeatOnResume(1)
	discord.gateway.drop()
	await resumed
	await expect.poll(() => told).toEqual(['first', 'first'])
	discord.gateway.deliverTwice()
	ada.post(discord.general, 'second')
	await expect.poll(() => told).toEqual(['first', 'first', 'second', 'second'])
	discord.gateway.deliverAgain()
	await expect.poll(() => told).toEqual(['first', 'first', 'second', 'second', 'second'])
})

test('a bot that is asked to reconnect resumes', async () => {
	const { discord, ada, heard, client } = await openListener()
	const resumed = happened(client, 'shardResume')
	discord.gateway.askToReconnect()
	await resumed
	ada.post(discord.general, 'hello')
	await expect.poll(() => heard).toEqual(['hello'])
	expect(discord.gateway.sessions).toHaveLength(1)
})

test('who cannot resume begins a session and has missed what was between', async () => {
	const { discord, rest, ada, heard, client, listen } = await openListener()
	await client.destroy()
	await expect.poll(() => discord.gateway.connectionCount()).toBe(0)
	ada.post(discord.general, 'unheard')
	// Discord lets five seconds pass between two beginnings of a session.
	discord.clock.advance(5_000)
	await listen()
	ada.post(discord.general, 'heard')
	await expect.poll(() => heard).toEqual(['heard'])
	expect(discord.gateway.sessions.map(({ hasEnded }) => hasEnded)).toEqual([true, false])
	expect(await rest.get(Routes.channelMessages(discord.general))).toHaveLength(2)
})

test('an unknown error resumes, a wrong intent does not', async () => {
	const { discord, client } = await openListener()
	const resumed = happened(client, 'shardResume')
	discord.gateway.closeWith(GatewayCloseCodes.UnknownError)
	await resumed
	const left = new Promise((resolve) => client.once(Events.ShardDisconnect, ({ code }) => resolve(code)))
	discord.gateway.closeWith(GatewayCloseCodes.DisallowedIntents)
	expect(await left).toBe(GatewayCloseCodes.DisallowedIntents)
})

test('shards share the guilds, and the first has the direct messages', async () => {
	const { discord, ada, heard } = await openListener({}, { shards: [0], shardCount: 2 })
	const elsewhere = discord.addGuild({ name: 'elsewhere' })
	ada.join(elsewhere.id)
	const shardOf = (id: string) => Number((BigInt(id) >> 22n) % 2n)
	const texts = new Map([discord.guild, elsewhere.id].map((id) => [id, `of shard ${shardOf(id)}`]))
	ada.post(discord.general, texts.get(discord.guild) ?? '')
	ada.post(elsewhere.general, texts.get(elsewhere.id) ?? '')
	ada.post(ada.directMessages, 'in private')
	const first = [...texts.values()].filter((text) => text === 'of shard 0')
	await expect.poll(() => heard).toEqual([...first, 'in private'])
})

test('several bots live side by side and hear each other', async () => {
	const { discord, heard } = await openListener()
	const other = discord.addBot('other')
	const client = await logIn({ ...discord, botToken: other.token })
	const channel = await client.channels.fetch(discord.general)
	if (channel?.isSendable()) await channel.send('from another bot')
	await expect.poll(() => heard).toEqual(['from another bot'])
})
